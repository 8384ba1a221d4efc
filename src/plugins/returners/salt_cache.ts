/**
 * Jobs in the cache of the master, as banks `jobs/loads`, `jobs/minions`, `jobs/returns/JID`, `jobs/endtimes` and `jobs/nocache`
 * below `cachedir`, one file for each key: `salt-run` of real Salt finds them there with its driver `localfs`.
 *
 * Source: read and observed, Salt 3008.3.
 */
import { join } from 'node:path';
import { InvocationError } from '../../kernel/contract/errors.js';
import { parseJid, parseMinionId } from '../../kernel/contract/job.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { changedMs, keepPacked, namesIn, readPacked } from './shared/packed-files.js';

type Bank = 'loads' | 'minions' | 'endtimes' | 'nocache';
const BANKS: readonly Bank[] = ['loads', 'minions', 'endtimes', 'nocache'];
const ENDING = '.p';
const DAY_SECONDS = 86_400;
const TOLD = 'driver told';

/** Ids become names of files. @throws InvocationError for what is none: it would lead elsewhere */
function checkedJid(jid: string): string {
  if (parseJid(jid) === undefined) throw new InvocationError(`'${jid.slice(0, 80)}' is not the id of a job`);
  return jid;
}

function checkedMinion(id: string): string {
  if (parseMinionId(id) === undefined) throw new InvocationError(`'${id.slice(0, 80)}' is not the id of a minion`);
  return id;
}

const folderOf = (ctx: ReturnerContext, ...names: readonly string[]): string => join(String(ctx.opts['cachedir']), 'jobs', ...names);
const returnsOf = (ctx: ReturnerContext, jid: string): string => folderOf(ctx, 'returns', checkedJid(jid));
const pathOf = (ctx: ReturnerContext, bank: Bank, jid: string): string => join(folderOf(ctx, bank), `${checkedJid(jid)}${ENDING}`);
const keep = (ctx: ReturnerContext, bank: Bank, jid: string, value: Value): Promise<void> =>
  keepPacked(ctx, folderOf(ctx, bank), `${checkedJid(jid)}${ENDING}`, value);
const keysIn = async (ctx: ReturnerContext, folder: string): Promise<string[]> =>
  (await namesIn(ctx, folder)).filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
/** The bank may hold other files than ours. */
const jobsOf = async (ctx: ReturnerContext): Promise<string[]> => (await keysIn(ctx, folderOf(ctx, 'loads'))).filter((jid) => parseJid(jid) !== undefined).sort();

async function prepare(nocache: boolean, jid: string, ctx: ReturnerContext): Promise<string> {
  const driver = ctx.opts['cache'] ?? 'localfs';
  if (driver !== 'localfs' && !ctx.memory.has(TOLD)) {
    ctx.memory.set(TOLD, true);
    ctx.log.warn({ cache: driver }, 'jobs are kept in files: there is no other driver of the cache');
  }
  if (nocache) await keep(ctx, 'nocache', jid, true);
  return jid;
}

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const jid = ret['jid'] === 'req' ? await prepare(isTruthy(ret['nocache'] ?? false), newJid(), ctx) : String(ret['jid']);
  if (await ctx.sys.exists(pathOf(ctx, 'nocache', jid))) return;
  const name = `${checkedMinion(String(ret['id']))}${ENDING}`;
  // The same again, from a minion that did not hear of its acknowledgement.
  if (await ctx.sys.exists(join(returnsOf(ctx, jid), name))) return;
  const kept = Object.fromEntries(['return', 'retcode', 'success', 'out'].filter((key) => ret[key] !== undefined).map((key) => [key, ret[key] as Value]));
  await keepPacked(ctx, returnsOf(ctx, jid), name, kept);
}

/** Those of other masters are of the same list. */
async function keepMinions(jid: string, minions: readonly string[], _syndicId: string | null, ctx: ReturnerContext): Promise<void> {
  await keep(ctx, 'minions', jid, [...new Set([...await expected(jid, ctx), ...minions])].sort());
}

