/**
 * Salt's own job cache: a folder for each job below `cachedir/jobs`, where `salt-run` of real Salt finds it.
 *
 * Source: read and observed, Salt 3008.3. The list of a job is read again from its files, so many thousands of jobs make it slow: the
 * master keeps its jobs in a database of its own unless it is told to use this one.
 */
import { join } from 'node:path';
import { defineReturner } from '../../kernel/contract/plugin.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { allJobs, folderOf, jobsDir, removeOld } from './local_cache/files.js';
import { keepFile, keepPacked, readPacked } from './shared/packed-files.js';

const LOAD = '.load.p';
const MINIONS = '.minions.p';
const RETURN = 'return.p';
const OUT = 'out.p';
const END = 'endtime';
const SYNDIC = /^\.minions\.[^/]+\.p$/;

async function prepare(nocache: boolean, jid: string, ctx: ReturnerContext): Promise<string> {
  const folder = folderOf(ctx, jid);
  await keepFile(ctx, folder, 'jid', jid);
  if (nocache) await keepFile(ctx, folder, 'nocache', '');
  return jid;
}

async function keepReturn(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const jid = ret['jid'] === 'req' ? await prepare(isTruthy(ret['nocache'] ?? false), newJid(), ctx) : String(ret['jid']);
  const job = folderOf(ctx, jid);
  if (await ctx.sys.exists(join(job, 'nocache'))) return;
  const folder = folderOf(ctx, jid, String(ret['id']));
  // The same again, from a minion that did not hear of its acknowledgement.
  if (await ctx.sys.exists(join(folder, RETURN))) return;
  const kept = Object.fromEntries(['return', 'retcode', 'success'].filter((key) => ret[key] !== undefined).map((key) => [key, ret[key] as Value]));
  if (ret['out'] !== undefined) await keepPacked(ctx, folder, OUT, ret['out']);
  await keepPacked(ctx, folder, RETURN, kept);
}

async function keepMinions(jid: string, minions: readonly string[], syndicId: string | null, ctx: ReturnerContext): Promise<void> {
  const name = syndicId === null ? MINIONS : `.minions.${syndicId}.p`;
  if (syndicId !== null && (!SYNDIC.test(name) || syndicId.includes('\0'))) {
    ctx.log.error({ syndic: syndicId }, 'name of a syndic cannot be that of a file');
    return;
  }
  const before = await readPacked(ctx, join(folderOf(ctx, jid), name));
  const known = isList(before) ? before.map(String) : [];
  await keepPacked(ctx, folderOf(ctx, jid), name, [...new Set([...known, ...minions])].sort());
}

async function load(jid: string, ctx: ReturnerContext): Promise<PlainMap> {
  const folder = folderOf(ctx, jid);
  const found = await readPacked(ctx, join(folder, LOAD));
  if (!isPlainMap(found)) return {};
  const names = (await ctx.sys.fs.readdir(folder)).filter((name) => name === MINIONS || SYNDIC.test(name));
  const lists = await Promise.all(names.map((name) => readPacked(ctx, join(folder, name))));
  const minions = lists.flatMap((list) => (isList(list) ? list.map(String) : []));
  return minions.length === 0 ? found : { ...found, Minions: [...new Set(minions)].sort() };
}

async function returns(jid: string, ctx: ReturnerContext): Promise<PlainMap> {
  const folder = folderOf(ctx, jid);
  if (!await ctx.sys.exists(folder)) return {};
  const entries = await ctx.sys.fs.readdir(folder, { withFileTypes: true });
  const found: PlainMap = {};
  for (const { name } of entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))) {
    const kept = await readPacked(ctx, join(folder, name, RETURN));
    if (kept === undefined) continue;
    const out = await readPacked(ctx, join(folder, name, OUT));
    // Long ago the file held the bare value.
    const ret = isPlainMap(kept) && kept['return'] !== undefined ? kept : { return: kept };
    found[name] = out === undefined ? ret : { ...ret, out };
  }
  return found;
}

async function endTime(jid: string, ctx: ReturnerContext): Promise<string> {
  return ((await ctx.sys.readText(join(folderOf(ctx, jid), END))) ?? '').replace(/^\n+|\n+$/g, '');
}

async function listed(ctx: ReturnerContext): Promise<PlainMap> {
  const wantsEnd = isTruthy(ctx.opts['job_cache_store_endtime'] ?? false);
  const found: PlainMap = {};
  for await (const [jid, job] of allJobs(ctx, LOAD)) {
    const end = wantsEnd ? await endTime(jid, ctx) : '';
    found[jid] = { ...listedJob(jid, job), ...(end === '' ? {} : { EndTime: end }) };
  }
  return found;
}

async function newest(count: number, filterFindJob: boolean, ctx: ReturnerContext): Promise<PlainMap[]> {
  const found: [string, PlainMap][] = [];
  for await (const [jid, job] of allJobs(ctx, LOAD)) {
    if (filterFindJob && job['fun'] === 'saltutil.find_job') continue;
    const { StartTime: started = '', ...facts } = listedJob(jid, job);
    found.push([jid, { ...facts, JID: jid, StartTime: started }]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).slice(-count).map(([, job]) => job);
}

export default defineReturner({
  name: 'local_cache',
  doc: "Salt's own job cache: a folder for each job below `cachedir/jobs`.",
  returner: keepReturn,
  prepJid: (nocache, passedJid, ctx) => prepare(nocache, passedJid ?? newJid(), ctx),
  async saveLoad(jid, published, minions, ctx) {
    // Real Salt takes a folder without this file for a damaged one.
    await keepFile(ctx, folderOf(ctx, jid), 'jid', jid);
    await keepPacked(ctx, folderOf(ctx, jid), LOAD, published);
    if (minions !== null) await keepMinions(jid, minions, null, ctx);
  },
  saveMinions: keepMinions,
  getLoad: load,
  getJid: returns,
  getJids: listed,
  getJidsFilter: newest,
  updateEndtime: (jid, time, ctx) => keepFile(ctx, folderOf(ctx, jid), END, time),
  getEndtime: endTime,
  cleanOldJobs: (ctx) => removeOld(ctx, jobsDir(ctx)),
});
