/** Bounds the time that synchronous work may take, such as a search with a pattern from outside. */
import { createContext, Script, type Context } from 'node:vm';

const script = new Script('work()');
let room: Context | undefined;

/** The work did not end in time and was stopped. */
export class TimeLimitError extends Error {
  constructor(ms: number) {
    super(`Stopped after ${ms} ms`);
  }
}

/**
 * What the work gives, if it ends within the time. It is stopped wherever it stands, so it must change nothing that
 * others see. @throws TimeLimitError
 */
export function withinTime<T>(ms: number, work: () => T): T {
  // The engine can only be interrupted in code that was started with a time limit.
  room ??= createContext(Object.create(null) as Context);
  room['work'] = work;
  try {
    return script.runInContext(room, { timeout: ms }) as T;
  } catch (error) {
    // The error comes from the other room, so it is no instance of our Error.
    if ((error as { readonly code?: unknown } | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeLimitError(ms);
    throw error;
  } finally {
    room['work'] = undefined;
  }
}
