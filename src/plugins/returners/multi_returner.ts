/**
 * Several returners as one: what is kept goes to all, what is read comes from all, the later over the earlier.
 *
 * Source: read, Salt 3008.3. Differs: `save_load` hands on who should answer, and one that fails does not keep it from the others.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

const NAME = 'multi_returner';

function names({ opts }: ReturnerContext): string[] {
  const listed = opts[NAME];
  if (!isList(listed) || listed.length === 0) throw new CommandExecutionError(`The option ${NAME} is a list of returners; it is not set`);
  const all = listed.map(String);
  if (all.includes(NAME)) throw new CommandExecutionError(`The option ${NAME} cannot name ${NAME} itself`);
  return all;
}

/** All of them, also when one fails; then it fails as that one. Those that must not lack the method fail without it. */
async function toAll(method: string, args: readonly unknown[], ctx: ReturnerContext, { isNeeded = true } = {}): Promise<Value[]> {
  const port = ctx.port('returners');
  const answers: Value[] = [];
  const failures: unknown[] = [];
  for (const name of names(ctx)) {
    try {
      if (isNeeded || await port.has(name, method)) answers.push(await port.call(name, method, args));
    } catch (error) {
      ctx.log.error({ err: error, returner: name, method }, 'returner failed');
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return answers;
}

async function merged(method: string, args: readonly unknown[], ctx: ReturnerContext): Promise<PlainMap> {
  const answers = await toAll(method, args, ctx, { isNeeded: false });
  return Object.assign({}, ...answers.filter(isPlainMap)) as PlainMap;
}

async function give(method: string, args: readonly unknown[], ctx: ReturnerContext): Promise<void> {
  await toAll(method, args, ctx, { isNeeded: false });
}

export default defineReturner({
  name: NAME,
  doc: 'Hands everything to the returners that the option `multi_returner` lists, and reads from all of them.',
  returner: async (ret, ctx) => {
    await toAll('returner', [ret], ctx);
  },
  eventReturn: (events, ctx) => give('eventReturn', [events], ctx),
  async prepJid(nocache, passedJid, ctx) {
    const jid = passedJid ?? newJid();
    await give('prepJid', [nocache, jid], ctx);
    return jid;
  },
  saveLoad: (jid, load, minions, ctx) => give('saveLoad', [jid, load, minions], ctx),
  saveMinions: (jid, minions, syndicId, ctx) => give('saveMinions', [jid, minions, syndicId], ctx),
  getLoad: (jid, ctx) => merged('getLoad', [jid], ctx),
  getJid: (jid, ctx) => merged('getJid', [jid], ctx),
  getJids: (ctx) => merged('getJids', [], ctx),
  getFun: (fun, ctx) => merged('getFun', [fun], ctx),
  async getMinions(ctx) {
    const answers = await toAll('getMinions', [], ctx, { isNeeded: false });
    return [...new Set(answers.flatMap((ids) => (isList(ids) ? ids.map(String) : [])))].sort();
  },
  updateEndtime: (jid, time, ctx) => give('updateEndtime', [jid, time], ctx),
  async getEndtime(jid, ctx) {
    const answers = await toAll('getEndtime', [jid], ctx, { isNeeded: false });
    return String(answers.find((time) => typeof time === 'string' && time !== '') ?? '');
  },
  cleanOldJobs: (ctx) => give('cleanOldJobs', [], ctx),
});
