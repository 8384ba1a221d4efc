/**
 * `cmd.call`. Salt's takes a Python function, which only states written in Python can give; here it is the full name of an execution
 * function.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { PythonError } from '../../../kernel/contract/errors.js';
import { isMap, isTruthy, typeName, type PlainMap, type Value } from '../../../kernel/std/value.js';

export async function runCall(name: Value, { func = null, args = [], kws = null }: PlainMap, ctx: Context): Promise<PlainMap> {
  // What Python says of a text that is called as a function.
  if (typeof func !== 'string' || !await ctx.has(func)) throw new PythonError('TypeError', `'${typeName(func)}' object is not callable`);
  const result = await ctx.call(func, Array.isArray(args) ? args as readonly Value[] : [], isMap(kws) ? kws as PlainMap : {});
  const row = { name, changes: {}, result: false, comment: '' };
  if (isMap(result)) return { ...row, ...result as PlainMap };
  return { ...row, changes: { retval: result }, result: result === null || isTruthy(result), comment: typeof result === 'string' ? result : '' };
}
