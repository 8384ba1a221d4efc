/** Failures of execution modules as states tell them. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isMap, mapGet, type PlainMap, type Value } from '../../../kernel/std/value.js';

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

/** What had changed until the failure, when it says so. */
export function changesBefore(failure: CommandExecutionError): PlainMap | undefined {
  const info = failure.context['info'] as Value | undefined;
  if (!isMap(info)) return undefined;
  const changes = mapGet(info, 'changes');
  return isMap(changes) && !(changes instanceof Map) ? changes : {};
}
