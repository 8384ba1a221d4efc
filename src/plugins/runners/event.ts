/** Puts events on the bus of the master. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';

export default defineRunner({
  name: 'event',
  doc: 'Puts events on the bus of the master.',
  functions: {
    send: fn({
      doc: "Fire an event; its tag is used as it is.\n\nsalt-run event.send my/custom/event '{\"foo\": \"bar\"}'",
      params: { tag: p.string(), data: p.any(null, 'a mapping') },
      run: ({ tag, data }, ctx) => ctx.port('events').fireMaster(tag, isTruthy(data) ? data : {}),
    }),
  },
});
