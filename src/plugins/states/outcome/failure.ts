/** Failures of execution modules as states tell them. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { failed } from '../../../kernel/contract/state.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export type Tried<T> = { readonly value: T } | { readonly failure: CommandExecutionError };

/** What a call gives, or its `CommandExecutionError`; anything else is no answer and goes on. */
export async function tried<T>(work: Promise<T>): Promise<Tried<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof CommandExecutionError) return { failure: error };
    throw error;
  }
}

/**
 * The return of a state whose call failed. A failure that knows what had changed until then tells that in the changes and the rest in the
 * comment; any other stands behind `words`.
 */
export async function failedCall(name: Value, words: string, failure: CommandExecutionError, ctx: Context): Promise<PlainMap> {
  const info = (failure.context['info'] ?? null) as Value;
  if (!isTruthy(info)) return failed(name, `${words}: ${failure.message}`);
  if (!isPlainMap(info)) return failed(name, failure.message);
  const { changes, ...rest } = info;
  const error = String(failure.context['error'] ?? failure.message);
  const known = isPlainMap(changes) ? changes : {};
  if (Object.keys(rest).length === 0) return failed(name, error, known);
  const end = error === '' ? '' : /[.?!]$/.test(error) ? ' ' : '. ';
  const shown = await ctx.port('output').format(rest, 'nested', { color: false }) ?? '';
  return failed(name, `${error}${end}Additional info follows:\n\n${shown}`, known);
}
