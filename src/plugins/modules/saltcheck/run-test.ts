/** Runs one test. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { TsaltError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { floatOf, isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { assertionTrouble, judge, type Answer } from './assertions.js';

const MS = 1000;
const DIGITS = 10_000;
/** As Python's `round(x, 4)`, near enough for a time. */
export const seconds = (ms: number): Value => floatOf(Math.round(ms / MS * DIGITS) / DIGITS);

const groupsOf = (test: ValueMap): ValueMap[] | undefined => {
  const groups = mapGet(test, 'assertions');
  return isList(groups) && groups.length > 0 ? groups.filter(isMap) : undefined;
};

async function troubleOf(test: ValueMap, fun: string, ctx: Context): Promise<string | undefined> {
  if (fun === 'saltcheck.state_apply') return undefined;
  const bad = (groupsOf(test) ?? [test]).map(assertionTrouble).find((why) => why !== undefined);
  if (bad !== undefined) return bad;
  if (fun === '') return 'missing module_and_function';
  return await ctx.has(fun) ? undefined : `${fun} is not a valid function`;
}

function argumentsOf(test: ValueMap): { args: readonly Value[]; kwargs: PlainMap } {
  const [args, kwargs] = [mapGet(test, 'args') ?? null, mapGet(test, 'kwargs') ?? null];
  const pillar = mapGet(test, 'pillar_data') ?? mapGet(test, 'pillar-data') ?? null;
  const named = isMap(kwargs) ? Object.fromEntries(mapEntries(kwargs).map(([key, value]) => [str(key), value]).filter(([key]) => key !== 'pillar')) as PlainMap : {};
  return { args: isList(args) ? args : args === null ? [] : [args], kwargs: isTruthy(pillar) ? { ...named, pillar } : named };
}

/** Several assertions about one answer: all must hold. */
function judgeAll(test: ValueMap, answer: Answer): PlainMap {
  const groups = groupsOf(test);
  if (groups === undefined) return judge(test, answer);
  const judged = groups.map((group) => judge(group, answer));
  const named = Object.fromEntries(judged.map((one, at) => [`assertion${at + 1}`, one]));
  return { ...named, status: judged.every((one) => one['status'] === 'Pass') ? 'Pass' : 'Fail' };
}

/**
 * The result of a test: status, how long it took, details when asked for.
 *
 * Differs: a function that raises an error fails its test; in real Salt it ends the whole run.
 */
export async function runTest(test: ValueMap, ctx: Context): Promise<PlainMap> {
  const startMs = performance.now();
  const fun = str(mapGet(test, 'module_and_function') ?? '');
  const timed = (result: PlainMap): PlainMap => ({ ...result, duration: seconds(performance.now() - startMs) });
  const trouble = await troubleOf(test, fun, ctx);
  if (trouble !== undefined) {
    ctx.log.error({ trouble, fun }, 'saltcheck: the test is not valid');
    return timed({ status: 'Fail - invalid test' });
  }
  if (isTruthy(mapGet(test, 'skip'))) return { status: 'Skip', duration: floatOf(0) };
  const { args, kwargs } = argumentsOf(test);
  const details = isTruthy(mapGet(test, 'output_details') ?? await ctx.call('config.get', ['saltcheck_output_details', false]));
  try {
    const value = await ctx.call(fun, args, kwargs);
    return timed(judgeAll(test, { fun, args: mapGet(test, 'args') ?? null, value, details, shows: isTruthy(mapGet(test, 'print_result') ?? true) }));
  } catch (error) {
    if (!(error instanceof TsaltError)) throw error;
    return timed({ status: `Fail: ${error.message}` });
  }
}
