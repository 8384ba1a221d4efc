/** Writes every event to the log; an example of an engine. Source: read, Salt 3008.3. */
import { defineEngine } from '../../kernel/contract/plugin.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';

export default defineEngine({
  name: 'test',
  doc: 'Write every event of this host to the log, at the level debug. An example of an engine.',
  async start(_, ctx) {
    const events = ctx.port('events').listen?.(ctx.signal);
    if (events === undefined) throw new CommandExecutionError('nobody can listen to events here');
    ctx.log.debug({}, 'test engine started');
    for await (const { tag, data } of events) ctx.log.debug({ tag, data }, 'event');
  },
});
