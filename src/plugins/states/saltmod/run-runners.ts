/** `salt.runner`, `salt.wheel`, `salt.parallel_runners`: functions of the master. Source: golden states/orchestrate; read, Salt 3008.3 (texts). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { asError } from '../../../kernel/std/async.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isPlainMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

export async function runOnMaster(kind: 'Runner' | 'Wheel', name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  if (ctx.test) return { name, result: null, changes: {}, comment: `${kind} function '${name}' would be executed.` };
  const answer = await answerOf(kind, name, kwargs, ctx);
  const value = answer['return'] ?? null;
  const isFine = isTruthy(answer['success'] ?? true) && !(isMap(value) && mapGet(value, 'Error') !== undefined);
  return {
    name, changes: { return: value }, comment: `${kind} function '${name}' ${isFine ? 'executed' : 'failed'}.`, result: isFine,
    ...(answer['jid'] === undefined ? {} : { __jid__: answer['jid'] }),
  };
}

/** Where there is no master the function has failed, in the form of Salt. Source: observed, 3008.3 `salt-call --local state.orchestrate`. */
async function answerOf(kind: 'Runner' | 'Wheel', name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  try {
    return await ask(kind === 'Runner' ? 'saltutil.runner' : 'saltutil.wheel', name, kwargs, ctx);
  } catch (error) {
    if (!(error instanceof CommandExecutionError) || error.context['port'] !== 'masterSide') throw error;
    return { return: `Exception occurred in ${kind.toLowerCase()} ${name}: ${error.message}`, success: false };
  }
}

async function ask(fun: 'saltutil.runner' | 'saltutil.wheel', name: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { __orchestration_jid__: jid, __env__: env } = ctx.state?.low ?? {};
  const facts: PlainMap = { ...(jid === undefined ? {} : { __orchestration_jid__: jid }), ...(env === undefined ? {} : { __env__: env }) };
  const user = fun === 'saltutil.runner' && typeof ctx.job['user'] === 'string' ? { __pub_user: ctx.job['user'] } : {};
  const answer = await ctx.call(fun, [name], { ...kwargs, ...facts, ...user, ...(fun === 'saltutil.runner' ? { full_return: true } : {}) });
  return isPlainMap(answer) ? answer : { return: answer };
}

export async function runInParallel(name: string, runners: Value, ctx: Context): Promise<PlainMap> {
  const wanted = typeof runners === 'string' ? { [runners]: [{ name: runners }] } : runners;
  if (!isMap(wanted)) return { name, changes: {}, comment: 'The runners parameter must be a string or dict.', result: false };
  const calls = mapEntries(wanted).map(([id, config]) => ({ id: str(id), ...callOf(str(id), config) }));
  let outputs: (readonly [string, Value])[];
  try {
    outputs = await Promise.all(calls.map(async ({ id, fun, kwarg }) => [id, (await ask('saltutil.runner', fun, kwarg, ctx))['return'] ?? null] as const));
  } catch (error) {
    return { name, changes: {}, comment: `One of the runners raised an exception: ${asError(error).message}`, result: false, success: false };
  }
  const isHighstate = outputs.every(([, value]) => isPlainMap(value) && value['outputter'] === 'highstate' && 'data' in value);
  return { name, ...(isHighstate ? await ofStates(outputs as (readonly [string, PlainMap])[], ctx) : ofFunctions(outputs)) };
}

function callOf(id: string, config: Value): { fun: string; kwarg: PlainMap } {
  const given: PlainMap = isPlainMap(config) ? config : isList(config) ? Object.assign({}, ...config.filter(isPlainMap)) as PlainMap : {};
  return { fun: str(given['name'] ?? id), kwarg: isPlainMap(given['kwarg']) ? given['kwarg'] : {} };
}

async function ofStates(outputs: readonly (readonly [string, PlainMap])[], ctx: Context): Promise<PlainMap> {
  const failed = outputs.filter(([, output]) => isTruthy(output['retcode'] ?? 0));
  const words: string[] = [];
  for (const [id, output] of failed) words.push(`Runner ${id} failed with return value:\n${await ctx.port('output').format(output, 'nested', { color: false, nested_indent: 2 }) ?? ''}`);
  const changes = Object.fromEntries(outputs.map(([id, output]) => [id, changesIn(output['data'] ?? null)] as const).filter(([, found]) => isTruthy(found)));
  return { result: failed.length === 0, changes, comment: failed.length === 0 ? 'All runner functions executed successfully.' : words.join('\n') };
}

function ofFunctions(outputs: readonly (readonly [string, Value])[]): PlainMap {
  const failed = outputs.filter(([, output]) => isPlainMap(output) && isTruthy(output['exit_code'] ?? 0)).map(([id]) => id);
  const comment = failed.length === 0 ? 'All runner functions executed successfully.' : failed.length === 1 ? `Runner ${failed[0] ?? ''} failed.` : `Runners ${failed.join(', ')} failed.`;
  return { result: failed.length === 0, changes: { ret: Object.fromEntries(outputs) }, comment };
}

/** The changes of rows of states, however deep they lie. */
function changesIn(value: Value): Value {
  if (!isPlainMap(value)) return {};
  const { changes } = value;
  if (changes !== undefined) return isPlainMap(changes) && changes['out'] === 'highstate' && 'ret' in changes ? changes['ret'] ?? {} : changes;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changesIn(item)] as const).filter(([, found]) => isTruthy(found)));
}
