/** Reads what returners keep. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { repr } from '../../kernel/std/python-text.js';
import type { Value } from '../../kernel/std/value.js';

/** A returner without the method fails as a key that is not there does in Salt. */
async function read(ctx: Context, returner: string, [method, saltName]: readonly [string, string], args: readonly string[]): Promise<Value> {
  const port = ctx.port('returners');
  if (!await port.has(returner, method)) throw new PythonError('KeyError', repr(`${returner}.${saltName}`));
  return port.call(returner, method, args);
}

const returner = p.string();

export default defineModule({
  name: 'ret',
  doc: 'Reads what returners keep.',
  functions: {
    get_jid: fn({
      doc: "Give what a returner has of a job, by minion.\n\nsalt '*' ret.get_jid sqlite3 20260102030405678901",
      params: { returner, jid: p.string() },
      run: ({ returner: name, jid }, ctx) => read(ctx, name, ['getJid', 'get_jid'], [jid]),
    }),
    get_fun: fn({
      doc: "Give the newest result of a function, by minion.\n\nsalt '*' ret.get_fun sqlite3 network.interfaces",
      params: { returner, fun: p.string() },
      run: ({ returner: name, fun }, ctx) => read(ctx, name, ['getFun', 'get_fun'], [fun]),
    }),
    get_jids: fn({
      doc: "List the jobs that a returner has.\n\nsalt '*' ret.get_jids sqlite3",
      params: { returner },
      run: ({ returner: name }, ctx) => read(ctx, name, ['getJids', 'get_jids'], []),
    }),
    get_minions: fn({
      doc: "List the minions of which a returner has results.\n\nsalt '*' ret.get_minions sqlite3",
      params: { returner },
      run: ({ returner: name }, ctx) => read(ctx, name, ['getMinions', 'get_minions'], []),
    }),
  },
});