async function expected(jid: string, ctx: ReturnerContext): Promise<string[]> {
  const kept = await readPacked(ctx, pathOf(ctx, 'minions', jid));
  return isList(kept) ? kept.map(String) : [];
}

async function load(jid: string, ctx: ReturnerContext): Promise<PlainMap> {
  const found = await readPacked(ctx, pathOf(ctx, 'loads', jid));
  if (!isPlainMap(found)) return {};
  const minions = await expected(jid, ctx);
  return minions.length === 0 ? found : { ...found, Minions: minions.sort() };
}

async function returns(jid: string, ctx: ReturnerContext): Promise<PlainMap> {
  const folder = returnsOf(ctx, jid);
  const found: PlainMap = {};
  for (const id of await keysIn(ctx, folder)) {
    const kept = await readPacked(ctx, join(folder, `${id}${ENDING}`));
    if (kept !== undefined) found[id] = isPlainMap(kept) && kept['return'] !== undefined ? kept : { return: kept };
  }
  return found;
}

async function endTime(jid: string, ctx: ReturnerContext): Promise<string> {
  const kept = await readPacked(ctx, pathOf(ctx, 'endtimes', jid));
  return typeof kept === 'string' ? kept : '';
}

async function* allJobs(ctx: ReturnerContext): AsyncGenerator<[string, PlainMap]> {
  for (const jid of await jobsOf(ctx)) {
    const job = await readPacked(ctx, pathOf(ctx, 'loads', jid));
    if (isPlainMap(job)) yield [jid, job];
  }
}

async function listed(ctx: ReturnerContext): Promise<PlainMap> {
  const wantsEnd = isTruthy(ctx.opts['job_cache_store_endtime'] ?? false);
  const found: PlainMap = {};
  for await (const [jid, job] of allJobs(ctx)) {
    const end = wantsEnd ? await endTime(jid, ctx) : '';
    found[jid] = { ...listedJob(jid, job), ...(end === '' ? {} : { EndTime: end }) };
  }
  return found;
}

/** From the newest on, so that a page does not read all. */
async function newest(count: number, filterFindJob: boolean, ctx: ReturnerContext): Promise<PlainMap[]> {
  const found: PlainMap[] = [];
  for (const jid of (await jobsOf(ctx)).reverse()) {
    if (found.length >= count) break;
    const job = await readPacked(ctx, pathOf(ctx, 'loads', jid));
    if (!isPlainMap(job) || (filterFindJob && job['fun'] === 'saltutil.find_job')) continue;
    const { StartTime: started = '', ...facts } = listedJob(jid, job);
    found.push({ ...facts, JID: jid, StartTime: started });
  }
  return found.reverse();
}

/** 0 keeps them for ever. */
async function removeOld(ctx: ReturnerContext): Promise<void> {
  const keepSeconds = Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS);
  if (keepSeconds === 0) return;
  const before = ctx.sys.now() - keepSeconds * 1000;
  for (const jid of await jobsOf(ctx)) {
    const changed = await changedMs(ctx, pathOf(ctx, 'loads', jid));
    if (changed === undefined || changed >= before) continue;
    await ctx.sys.fs.rm(returnsOf(ctx, jid), { recursive: true, force: true });
    // The load is what is looked for: last, so that a removal that was cut short is ended by the next.
    for (const bank of [...BANKS].reverse()) await ctx.sys.fs.rm(pathOf(ctx, bank, jid), { force: true });
  }
}

export default defineReturner({
  name: 'salt_cache',
  doc: 'The cache of the master: a file for each job and return below `cachedir/jobs`.',
  returner: keepReturn,
  prepJid: (nocache, passedJid, ctx) => prepare(nocache, passedJid ?? newJid(), ctx),
  async saveLoad(jid, published, minions, ctx) {
    await keep(ctx, 'loads', jid, published);
    if (minions !== null) await keepMinions(jid, minions, null, ctx);
  },
  saveMinions: keepMinions,
  getLoad: load,
  getJid: returns,
  getJids: listed,
  getJidsFilter: newest,
  updateEndtime: (jid, time, ctx) => keep(ctx, 'endtimes', jid, time),
  getEndtime: endTime,
  cleanOldJobs: removeOld,
});
