/** Mails as states. Source: the documentation of Salt 3006. */
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { asError } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';

export default defineState({
  name: 'smtp',
  doc: 'Mails as states.',
  functions: {
    send_msg: fn({
      doc: 'Send a mail whose text is the name of the state.',
      params: {
        name: p.string(), recipient: p.any(), subject: p.any(), sender: p.any(null), profile: p.any(null), use_ssl: p.any('True'), attachments: p.any(null),
        server: p.any(null), username: p.any(null), password: p.any(null),
      },
      async run({ name, recipient, ...options }, ctx) {
        const shown = `${str(recipient)}: ${name}`;
        if (ctx.test) return wouldChange(name, `Need to send message to ${shown}`, {});
        try {
          await ctx.call('smtp.send_msg', [recipient, name], options);
        } catch (error) {
          return failed(name, `Unable to send message to ${shown}: ${asError(error).message}`);
        }
        return done(name, `Sent message to ${shown}`);
      },
    }),
  },
});
