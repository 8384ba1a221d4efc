/** Which minions there are. */
import { defineWheel, fn } from '../../kernel/contract/plugin.js';

export default defineWheel({
  name: 'minions',
  doc: 'Which minions there are.',
  functions: {
    connected: fn({ doc: 'List the ids of the minions that are connected.', run: (_, ctx) => ctx.port('keys').connected() }),
  },
});
