/** Shows jobs: those that run now, and those the job store remembers. */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { listedJob } from '../../kernel/contract/listed-job.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import type { JobStorePort } from '../../kernel/contract/ports.js';
import { repr } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, mapKeys, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { formatReturn, formatWhole } from './jobs/format.js';
import { parseMoment } from './jobs/moment.js';
import { jobResult, storedJobs, wantedNothing, type Page, type Wanted } from './jobs/search.js';

/** The name of the master's own store. */
const OWN_STORE = 'local_cache';

const sourceParam = p.string(null, 'another job cache than that of the master');
const progressParam = p.bool(false, 'tell what is being done');

/** Filters that Salt has not; they come after its own. */
const ownFilters = {
  search_user: p.string(null, 'the user that published the job'),
  search_minion: p.string(null, 'a minion that answered; its newest answers come first'),
  search_result: p.string(null, 'how the job stands: succeeded, failed, missing, unfinished or interrupted'),
  offset: p.int(0, 'so many of the newest are passed over'),
};

const ownWanted = (args: { search_user: string | null; search_minion: string | null; search_result: string | null }): Partial<Wanted> => ({
  user: args.search_user ?? undefined, minion: args.search_minion ?? undefined, result: jobResult(args.search_result),
});

async function progress(ctx: Context, wanted: boolean, message: string): Promise<void> {
  if (!wanted) return;
  const tag = String(ctx.job['tag'] ?? `salt/run/${String(ctx.job['jid'] ?? '')}`);
  await ctx.port('events').fireMaster(`${tag}/progress`, { message });
}

/**
 * The store to read: an external one, the one asked for, that of the master. One that is not there fails as a returner that is not there
 * does in Salt. Source: read, Salt 3008.3.
 */
async function storeOf(ctx: Context, source: string | null, fun: string): Promise<JobStorePort> {
  const name = sourceName(ctx, source);
  const own = ctx.port('jobStore');
  const store = name === OWN_STORE ? own : await own.other?.(name);
  if (store === undefined) throw new PythonError('KeyError', repr(`${name}.${fun}`));
  return store;
}

/** Of several the first that is set. */
function sourceName(ctx: Context, source: string | null): string {
  const names = [ctx.opts['ext_job_cache'], source, ctx.opts['master_job_cache'], OWN_STORE];
  return String(names.find((name) => typeof name === 'string' && name !== ''));
}

const asked = (outputter: string | null, data: Value): Value => (outputter === null || outputter === '' ? data : { outputter, data });

async function returnsOf(store: JobStorePort, jid: string): Promise<ValueMap> {
  const returns = await store.returns(jid);
  // By id: the order in which they came says nothing, and Salt's is that of its folders.
  const sorted = mapEntries(returns).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return mapFrom(sorted.map(([id, ret]) => [id, formatReturn(ret)]));
}

/** A job with its answers. */
async function wholeJob(ctx: Context, store: JobStorePort, jid: string): Promise<PlainMap> {
  const endTime = isTruthy(ctx.opts['job_cache_store_endtime']) ? await store.endTime?.(jid) : undefined;
  return {
    ...formatWhole(jid, await store.load(jid)),
    Result: await returnsOf(store, jid),
    ...(endTime === undefined || endTime === '' ? {} : { EndTime: endTime }),
  };
}

const printed = async (ctx: Context, store: JobStorePort, jid: string): Promise<ValueMap> => mapFrom([[jid, await wholeJob(ctx, store, jid)]]);

async function active(ctx: Context, display: boolean): Promise<ValueMap> {
  const jobs = new Map<Value, PlainMap & { Running: Value[]; Returned: Value[] }>();
  const timeoutMs = Number(ctx.opts['timeout'] ?? 5) * 1000;
  for await (const { id, answered, ret } of ctx.port('local').returns({ tgt: '*', fun: 'saltutil.running', timeoutMs }, ctx.signal)) {
    if (!answered || !Array.isArray(ret)) continue;
    await progress(ctx, display, `Received reply from minion ${id}`);
    for (const job of ret as readonly Value[]) addRunning(jobs, id, job);
  }
  const store = await storeOf(ctx, null, 'get_jid');
  for (const [jid, job] of jobs) job.Returned = mapKeys(await returnsOf(store, String(jid)));
  return mapFrom(jobs);
}

function addRunning(jobs: Map<Value, PlainMap & { Running: Value[]; Returned: Value[] }>, id: string, job: Value): void {
  if (!isMap(job)) return;
  const jid = String(mapGet(job, 'jid') ?? '');
  const known = jobs.get(jid) ?? { ...listedJob(jid, job as PlainMap), Running: [], Returned: [] };
  known.Running.push(mapFrom([[id, mapGet(job, 'pid') ?? null]]));
  jobs.set(jid, known);
}

