/** The minion looks after itself: jobs, caches, custom modules, keys; and calls to the master beside it. */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { clearCache, clearJobCache, listExtmods } from './saltutil/clear.js';
import { askMinions, findJob, jobsOf, keptReturn, otherJobs, signalAllJobs, signalJob } from './saltutil/jobs.js';
import { partOfMaster } from './saltutil/master-parts.js';
import { fireRefresh, refreshGrains, refreshModules, refreshPillar, refreshPillarWithin } from './saltutil/refresh.js';
import { KINDS, syncAll, syncFunction } from './saltutil/sync.js';

const SIGTERM = 15;
const SIGKILL = 9;

const jidParam = { jid: p.string() };

const askParams = {
  tgt: p.any(),
  fun: p.string(),
  arg: p.any([]),
  timeout: p.float(null, 'seconds'),
  tgt_type: p.string('glob'),
  ret: p.string('', 'returners, comma separated'),
  kwarg: p.map(null),
  ssh: p.bool(false),
  kwargs: p.keywords(),
};

/** Salt gives its own facts as keywords that begin with two underscores; the rest is the user's. */
function splitFacts(kwargs: PlainMap): { own: PlainMap; user: string; saltenv: string | undefined; jid: string | undefined } {
  const text = (key: string): string | undefined => (typeof kwargs[key] === 'string' ? kwargs[key] : undefined);
  return {
    own: Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__'))),
    user: text('__pub_user') ?? 'UNKNOWN',
    saltenv: text('__env__'),
    jid: text('__orchestration_jid__'),
  };
}

async function regenKeys(ctx: Context): Promise<null> {
  const refresh = ctx.port('refresh');
  if (refresh.regenKeys === undefined) throw new CommandExecutionError('This host has no keys of a minion to replace');
  await refresh.regenKeys();
  return null;
}

/** `sync_tops`, `sync_modules`, ... one function for each kind. */
const syncFunctions: Record<string, Fn> = Object.fromEntries(Object.keys(KINDS).map((name) => [`sync_${name}`, syncFunction(name)]));

