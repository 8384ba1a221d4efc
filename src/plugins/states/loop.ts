/** Calls again and again, until the answer is the one wanted. */
import type { Context } from '../../kernel/contract/context.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { sleep } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isNumber, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { holds, OPERATORS } from './loop/condition.js';

interface Pace {
  readonly period: Value;
  readonly timeout: Value;
}

interface Round {
  /** What to say, when it is over. */
  readonly outcome?: PlainMap;
}

function paceTrouble({ period, timeout }: Pace): string | undefined {
  if (!isNumber(period)) return 'Period must be specified as a float in seconds';
  return isNumber(timeout) ? undefined : 'Timeout must be specified as a float in seconds';
}

/** Runs rounds until one ends it, or time is over; undefined then. */
async function repeat({ period, timeout }: Pace, round: () => Promise<Round>, ctx: Context): Promise<PlainMap | undefined> {
  const endMs = ctx.sys.now() + Number(timeout) * 1000;
  while (ctx.sys.now() < endMs) {
    const { outcome } = await round();
    if (outcome !== undefined) return outcome;
    await sleep(Number(period) * 1000, ctx.signal, true);
  }
  return undefined;
}

const listOf = (value: Value): readonly Value[] => (isList(value) ? value : []);
const mapOf = (value: Value): PlainMap => (isPlainMap(value) ? value : {});

async function until(args: Pace & { name: string; m_args: Value; m_kwargs: Value; condition: Value }, ctx: Context): Promise<PlainMap> {
  const { name } = args;
  if (!await ctx.has(name)) return failed(name, `Cannot find module ${name}`);
  if (args.condition === null) return failed(name, 'An exit condition must be specified');
  const trouble = paceTrouble(args);
  if (trouble !== undefined) return failed(name, trouble);
  if (ctx.test) return wouldChange(name, `The execution module ${name} will be run`);
  const condition = str(args.condition);
  const round = async (): Promise<Round> => {
    const answer = await ctx.call(name, listOf(args.m_args), mapOf(args.m_kwargs));
    return await holds(condition, answer, ctx) ? { outcome: done(name, `Condition ${condition} was met`) } : {};
  };
  return await repeat(args, round, ctx) ?? failed(name, `Timed out while waiting for condition ${condition}`);
}

interface Expectation extends Pace {
  readonly name: string;
  readonly expected: Value;
  readonly compare_operator: string;
  readonly init_wait: Value;
  readonly args: Value;
  readonly kwargs: Value;
}

async function untilEqual(wish: Expectation, ctx: Context): Promise<PlainMap> {
  const { name, expected, compare_operator: operator } = wish;
  if (ctx.test) return wouldChange(name, `Would have waited for "${name}" to produce "${str(expected)}".`);
  if (!await ctx.has(name)) return failed(name, `Module.function "${name}" is unavailable.`);
  const trouble = paceTrouble(wish);
  if (trouble !== undefined) return failed(name, trouble);
  const isCall = await ctx.has(operator);
  const own = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!isCall && own === undefined) return failed(name, `Invalid operator "${operator}" supplied.`);
  if (isNumber(wish.init_wait) && isTruthy(wish.init_wait)) await sleep(Number(wish.init_wait) * 1000, ctx.signal, true);
  let attempts = 0;
  const round = async (): Promise<Round> => {
    attempts += 1;
    const answer = await ctx.call(name, listOf(wish.args), mapOf(wish.kwargs)).catch((error: unknown) => {
      ctx.signal.throwIfAborted();
      return new Failure(error);
    });
    if (answer instanceof Failure) return { outcome: failed(name, `Exception occurred while executing ${name}: ${answer.text}`) };
    const fits = own === undefined || isCall ? isTruthy(await ctx.call(operator, [answer, expected])) : own(answer, expected);
    return fits ? { outcome: done(name, `Call provided the expected results in ${attempts} attempts`) } : {};
  };
  return await repeat(wish, round, ctx) ?? failed(name, `Call did not produce the expected result after ${attempts} attempts`);
}

/** What a call threw, as Python would name it. */
class Failure {
  readonly text: string;
  constructor(error: unknown) {
    const message = error instanceof Error ? error.message : String(error);
    this.text = `<class '${error instanceof TsaltError ? pythonName(error) : 'Exception'}'>:${message}`;
  }
}

const NAMES: Readonly<Record<string, string>> = {
  'job.command_failed': 'salt.exceptions.CommandExecutionError', 'job.command_missing': 'salt.exceptions.CommandNotFoundError', 'job.invocation': 'salt.exceptions.SaltInvocationError',
};
const pythonName = (error: TsaltError): string => ('className' in error ? String(error.className) : NAMES[error.code] ?? 'Exception');

const period = p.any(1, 'seconds between calls');
const timeout = p.any(60, 'seconds');

export default defineState({
  name: 'loop',
  doc: 'Calls again and again, until the answer is the one wanted.',
  functions: {
    until: fn({
      doc: 'Call a function until a condition over its answer `m_ret` holds. The condition is read by the template engine.',
      params: { name: p.string(), m_args: p.any(null), m_kwargs: p.any(null), condition: p.any(null), period, timeout },
      run: (args, ctx) => until(args, ctx),
    }),
    until_no_eval: fn({
      doc: 'Call a function until its answer compares to what is expected.',
      params: {
        name: p.string(), expected: p.any(), compare_operator: p.string('eq', 'eq, ne, lt, le, gt, ge, contains, is_, is_not, or a function'), timeout, period,
        init_wait: p.any(0, 'seconds before the first call'), args: p.any(null), kwargs: p.any(null),
      },
      run: (args, ctx) => untilEqual(args, ctx),
    }),
  },
});