async function lookup(ctx: Context, store: JobStorePort, jid: string, options: { returned: boolean; missing: boolean; display: boolean }): Promise<Value> {
  const { Minions: minions = [], Result: result } = await wholeJob(ctx, store, jid);
  const answers = mapEntries(result as ValueMap);
  const found = new Map<Value, Value>();
  for (const [id, ret] of answers) {
    await progress(ctx, options.display, String(id));
    if (options.returned) found.set(id, mapGet(ret as ValueMap, 'return') ?? null);
  }
  if (options.missing) {
    for (const id of minions as readonly Value[]) if (!answers.some(([answered]) => answered === id)) found.set(id, 'Minion did not return');
  }
  const first = answers[0]?.[1];
  const outputter = first !== undefined && isMap(first) ? mapGet(first, 'out') : undefined;
  return typeof outputter === 'string' ? asked(outputter, mapFrom(found)) : mapFrom(found);
}

async function exitSuccess(ctx: Context, store: JobStorePort, jid: string): Promise<ValueMap> {
  const { Minions: minions = [], Result: result } = await wholeJob(ctx, store, jid);
  const succeeded = new Map<Value, boolean>((minions as readonly Value[]).map((id) => [id, false]));
  for (const [id, ret] of mapEntries(result as ValueMap)) {
    if (isTruthy(mapGet(ret as ValueMap, 'return'))) succeeded.set(id, true);
  }
  return mapFrom(succeeded);
}

/** The newest jobs, oldest of them first, each with its id. */
async function newest(store: JobStorePort, wanted: Wanted, page: Page): Promise<PlainMap[]> {
  return (await storedJobs(store, wanted, page)).map(([jid, { StartTime: started = '', ...job }]) => ({ ...job, JID: jid, StartTime: started }));
}

async function delivery(ctx: Context, jid: string): Promise<PlainMap> {
  return (await ctx.port('jobStore').delivery?.(jid)) ?? { Error: `The master knows no job ${jid}` };
}

/** As the command line shows it, in one piece; `tsalt-run` itself shows each answer as it comes. */
async function follow(ctx: Context, jid: string): Promise<Value> {
  const returns = ctx.port('local').follow?.(jid, ctx.signal);
  if (returns === undefined) return { Error: `The master knows no job ${jid}` };
  const found = new Map<Value, Value>();
  for await (const { id, answered, ret } of returns) found.set(id, answered ? ret : 'Minion did not return');
  return mapFrom(found);
}

const moment = (ctx: Context, text: Value): number | undefined => (isTruthy(text) ? parseMoment(String(text), ctx.sys.now()) : undefined);

const ALL: Page = { count: undefined, offset: 0 };
const pageOf = (count: number | null, offset: number): Page => ({ count: count === null || count < 0 ? undefined : count, offset: Math.max(0, offset) });

