/** Jobs that run once, at a time. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';

interface Wish {
  readonly name: string;
  readonly timespec: string;
  readonly tag: Value;
  readonly user: Value;
  readonly job: Value;
  readonly unique_tag: Value;
}

const jobsOf = (answer: Value): readonly PlainMap[] => (isPlainMap(answer) && isList(answer['jobs']) ? answer['jobs'] as readonly PlainMap[] : []);

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, timespec, tag, user } = wish;
  const job = isTruthy(wish.job) ? wish.job : name;
  if (isTruthy(wish.unique_tag)) {
    if (!isTruthy(tag)) return failed(name, 'no tag provided and unique_tag is set to True');
    // Looked at in test runs too, so that they say what the run will do.
    if (jobsOf(await ctx.call('at.jobcheck', [], { tag })).length > 0) return done(name, `atleast one job with tag ${str(tag)} exists.`);
  }
  if (ctx.test) return wouldChange(name, `job ${str(job)} added and will run on ${timespec}`);
  if (isTruthy(user) && !isTruthy(await ctx.call('user.info', [user]))) return failed(name, `user ${str(user)} does not exists`);
  const added = await tried(ctx.call('at.at', [timespec, job], { tag, ...(isTruthy(user) ? { runas: user } : {}) }));
  if ('failure' in added) return failed(name, added.failure.message);
  if (isPlainMap(added.value) && 'error' in added.value) return failed(name, str(added.value['error'] ?? ''));
  return done(name, `job ${str(job)} added and will run ${isTruthy(user) ? `as ${str(user)} ` : ''}on ${timespec}`, jobsOf(added.value)[0] ?? {});
}

const removedOf = (answer: Value): readonly Value[] => {
  const jobs = isPlainMap(answer) ? answer['jobs'] : null;
  return isPlainMap(jobs) && isList(jobs['removed']) ? jobs['removed'] : [];
};

async function absentById(name: string, jobid: Value, ctx: Context): Promise<PlainMap> {
  const number = Number(str(jobid));
  const found = jobsOf(await ctx.call('at.atq', [Number.isInteger(number) ? number : jobid]));
  if (found.length === 0) return done(name, `job with id ${str(jobid)} not present`);
  if (found.length > 1) return failed(name, `more than one job was return for job with id ${str(jobid)}`);
  if (ctx.test) return wouldChange(name, 'removed ? job(s)');
  const removed = removedOf(await ctx.call('at.atrm', [str(found[0]?.['job'] ?? '')]));
  return removed.length > 0 ? done(name, `job with id ${str(jobid)} was removed`, { removed }) : failed(name, `failed to remove job with id ${str(jobid)}`, { removed });
}

async function absent(name: string, jobid: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if ('limit' in kwargs) return failed(name, `limit parameter not supported ${name}`);
  if (isTruthy(jobid)) return absentById(name, jobid, ctx);
  const hasConditions = Object.keys(kwargs).length > 0;
  const found = jobsOf(hasConditions ? await ctx.call('at.jobcheck', [], kwargs) : await ctx.call('at.atq')).map((job) => str(job['job'] ?? ''));
  if (found.length === 0) return done(name, 'removed 0 job(s)');
  if (ctx.test) return wouldChange(name, 'removed ? job(s)');
  const removed = removedOf(await ctx.call('at.atrm', found));
  return done(name, `removed ${removed.length} job(s)`, removed.length > 0 ? { removed } : {});
}

const wish = { name: p.string(), timespec: p.string(), tag: p.any(null), user: p.any(null), job: p.any(null, 'the command; the name when not given'), unique_tag: p.any(false) };

export default defineState({
  name: 'at',
  virtual: async (ctx) => (await ctx.has('at.at') ? true : 'at module could not be loaded'),
  doc: 'Jobs that run once, at a time.',
  functions: {
    present: fn({
      doc: 'Add a job; with `unique_tag` only when none with its tag waits.',
      params: wish,
      run: (args, ctx) => present(args, ctx),
    }),
    absent: fn({
      doc: 'Make sure that no job with a number, or that meets the conditions of `at.jobcheck`, waits.',
      params: { name: p.string(), jobid: p.any(null), kwargs: p.keywords() },
      run: (args, ctx) => absent(args.name, args.jobid, args.kwargs, ctx),
    }),
    watch: fn({
      doc: 'Add a job when something watched changes.',
      params: wish,
      run: ({ name }) => done(name, ''),
    }),
    mod_watch: fn({
      doc: 'Add the job of a `watch`.',
      params: { name: p.string(), kwargs: p.keywords() },
      run({ name, kwargs }, ctx) {
        if (kwargs['sfun'] !== 'watch') return failed(name, '');
        const { timespec = '', tag = null, user = null, job = null, unique_tag = false } = kwargs;
        return present({ name, timespec: str(timespec), tag, user, job, unique_tag }, ctx);
      },
    }),
  },
});
