/** What the states of Docker have in common. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

export const virtual = async (ctx: Context): Promise<string | true> => (await ctx.has('docker.version') ? true : "'docker.version' is not available.");

const words = (error: unknown): string => {
  if (error instanceof CommandExecutionError || error instanceof InvocationError) return error.message;
  throw error;
};

/** A service that cannot be asked, and a wish that makes no sense, make the state fail in plain words. */
export const guarded = (name: string, work: () => Promise<PlainMap>): Promise<PlainMap> =>
  work().catch((error: unknown) => failed(name, words(error)));

/** What a call gives, or why it gives nothing. */
export async function attempt<T>(work: Promise<T>): Promise<{ readonly value: T } | { readonly failure: string }> {
  try {
    return { value: await work };
  } catch (error) {
    return { failure: words(error) };
  }
}

/** Facts of something, or undefined when the service says that it is not there. @throws CommandExecutionError when it cannot be asked */
export async function lookedUp(fun: string, name: string, ctx: Context): Promise<PlainMap | undefined> {
  const asked = await attempt(ctx.call(fun, [name]));
  if ('value' in asked) return isPlainMap(asked.value) ? asked.value : {};
  if (asked.failure.startsWith('Error 404')) return undefined;
  throw new CommandExecutionError(asked.failure);
}

export const part = (facts: PlainMap, name: string): PlainMap => (isPlainMap(facts[name] ?? null) ? facts[name] as PlainMap : {});

/** Sentences as Salt joins them. */
export const sentences = (comments: readonly string[]): string => (comments.length > 1 ? `${comments.join('. ')}.` : comments.join(''));

/** Maps of one key each, as SLS files have lists of pairs, as one map; anything else as it is. */
export function repacked(value: Value): Value {
  if (!isList(value) || value.length === 0 || !value.every((item) => isPlainMap(item) && Object.keys(item).length === 1)) return value;
  return Object.assign({}, ...value) as PlainMap;
}

export const listed = (value: Value): string[] => (value === null ? [] : isList(value) ? value.map(str) : str(value).split(',').map((item) => item.trim()));
