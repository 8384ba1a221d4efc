/** Runs that are asked for, tried, and carried out later. Source: golden states/calls-028; read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { repr } from '../../../kernel/std/python-text.js';
import { dropCopy, keepCopy, readCopy } from './copies.js';
import type { Keywords } from './request.js';

const FILE = 'req_state.p';

export type Apply = (mods: Value, kwargs: Keywords) => Promise<Value>;

async function requests(ctx: Context): Promise<PlainMap> {
  const kept = await readCopy(FILE, ctx);
  return isPlainMap(kept) ? kept : {};
}

export async function request(mods: Value, kwargs: Keywords, apply: Apply, ctx: Context): Promise<Value> {
  const tested = { ...kwargs, test: true };
  const answer = await apply(mods, tested);
  const name = typeof kwargs['name'] === 'string' ? kwargs['name'] : 'default';
  await keepCopy(FILE, { ...await requests(ctx), [name]: { test_run: answer, mods, kwargs: tested } }, ctx);
  return answer;
}

export async function checkRequest(name: string | null, ctx: Context): Promise<Value> {
  const kept = await requests(ctx);
  if (!isTruthy(name) || Object.keys(kept).length === 0) return kept;
  const found = kept[name ?? ''];
  if (found === undefined) throw new PythonError('KeyError', repr(name));
  return found;
}

export async function clearRequest(name: string | null, ctx: Context): Promise<boolean> {
  const kept = await requests(ctx);
  if (!isTruthy(name)) {
    await dropCopy(FILE, ctx);
    return true;
  }
  const { [name ?? '']: found, ...others } = kept;
  if (found === undefined) return Object.keys(kept).length === 0;
  await keepCopy(FILE, others, ctx);
  return true;
}

/** Carries a request out, and forgets all. */
export async function runRequest(name: string, kwargs: Keywords, apply: Apply, ctx: Context): Promise<Value> {
  const asked = (await requests(ctx))[name];
  if (!isPlainMap(asked) || asked['mods'] === undefined || !isPlainMap(asked['kwargs'])) return {};
  const { test: _test, ...others } = { ...asked['kwargs'], ...kwargs };
  const answer = await apply(asked['mods'], others);
  await dropCopy(FILE, ctx);
  return answer;
}
