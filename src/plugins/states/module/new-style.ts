/** `module.run` with functions as keys: `test.echo: [text]`. */
import type { Context } from '../../../kernel/contract/context.js';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapGet, mapHas, mapKeys, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { giveBack } from './give-back.js';
import { signatureOf, type Signature } from './signature.js';
import { worked } from './verdict.js';

/** `fun` of `fun:1`: one function may be called more than once. */
const functionOf = (key: string): string => key.split(':', 1)[0] ?? key;

/** What Python makes of a value given as `*args`. */
function itemsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  if (isList(value)) return value;
  if (typeof value === 'string') return Array.from(value);
  if (isMap(value)) return mapKeys(value);
  throw new PythonError('TypeError', `Value after * must be an iterable, not ${typeof value === 'boolean' ? 'bool' : 'int'}`);
}

interface Call {
  readonly args: readonly Value[];
  readonly kwargs: PlainMap;
}

/** Items that are maps are arguments by name; a map that names parameters without a default gives those by place. */
function callOf(items: readonly Value[], signature: Signature): Call {
  const required = signature.args.filter((name) => !signature.defaults.has(name));
  const kwargs: PlainMap = Object.fromEntries(signature.defaults);
  const placed = new Map<string, Value>();
  const positional = items.filter((item) => !isMap(item));
  for (const item of items.toReversed()) {
    if (!isMap(item)) continue;
    for (const [key, value] of mapEntries(item)) {
      if (required.includes(str(key))) placed.set(str(key), value);
      else for (const [name, one] of mapEntries(item)) kwargs[str(name)] = one;
    }
  }
  const args = [...positional, ...required.filter((name) => placed.has(name)).map((name) => placed.get(name) ?? null)];
  const missing = signature.args.slice(args.length, Math.max(args.length, signature.args.length)).filter((name) => !(name in kwargs));
  if (required.length > args.length && missing.length > 0) throw new InvocationError(`Missing arguments: ${missing.join(', ')}`);
  return { args, kwargs };
}

async function callFunction(fun: string, given: Value, returner: Value | undefined, ctx: Context): Promise<Value> {
  const { args, kwargs } = callOf(itemsOf(given), await signatureOf(fun, ctx));
  const value = await ctx.call(fun, args, kwargs);
  if (returner !== undefined && returner !== null) await giveBack(returner, fun, value, ctx);
  return value;
}

/** `True` stands where Salt means a plural s; the text is kept. */
const plural = (list: readonly string[]): string => (list.length > 1 ? 'True' : '');

/** What keeps the functions from being called. */
async function obstacle(keys: readonly string[], name: Value, ctx: Context): Promise<PlainMap | undefined> {
  const missing: string[] = [];
  const planned: string[] = [];
  for (const fun of keys.map(functionOf)) {
    if (!await ctx.has(fun)) missing.push(fun);
    else if (ctx.test) planned.push(fun);
  }
  if (keys.length === 0) return failed(name, 'No function provided.');
  if (missing.length === 0 && planned.length === 0) return undefined;
  const comment = [
    missing.length > 0 ? `Unavailable function${plural(missing)}: ${missing.join(', ')}.` : '',
    planned.length > 0 ? `Function${plural(planned)} ${planned.join(', ')} to be executed.` : '',
  ].join(' ').trim();
  return (missing.length > 0 ? failed : wouldChange)(name, comment);
}

const commentOf = (value: Value, fallback: string): string => (isMap(value) && mapHas(value, 'comment') ? str(mapGet(value, 'comment') ?? null) : fallback);

export async function runFunctions({ name: _name, ...given }: PlainMap, ctx: Context): Promise<PlainMap> {
  const name = Object.keys(given);
  const keys = name.filter((key) => key.includes('.'));
  const stopped = await obstacle(keys, name, ctx);
  if (stopped !== undefined) return stopped;
  const failures: string[] = [];
  const successes: string[] = [];
  const changes: PlainMap = {};
  for (const key of keys) {
    try {
      const value = await callFunction(functionOf(key), given[key] ?? null, given['returner'], ctx);
      if (worked(value)) {
        successes.push(`${key}: ${isMap(value) ? commentOf(value, 'Success') : str(value)}`);
        changes[key] = value;
      } else {
        failures.push(isMap(value) ? `'${key}' failed: ${commentOf(value, '(error message N/A)')}` : `'${key}': False`);
      }
    } catch (error) {
      if (!(error instanceof InvocationError || (error instanceof PythonError && error.className === 'TypeError'))) throw error;
      failures.push(`'${key}' failed: ${error.message}`);
    }
  }
  const comment = [...failures, ...successes].join(', ');
  return (failures.length === 0 ? done : failed)(name, comment, changes);
}
