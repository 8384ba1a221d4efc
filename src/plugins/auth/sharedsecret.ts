/** One password for all: the option `sharedsecret` of the master. Source: read, Salt 3008.3. */
import { defineAuth } from '../../kernel/contract/plugin.js';
import { isSameText } from '../../kernel/sys/same-text.js';

export default defineAuth({
  name: 'sharedsecret',
  doc: 'One password for all, the option sharedsecret of the master.',
  auth(_username, password, ctx) {
    const { sharedsecret } = ctx.opts;
    // Without the option nobody gets in, also not with an empty password.
    return typeof sharedsecret === 'string' && sharedsecret !== '' && isSameText(password, sharedsecret);
  },
});