export default defineModule({
  name: 'saltutil',
  doc: 'The minion looks after itself: jobs, caches, custom modules, keys; and calls to the master beside it.',
  aliases: { sync_outputters: 'sync_output', pillar_refresh: 'refresh_pillar' },
  functions: {
    ...syncFunctions,
    sync_all: fn({
      doc: "Copy custom modules of every kind and give the names of those that changed, by kind.\n\nsalt '*' saltutil.sync_all saltenv=base,dev",
      params: {
        saltenv: p.any(null), refresh: p.any(true), extmod_whitelist: p.any(null), extmod_blacklist: p.any(null),
        clean_pillar_cache: p.bool(false),
      },
      run: (args, ctx) => syncAll(ctx, args, isTruthy(args.refresh), args.clean_pillar_cache),
    }),
    update: fn({
      doc: "Replace the program by a newer version. Frozen builds alone can do this; every other answers why it cannot.\n\nsalt '*' saltutil.update",
      params: { version: p.string(null) },
      run: () => ({ _error: 'Esky not available as import' }),
    }),
    refresh_grains: fn({
      doc: "Read the grains again, then pillar (or, with refresh_pillar=False, modules).\n\nsalt '*' saltutil.refresh_grains",
      params: { kwargs: p.keywords() },
      run: ({ kwargs }, ctx) => refreshGrains(ctx, kwargs),
    }),
    refresh_pillar: fn({
      doc: "Fetch the pillar of this minion again.\n\nsalt '*' saltutil.refresh_pillar wait=True timeout=60",
      params: { wait: p.bool(false), timeout: p.float(30, 'seconds'), clean_cache: p.bool(true) },
      run: ({ wait, timeout, clean_cache }, ctx) =>
        (wait ? refreshPillarWithin(ctx, clean_cache, timeout * 1000) : refreshPillar(ctx, clean_cache)),
    }),
    refresh_modules: fn({
      doc: "Look for modules again.\n\nsalt '*' saltutil.refresh_modules",
      params: { kwargs: p.keywords() },
      run: (_args, ctx) => refreshModules(ctx),
    }),
    refresh_beacons: fn({
      doc: "Read the configuration of beacons again.\n\nsalt '*' saltutil.refresh_beacons",
      run: (_args, ctx) => fireRefresh(ctx, 'beacons_refresh'),
    }),
    refresh_matchers: fn({
      doc: "Look for matchers again.\n\nsalt '*' saltutil.refresh_matchers",
      run: (_args, ctx) => fireRefresh(ctx, 'matchers_refresh'),
    }),
    refresh_resources: fn({
      doc: "Look for managed resources again.\n\nsalt '*' saltutil.refresh_resources",
      run: (_args, ctx) => fireRefresh(ctx, 'resource_refresh'),
    }),
    list_extmods: fn({
      doc: "List the custom modules that were copied here, by kind.\n\nsalt '*' saltutil.list_extmods",
      run: (_args, ctx) => listExtmods(ctx),
    }),
    is_running: fn({
      doc: "List the running jobs whose function fits a pattern.\n\nsalt '*' saltutil.is_running 'state.*'",
      params: { fun: p.string() },
      run: ({ fun }, ctx) => jobsOf(ctx, fun),
    }),
    running: fn({
      doc: "List the jobs that run on this minion.\n\nsalt '*' saltutil.running",
      run: (_args, ctx) => otherJobs(ctx),
    }),
    find_job: fn({
      doc: "Give the facts of a job that runs or waits here, or an empty mapping.\n\nsalt '*' saltutil.find_job 20260102030405678901",
      params: jidParam,
      run: ({ jid }, ctx) => findJob(ctx, jid),
    }),
    find_cached_job: fn({
      doc: "Give what this minion answered to an earlier job, where `cache_jobs` is on.\n\nsalt '*' saltutil.find_cached_job 20260102030405678901",
      params: jidParam,
      run: ({ jid }, ctx) => keptReturn(ctx, jid),
    }),
    clear_cache: fn({
      doc: "Remove every file of the minion's cache.\n\nsalt '*' saltutil.clear_cache",
      run: (_args, ctx) => clearCache(ctx),
    }),
    clear_job_cache: fn({
      doc: "Remove kept jobs that are older than some hours.\n\nsalt '*' saltutil.clear_job_cache hours=12",
      params: { hours: p.float(24) },
      run: ({ hours }, ctx) => clearJobCache(ctx, hours),
    }),
    signal_job: fn({
      doc: "Send a signal to a job and everything it started.\n\nsalt '*' saltutil.signal_job 20260102030405678901 15",
      params: { ...jidParam, sig: p.int() },
      run: ({ jid, sig }, ctx) => signalJob(ctx, jid, sig),
    }),
    term_job: fn({
      doc: "Ask a job to end (signal 15).\n\nsalt '*' saltutil.term_job 20260102030405678901",
      params: jidParam,
      run: ({ jid }, ctx) => signalJob(ctx, jid, SIGTERM),
    }),
    term_all_jobs: fn({
      doc: "Ask every other job to end (signal 15).\n\nsalt '*' saltutil.term_all_jobs",
      run: (_args, ctx) => signalAllJobs(ctx, SIGTERM),
    }),
    kill_job: fn({
      doc: "End a job at once (signal 9).\n\nsalt '*' saltutil.kill_job 20260102030405678901",
      params: jidParam,
      run: ({ jid }, ctx) => signalJob(ctx, jid, SIGKILL),
    }),
    kill_all_jobs: fn({
      doc: "End every other job at once (signal 9).\n\nsalt '*' saltutil.kill_all_jobs",
      run: (_args, ctx) => signalAllJobs(ctx, SIGKILL),
    }),
    regen_keys: fn({
      doc: "Replace the keys of this minion; the master has to accept the new ones.\n\nsalt '*' saltutil.regen_keys",
      run: (_args, ctx) => regenKeys(ctx),
    }),
    revoke_auth: fn({
      doc: "Ask the master to forget the key of this minion.\n\nsalt '*' saltutil.revoke_auth",
      params: { preserve_minion_cache: p.bool(false) },
      run: ({ preserve_minion_cache: preserveMinionCache }, ctx) => ctx.port('refresh').revokeAuth({ preserveMinionCache }),
    }),
    cmd: fn({
      doc: "Run a function on other minions. Works on a minion that lives beside its master.\n\nsalt saltmaster saltutil.cmd '*' test.ping",
      params: askParams,
      run: ({ kwargs, ...asked }, ctx) => askMinions(ctx, { ...asked, more: kwargs }),
    }),
    cmd_iter: fn({
      doc: "As saltutil.cmd.\n\nsalt saltmaster saltutil.cmd_iter '*' test.ping",
      params: askParams,
      run: ({ kwargs, ...asked }, ctx) => askMinions(ctx, { ...asked, more: kwargs }),
    }),
    runner: fn({
      doc: "Run a runner of the master beside this minion.\n\nsalt master_minion saltutil.runner jobs.list_jobs",
      params: {
        name: p.string(), arg: p.list(null), kwarg: p.map(null), full_return: p.bool(false, 'with job id and success'),
        saltenv: p.string('base'), jid: p.string(null), kwargs: p.keywords({ pub: true }),
      },
      run(args, ctx) {
        const facts = splitFacts(args.kwargs);
        const jid = facts.jid ?? args.jid;
        return partOfMaster(ctx, 'masterSide').runner({
          name: args.name, arg: args.arg ?? [], kwarg: { ...args.kwarg, ...facts.own }, user: facts.user,
          full: args.full_return, saltenv: facts.saltenv ?? args.saltenv, ...(jid === null ? {} : { jid }),
        });
      },
    }),
    wheel: fn({
      doc: "Run a wheel function of the master beside this minion.\n\nsalt master_minion saltutil.wheel key.list match=accepted",
      params: { name: p.string(), args: p.rest(), kwargs: p.keywords({ pub: true }) },
      run({ name, args, kwargs }, ctx) {
        const { own, user, saltenv, jid } = splitFacts(kwargs);
        return partOfMaster(ctx, 'masterSide').wheel({
          name, arg: args, kwarg: own, user, full: true, saltenv: saltenv ?? 'base', ...(jid === undefined ? {} : { jid }),
        });
      },
    }),
    mmodule: fn({
      doc: "Run a function with the modules of an environment, for use in pillar.\n\nsalt '*' saltutil.mmodule base test.ping",
      params: { saltenv: p.string(), fun: p.string(), args: p.rest(), kwargs: p.keywords() },
      run: ({ fun, args, kwargs }, ctx) => ctx.call(fun, args, kwargs),
    }),
  },
});
