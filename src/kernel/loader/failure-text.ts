/**
 * What users and tools get to see when a function fails: the texts of Salt's minion, of `salt-call` and of the runner and
 * wheel clients. Errors are told apart by their `code`, because a plugin may carry its own copy of the classes.
 *
 * Source: golden cli/{salt,call,run}-* (exception, cmderr, missing-args, ...), events/job-error; read, Salt 3008.3.
 */
import { asError } from '../std/async.js';
import { isOsError, osErrorClass, osErrorText } from '../std/os-error.js';
import { mapEntries, mapFrom, isMap, type Value } from '../std/value.js';

const FRAMES_MAX = 20;
/** Python classes that Salt catches together with CommandExecutionError. */
const COMMAND_ERRORS = new Set(['ArgumentValueError', 'CheckError', 'InvalidConfigError', 'InvalidEntityError', 'CommandExecutionError', 'CodePageError']);
const PYTHON_CLASSES: Readonly<Record<string, string>> = {
  'job.command_failed': 'salt.exceptions.CommandExecutionError',
  'job.command_missing': 'salt.exceptions.CommandNotFoundError',
  'job.invocation': 'salt.exceptions.SaltInvocationError',
  'loader.function_missing': 'KeyError',
};

export interface Failure {
  readonly text: string;
  readonly retcode: number;
  /** Outputter that shows the text. */
  readonly out: string;
}

type Sort = 'missing-program' | 'command' | 'invocation' | 'type' | 'other';

function sortOf(error: unknown): Sort {
  const code = codeOf(error);
  if (code === 'job.command_missing') return 'missing-program';
  if (code === 'job.command_failed') return 'command';
  if (code === 'job.invocation') return 'invocation';
  const name = code === 'job.python_exception' ? pythonClass(error).replace(/^salt\.exceptions\./, '') : '';
  if (name === 'CommandNotFoundError') return 'missing-program';
  if (COMMAND_ERRORS.has(name)) return 'command';
  if (name === 'SaltInvocationError' || name === 'SaltClientError') return 'invocation';
  return name === 'TypeError' ? 'type' : 'other';
}

/** The return of a job whose only function failed. `doc` is the documentation of the function. */
export function jobFailure(fun: string, error: unknown, doc = ''): Failure {
  return { text: jobText(fun, error, doc), retcode: 1, out: 'nested' };
}

/** True for an error that no function means to raise: Salt shows a traceback and tells its master. */
export function isUnexpected(error: unknown): boolean {
  return sortOf(error) === 'other' && codeOf(error) !== 'loader.function_missing';
}

function jobText(fun: string, error: unknown, doc: string): string {
  const message = messageOf(error);
  if (codeOf(error) === 'loader.function_missing' && missingFun(error) === fun) return message;
  switch (sortOf(error)) {
    case 'missing-program': return `Command required for '${fun}' not found: ${message}`;
    case 'command': return `ERROR: ${message}`;
    case 'invocation': return `ERROR executing '${fun}': ${message}`;
    case 'type': return `Passed invalid arguments to ${fun}: ${message}\n${doc}`;
    case 'other': return `The minion function caused an exception: ${traceback(error)}`;
  }
}

/** The return of one function among several of a compound command: nothing but the traceback. */
export function compoundFailure(error: unknown): Failure {
  return { text: traceback(error), retcode: 1, out: 'nested' };
}

/**
 * The return when the function asked for is not there: the message alone, or beside the documentation of functions whose
 * names begin alike. `docs` is what `sys.doc '<fun>*'` gives.
 */
export function missingFunctionReturn(fun: string, message: string, docs: Value): Value {
  if (!isMap(docs) || mapEntries(docs).length === 0) return message;
  return mapFrom([...mapEntries(docs).filter(([name]) => name !== fun), [fun, message]]);
}

/** What `salt-call` says of a failure. */
export interface CallFailure {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  /** For the log, as an error: with `-l quiet` nobody sees it. */
  readonly log?: string;
}

