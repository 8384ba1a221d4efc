/** Variables of the program's environment. Source: read, Salt 3008.3. */
import { defineSdb } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';

export default defineSdb({
  name: 'env',
  doc: "Variables of the program's environment.",
  get: (key, _profile, { sys }) => sys.env[key] ?? null,
  /** One that is there stays; gives what is there then. */
  set(key, value, _profile, { sys }) {
    if (sys.env[key] === undefined) sys.setEnv(key, str(value));
    return sys.env[key] ?? null;
  },
});
