/** Jobs that the minion starts at their times. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { equalValues, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

const plain = (value: Value): PlainMap => (isPlainMap(value) ? value : {});
const textOf = (answer: PlainMap): string => str(answer['comment'] ?? '');

async function known(kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  return plain(await ctx.call('schedule.list', [], { show_all: true, return_yaml: false, offline: kwargs['offline'] ?? null }));
}

/** One call of the module; with `test` it only tells what it would do. */
async function work(fun: string, name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  return plain(await ctx.call(`schedule.${fun}`, [name], ctx.test ? { ...kwargs, test: true } : kwargs));
}

/** What a call did: its own words when it failed or only told, ours when it worked. */
function outcome(name: string, answer: PlainMap, made: string, changes: PlainMap, ctx: Context): PlainMap {
  if (ctx.test) return done(name, textOf(answer), changes);
  return isTruthy(answer['result']) ? done(name, made, changes) : failed(name, textOf(answer));
}

async function present(name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const current = await known(kwargs, ctx);
  if (!Object.hasOwn(current, name)) {
    const answer = await work('add', name, kwargs, ctx);
    return outcome(name, answer, `Adding new job ${name} to schedule`, ctx.test ? { [name]: 'added' } : plain(answer['changes'] ?? {}), ctx);
  }
  const wanted = plain(await ctx.call('schedule.build_schedule_item', [name], kwargs));
  if ('result' in wanted && !isTruthy(wanted['result'])) return failed(name, textOf(wanted));
  if (equalValues({ enabled: true, ...wanted }, current[name])) return done(name, `Job ${name} in correct state`);
  const answer = await work('modify', name, kwargs, ctx);
  return outcome(name, answer, `Modifying job ${name} in schedule`, plain(answer['changes'] ?? {}), ctx);
}

interface Verb {
  readonly fun: string;
  readonly made: string;
  readonly tellsChanges: boolean;
}

async function onKnown(name: string, { fun, made, tellsChanges }: Verb, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (!Object.hasOwn(await known(kwargs, ctx), name)) return done(name, `Job ${name} not present in schedule`);
  const answer = await work(fun, name, kwargs, ctx);
  return outcome(name, answer, `${made} job ${name} from schedule`, tellsChanges && !ctx.test ? plain(answer['changes'] ?? {}) : {}, ctx);
}

const params = { name: p.string(), kwargs: p.keywords() };

export default defineState({
  name: 'schedule',
  doc: 'Jobs that the minion starts at their times.',
  functions: {
    present: fn({
      doc: 'Make sure that a job is in the schedule. Further words are those of `schedule.add`.',
      params,
      run: (args, ctx) => present(args.name, args.kwargs, ctx),
    }),
    absent: fn({
      doc: 'Make sure that a job is not in the schedule.',
      params,
      run: (args, ctx) => onKnown(args.name, { fun: 'delete', made: 'Removed', tellsChanges: true }, args.kwargs, ctx),
    }),
    enabled: fn({
      doc: 'Make sure that a job of the schedule is on.',
      params,
      run: (args, ctx) => onKnown(args.name, { fun: 'enable_job', made: 'Enabled', tellsChanges: false }, args.kwargs, ctx),
    }),
    disabled: fn({
      doc: 'Make sure that a job of the schedule is off.',
      params,
      run: (args, ctx) => onKnown(args.name, { fun: 'disable_job', made: 'Disabled', tellsChanges: false }, args.kwargs, ctx),
    }),
  },
});
