/** Files of packages that are not as they were installed. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { Wish } from './wish.js';

function optionOf(verify: Wish['verify'], name: string): Value {
  if (typeof verify === 'boolean') return [];
  const found = verify.map((item) => (isMap(item) ? mapGet(item, name) : undefined)).find((value) => value !== undefined && value !== null);
  return found ?? [];
}

export const isVerified = ({ verify }: Wish): boolean => verify !== false && isTruthy(verify as Value);

/** What differs, undefined for nothing. @throws CommandExecutionError, InvocationError */
export async function alteredFiles(name: string, wish: Wish, kwargs: PlainMap, ctx: Context): Promise<Value | undefined> {
  const found = await ctx.call('pkg.verify', [name], {
    ignore_types: optionOf(wish.verify, 'ignore_types'), verify_options: optionOf(wish.verify, 'verify_options'), ...kwargs,
  });
  return isTruthy(found) ? found : undefined;
}

/** As above; a failure comes as its text. */
export async function tryAlteredFiles(name: string, wish: Wish, kwargs: PlainMap, ctx: Context): Promise<{ files: Value | undefined } | { problem: string }> {
  try {
    return { files: await alteredFiles(name, wish, kwargs, ctx) };
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return { problem: error.message };
    throw error;
  }
}