export default defineRunner({
  name: 'jobs',
  doc: 'Shows jobs: those that run now, and those the job store remembers.',
  functions: {
    active: fn({
      doc: 'List the jobs that some minion still works on, with those that have answered.\n\nsalt-run jobs.active',
      params: { display_progress: progressParam },
      run: ({ display_progress }, ctx) => active(ctx, display_progress),
    }),
    lookup_jid: fn({
      doc: 'Give the answers of a job; missing=True also names the minions that did not answer.\n\nsalt-run jobs.lookup_jid 20260102030405678901 missing=True',
      params: { jid: p.string(), ext_source: sourceParam, returned: p.bool(true), missing: p.bool(false), display_progress: progressParam },
      async run({ jid, ext_source, display_progress: display, ...which }, ctx) {
        const store = await storeOf(ctx, ext_source, 'get_load');
        await progress(ctx, display, `Querying returner: ${sourceName(ctx, ext_source)}`);
        return lookup(ctx, store, jid, { ...which, display });
      },
    }),
    list_job: fn({
      doc: 'Give one job with everything known about it.\n\nsalt-run jobs.list_job 20260102030405678901',
      params: { jid: p.string(), ext_source: sourceParam, display_progress: progressParam },
      async run({ jid, ext_source, display_progress }, ctx) {
        const store = await storeOf(ctx, ext_source, 'get_load');
        await progress(ctx, display_progress, `Querying returner: ${sourceName(ctx, ext_source)}`);
        return { jid, ...(await wholeJob(ctx, store, jid)) };
      },
    }),
    list_jobs: fn({
      doc: "List stored jobs, all or those that fit.\n\nsalt-run jobs.list_jobs search_function='test.*,pkg.install' start_time='2026, Jan 02 03:00'",
      params: {
        ext_source: sourceParam, outputter: p.string(null), search_metadata: p.any(null), search_function: p.any(null), search_target: p.any(null),
        start_time: p.any(null), end_time: p.any(null), display_progress: progressParam, ...ownFilters,
        count: p.int(null, 'only so many of the newest'),
      },
      async run(args, ctx) {
        const store = await storeOf(ctx, args.ext_source, 'get_jids');
        await progress(ctx, args.display_progress, `Querying returner ${sourceName(ctx, args.ext_source)} for jobs.`);
        const jobs = await storedJobs(store, {
          metadata: args.search_metadata, fun: args.search_function, target: args.search_target,
          fromMs: moment(ctx, args.start_time), untilMs: moment(ctx, args.end_time), ...ownWanted(args),
        }, pageOf(args.count, args.offset));
        return asked(args.outputter, mapFrom(jobs));
      },
    }),
    list_jobs_filter: fn({
      doc: 'List the newest jobs.\n\nsalt-run jobs.list_jobs_filter 50 filter_find_job=False',
      params: {
        count: p.int(), filter_find_job: p.bool(true), ext_source: sourceParam, outputter: p.string(null), display_progress: progressParam,
        ...ownFilters, search_function: p.any(null), search_target: p.any(null), start_time: p.any(null), end_time: p.any(null),
      },
      async run(args, ctx) {
        const store = await storeOf(ctx, args.ext_source, 'get_jids_filter');
        await progress(ctx, args.display_progress, `Querying returner ${sourceName(ctx, args.ext_source)} for jobs.`);
        return asked(args.outputter, await newest(store, {
          metadata: null, fun: args.search_function, target: args.search_target, withoutFindJob: args.filter_find_job,
          fromMs: moment(ctx, args.start_time), untilMs: moment(ctx, args.end_time), ...ownWanted(args),
        }, pageOf(Math.max(0, args.count), args.offset)));
      },
    }),
    print_job: fn({
      doc: 'Give one job under its id.\n\nsalt-run jobs.print_job 20260102030405678901',
      params: { jid: p.string(), ext_source: sourceParam },
      async run({ jid, ext_source }, ctx) {
        return printed(ctx, await storeOf(ctx, ext_source, 'get_load'), jid);
      },
    }),
    exit_success: fn({
      doc: 'Say for each minion of a job whether its answer is true in the sense of Python.\n\nsalt-run jobs.exit_success 20260102030405678901',
      params: { jid: p.string(), ext_source: sourceParam },
      async run({ jid, ext_source }, ctx) {
        return exitSuccess(ctx, await storeOf(ctx, ext_source, 'get_load'), jid);
      },
    }),
    last_run: fn({
      doc: "Give the newest stored job, or the newest that fits; False when there is none.\n\nsalt-run jobs.last_run target=web1 function='cmd.run'",
      params: {
        ext_source: sourceParam, outputter: p.string(null), metadata: p.any(null), function: p.any(null), target: p.any(null),
        display_progress: progressParam,
      },
      async run(args, ctx) {
        const store = await storeOf(ctx, args.ext_source, 'get_jids');
        if (isTruthy(args.metadata) && !isMap(args.metadata)) return false;
        const jobs = await storedJobs(store, { ...wantedNothing, metadata: args.metadata, fun: args.function, target: args.target }, ALL);
        const last = jobs.at(-1);
        return last === undefined ? false : asked(args.outputter, await printed(ctx, store, last[0]));
      },
    }),
    get_jid: fn({
      doc: 'Give the returns of a job as the job store has them, by minion; count and offset choose a page of the minions in their order.\n\nsalt-run jobs.get_jid 20260102030405678901 count=50',
      params: {
        jid: p.string(), ext_source: sourceParam, count: p.int(null, 'only so many minions'), offset: p.int(0, 'so many minions are passed over'),
      },
      async run({ jid, ext_source, count, offset }, ctx) {
        const returns = mapEntries(await returnsOf(await storeOf(ctx, ext_source, 'get_jid'), jid));
        const from = Math.max(0, offset);
        return mapFrom(returns.slice(from, count === null || count < 0 ? undefined : from + count));
      },
    }),
    delivery: fn({
      doc: 'Tell for each minion of a job how it stands: published, received, running, returned, failed, refused, cancelled, lost or not_connected, '
        + 'and when. With --out=json times are milliseconds since 1970.\n\nsalt-run jobs.delivery 20260102030405678901',
      outputter: 'delivery',
      params: { jid: p.string() },
      run: ({ jid }, ctx) => delivery(ctx, jid),
    }),
    follow: fn({
      doc: 'Go on with the display of a job: the answers that are there, those that come, and who is missing.\n\nsalt-run jobs.follow 20260102030405678901',
      params: { jid: p.string() },
      run: ({ jid }, ctx) => follow(ctx, jid),
    }),
    unsolicited: fn({
      doc: 'List returns that belong to no job of this master, newest first: they were put aside.\n\nsalt-run jobs.unsolicited',
      outputter: 'delivery',
      run: async (_args, ctx) => (await ctx.port('jobStore').quarantined?.()) ?? [],
    }),
    master: fn({
      doc: 'List what the master itself works on.\n\nsalt-run jobs.master',
      run: (_args, ctx) => ctx.port('jobs').running(),
    }),
  },
});