/** How `salt-call` ends: what it writes to both outputs and its exit code. */
export function callFailure(fun: string, error: unknown, doc = ''): CallFailure {
  const message = messageOf(error);
  if (codeOf(error) === 'loader.function_missing' && missingFun(error) === fun) return { stdout: '', stderr: `${message}\n`, exitCode: 255 };
  switch (sortOf(error)) {
    case 'missing-program': return { stdout: '', stderr: `Command required for '${fun}' not found: ${message}\n`, exitCode: 1 };
    case 'command': return { stdout: '', stderr: `Error running '${fun}': ${message}\n`, exitCode: 1 };
    case 'invocation':
    case 'type':
      if (isKeywordRefusal(error)) return { stdout: '', stderr: `${message}\n`, exitCode: 1 };
      return { stdout: `${doc}\n`, stderr: `\nPassed invalid arguments: ${message}.\n\nUsage:\n`, exitCode: 1 };
    case 'other': {
      const trace = traceback(error);
      const head = "An un-handled exception was caught by Salt's global exception handler:";
      return { stdout: '', stderr: trace, exitCode: 1, log: `${head}\n${exceptionLine(error)}\n${trace.trimEnd()}` };
    }
  }
}

/** True when the function was not called at all: it is not there, or has no such keywords. */
export function isRefusal(fun: string, error: unknown): boolean {
  return isKeywordRefusal(error) || (codeOf(error) === 'loader.function_missing' && missingFun(error) === fun);
}

/** The return of a runner or wheel function that failed. A wrong call counts as success in Salt, with no return code. */
export function clientFailure(client: 'runner' | 'wheel', fun: string, error: unknown, doc = ''): { text: string; success: boolean; retcode: number | undefined } {
  const sort = sortOf(error);
  if ((sort === 'type' || sort === 'invocation') && !isKeywordRefusal(error)) {
    return { text: `\nPassed invalid arguments: ${messageOf(error)}\n\nUsage:\n${doc}`, success: true, retcode: undefined };
  }
  // The master's own trouble, such as a full disk: its sentence says all, and where in the code it was met helps nobody.
  if (codeOf(error) === 'jobs.store') return { text: `Exception occurred in ${client} ${fun}: ${messageOf(error)}`, success: false, retcode: 1 };
  if (pythonClass(error) === 'salt.exceptions.NotImplemented') return { text: messageOf(error), success: false, retcode: 1 };
  return { text: `Exception occurred in ${client} ${fun}: ${traceback(error)}`, success: false, retcode: 1 };
}

/** True for the refusal of keywords before the function was called. */
export function isKeywordRefusal(error: unknown): boolean {
  return codeOf(error) === 'job.invocation' && contextOf(error)['keywords'] !== undefined;
}

/** The shape of Python's `traceback.format_exc()`, oldest frame first. */
export function traceback(error: unknown): string {
  const frames = [...(asError(error).stack ?? '').matchAll(/^\s+at (?:(?:async )?(.*?) \()?(.+?):(\d+):\d+\)?$/gm)]
    .filter((frame) => !(frame[2] as string).startsWith('node:'))
    .slice(0, FRAMES_MAX).reverse()
    .map((frame) => `  File "${(frame[2] as string).replace(/^file:\/\//, '').replace(/\?.*$/, '')}", line ${frame[3]}, in ${frame[1] ?? '<module>'}\n`);
  return `Traceback (most recent call last):\n${frames.join('')}${exceptionLine(error)}\n`;
}

function exceptionLine(error: unknown): string {
  const message = codeOf(error) === 'loader.function_missing' ? `'${String(missingFun(error))}'` : isOsError(error) ? osErrorText(error) : messageOf(error);
  return message === '' ? pythonClass(error) : `${pythonClass(error)}: ${message}`;
}

/** The class name as Python would print it. */
export function pythonClass(error: unknown): string {
  const code = codeOf(error);
  if (code === 'job.python_exception') return String((error as { className?: unknown }).className ?? 'Exception');
  return PYTHON_CLASSES[code] ?? (isOsError(error) ? osErrorClass(error) : asError(error).name);
}

export const messageOf = (error: unknown): string => asError(error).message;

export function codeOf(error: unknown): string {
  const code: unknown = error !== null && typeof error === 'object' && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

function contextOf(error: unknown): Readonly<Record<string, unknown>> {
  const context: unknown = error !== null && typeof error === 'object' && 'context' in error ? error.context : {};
  return context !== null && typeof context === 'object' ? context as Record<string, unknown> : {};
}

const missingFun = (error: unknown): unknown => contextOf(error)['fun'];
