/** Puts events on the bus of the master, and tells why something happened. */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { isTruthy } from '../../kernel/std/value.js';
import { treeValue } from './lookup/happenings.js';

export default defineRunner({
  name: 'event',
  doc: 'Puts events on the bus of the master, and tells why something happened.',
  functions: {
    send: fn({
      doc: "Fire an event; its tag is used as it is.\n\nsalt-run event.send my/custom/event '{\"foo\": \"bar\"}'",
      params: { tag: p.string(), data: p.any(null, 'a mapping') },
      run: ({ tag, data }, ctx) => ctx.port('events').fireMaster(tag, isTruthy(data) ? data : {}, undefined, cause(ctx.job['jid'])),
    }),
    trace: fn({
      doc: 'What led to a job, run, event or reaction, and all that came of it. The id is a job id, or one that this function showed.\n\nsalt-run event.trace 20260101000000000001\nsalt-run event.trace 20260101000000000001 --out json',
      outputter: 'trace',
      params: { id: p.string() },
      async run({ id }, ctx) {
        const tree = await ctx.port('trace').tree(id);
        if (tree === undefined) {
          throw new CommandExecutionError(`Nothing is known of '${id}': no job, run, event or reaction of that id is kept. See tsalt-run jobs.list_jobs.`);
        }
        return treeValue(tree, (jid) => ctx.port('jobStore').returns(jid));
      },
    }),
  },
});

const cause = (jid: unknown): string | undefined => (typeof jid === 'string' && jid !== '' ? jid : undefined);
