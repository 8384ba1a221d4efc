/** What the system refused: told apart by code, made where node has no call that fails as Python's does. */
import { PythonError } from '../../contract/errors.js';
import { isOsError, osErrorClass, osErrorReason, osErrorText } from '../../std/os-error.js';

type SystemError = NodeJS.ErrnoException;

/** True for an error that node got from the system (`ENOENT` and its kin). */
export function isSystemError(error: unknown): error is SystemError {
  return isOsError(error);
}

/** True when the error has one of these codes. */
export function failedWith(error: unknown, ...codes: readonly string[]): boolean {
  return isOsError(error) && codes.includes(error.code ?? '');
}

/** Python's `exc.strerror`. */
export const reasonOf = osErrorReason;

/** Python's `str(exc)`: `[Errno 2] No such file or directory: '/x'`. */
export const systemErrorText = (error: SystemError): string => osErrorText(error);

/** `str(exc)` of whatever was thrown. */
export function errorText(error: unknown): string {
  if (isOsError(error)) return osErrorText(error);
  return error instanceof Error ? error.message : String(error);
}

/** The same failure as Python would raise it; other errors come back as they are. */
export function asPythonError(error: unknown): unknown {
  return isOsError(error) ? new PythonError(osErrorClass(error), osErrorText(error), error) : error;
}

/** A refusal that the system would give. */
export function systemError(code: string, path?: string, dest?: string): SystemError {
  return Object.assign(new Error(code), { code }, path === undefined ? {} : { path }, dest === undefined ? {} : { dest });
}

/** Names the file in errors that come from an open handle, which node leaves without a path. */
export async function naming<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isOsError(error)) error.path ??= path;
    throw error;
  }
}
