/** What the program and a module worker say to each other, and how values and errors cross the border between threads. */
import {
  CommandExecutionError, CommandNotFoundError, FunctionMissingError, InvocationError, PythonError,
} from '../contract/errors.js';
import type { PluginKind } from '../contract/plugin.js';
import { Tuple, ValueSet, setOf, tupleOf } from '../std/sequences.js';
import { DateTime, Extension, Float, isBytes, type Value } from '../std/value.js';
import type { Description } from './describe.js';
import { codeOf } from './failure-text.js';

/** A user's file, ready to be imported. */
export interface WorkerFile {
  readonly kind: PluginKind;
  readonly name: string;
  readonly url: string;
  readonly source: string;
}

/** Facts of a context that are values. Grains and pillar are left out when they are those of the last call. */
export interface ContextFacts {
  readonly id: string;
  readonly test: boolean;
  readonly unmaskPillar: boolean;
  readonly job: unknown;
  readonly grains?: unknown;
  readonly pillar?: unknown;
  readonly hostname: string;
  readonly memory: ReadonlyMap<string, unknown>;
  readonly runas?: string;
  /** Of a state function: the run it belongs to. */
  readonly state?: StateFacts;
}

/** `chunks` and `results` are sent only to files that mention the run. */
export interface StateFacts {
  readonly low: unknown;
  readonly runId: string;
  readonly chunks: unknown;
  readonly results: unknown;
}

export type ToWorker =
  | { readonly type: 'describe'; readonly id: number; readonly file: WorkerFile }
  | { readonly type: 'virtual'; readonly id: number; readonly file: WorkerFile; readonly facts: ContextFacts }
  | { readonly type: 'call'; readonly id: number; readonly file: WorkerFile; readonly fun: string; readonly args: unknown; readonly facts: ContextFacts }
  | { readonly type: 'abort'; readonly id: number; readonly reason: string }
  | { readonly type: 'answer'; readonly ask: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly ask: number; readonly error: PackedError };

/** Something that only the program can do for a function. */
export type Ask =
  | { readonly what: 'call'; readonly fun: string; readonly args: unknown; readonly kwargs: unknown }
  | { readonly what: 'has'; readonly fun: string }
  | { readonly what: 'state'; readonly fun: string; readonly kwargs: unknown }
  | { readonly what: 'hasState'; readonly fun: string }
  | { readonly what: 'sys'; readonly method: string; readonly args: unknown }
  | { readonly what: 'port'; readonly port: string; readonly method: string; readonly args: unknown }
  /** A method whose answer is a row of things without a known end: `next` gives one after the other. */
  | { readonly what: 'open'; readonly port: string; readonly method: string; readonly args: unknown }
  | { readonly what: 'next'; readonly row: number }
  | { readonly what: 'close'; readonly row: number }
  | { readonly what: 'piece'; readonly value: unknown };

export type FromWorker =
  | { readonly type: 'described'; readonly id: number; readonly description: Description }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown; readonly memory: ReadonlyMap<string, unknown> }
  | { readonly type: 'failed'; readonly id: number; readonly error: PackedError }
  | { readonly type: 'ask'; readonly id: number; readonly ask: number; readonly question: Ask }
  | { readonly type: 'retcode'; readonly id: number; readonly code: number }
  | { readonly type: 'log'; readonly id: number; readonly level: LogLevel; readonly fields: Readonly<Record<string, unknown>>; readonly text: string };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * A value whose classes survive the copy between threads: those of ours travel as a Set of one list, which no value is.
 * Signals travel as a mark, the other side puts its own in place.
 */
export function pack(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || isBytes(value)) return value;
  if (value instanceof Float) return marked('float', value.value);
  if (value instanceof DateTime) return marked('datetime', value.text);
  if (value instanceof Extension) return marked('extension', value.code, value.bytes);
  if (value instanceof Tuple) return marked('tuple', ...value.map(pack));
  if (value instanceof ValueSet) return marked('set', ...value.map(pack));
  if (value instanceof AbortSignal) return marked('signal');
  if (Array.isArray(value)) return value.map(pack);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [pack(key), pack(item)]));
  if (value instanceof Set || value instanceof Date || value instanceof Error) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
}

const marked = (...parts: unknown[]): Set<unknown> => new Set([parts]);

/** Undoes `pack`. */
export function unpack(value: unknown, signal?: AbortSignal): unknown {
  if (value === null || typeof value !== 'object') return value;
  // The copy of a Buffer is a plain Uint8Array.
  if (isBytes(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Set) return unpackMarked([...value][0] as readonly unknown[], signal);
  if (Array.isArray(value)) return value.map((item) => unpack(item, signal));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [unpack(key, signal), unpack(item, signal)]));
  if (value instanceof Date || value instanceof Error) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item, signal)]));
}

function unpackMarked([mark, ...parts]: readonly unknown[], signal: AbortSignal | undefined): unknown {
  switch (mark) {
    case 'float': return new Float(parts[0] as number);
    case 'datetime': return new DateTime(parts[0] as string);
    case 'extension': return new Extension(parts[0] as number, parts[1] as Uint8Array);
    case 'tuple': return tupleOf(parts.map((part) => unpack(part, signal) as Value));
    case 'set': return setOf(parts.map((part) => unpack(part, signal) as Value));
    case 'signal': return signal;
    default: throw new TypeError('an unknown mark came from the other thread');
  }
}

export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code: string;
  readonly className: string;
  readonly fun: string;
}

export function packError(thrown: unknown): PackedError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const more = error as { className?: unknown; fun?: unknown };
  return {
    name: error.name, message: error.message, stack: error.stack ?? '', code: codeOf(error),
    className: typeof more.className === 'string' ? more.className : '', fun: typeof more.fun === 'string' ? more.fun : '',
  };
}

/** An error of the class that its code names, with the stack of the other thread. */
export function unpackError(packed: PackedError): Error {
  const error = errorOf(packed);
  error.stack = packed.stack;
  return error;
}

function errorOf({ code, name, message, className, fun }: PackedError): Error {
  switch (code) {
    case 'job.command_failed': return new CommandExecutionError(message);
    case 'job.command_missing': return new CommandNotFoundError(message);
    case 'job.invocation': return new InvocationError(message);
    case 'job.python_exception': return new PythonError(className, message);
    case 'loader.function_missing': return new FunctionMissingError(fun, message);
    default: return Object.assign(new Error(message), { name }, code === '' ? {} : { code });
  }
}
