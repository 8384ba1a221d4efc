/** What the program does for a function of a user that runs in a thread: calls, files and processes, ports, pieces of an answer. */
import type { Context } from '../contract/context.js';
import { CommandExecutionError } from '../contract/errors.js';
import type { StateRun } from '../contract/state.js';
import type { Deferred } from '../std/async.js';
import type { PlainMap, Value } from '../std/value.js';
import { unpack, type Ask, type FromWorker } from './worker-messages.js';

export interface Piece {
  readonly value: Value;
  consumed(): void;
}

/** One call under way in a thread. */
export interface Call {
  readonly context: Context | undefined;
  readonly done: Deferred<FromWorker>;
  /** Set while somebody waits for the next piece of a generator. */
  wanted: Deferred<Piece | undefined> | undefined;
  readonly pieces: Piece[];
  /** Rows of things that the function reads one by one. */
  readonly rows: Map<number, AsyncIterator<unknown>>;
}

/** @throws whatever the asked part throws */
export async function answerOf(question: Ask, call: Call): Promise<unknown> {
  const { context } = call;
  if (context === undefined) throw new CommandExecutionError('Nothing can be asked while a file is imported');
  switch (question.what) {
    case 'call': return context.call(question.fun, unpack(question.args) as Value[], unpack(question.kwargs) as PlainMap);
    case 'has': return context.has(question.fun);
    case 'state': return runOf(context).call(question.fun, unpack(question.kwargs) as PlainMap);
    case 'hasState': return runOf(context).has(question.fun);
    case 'sys': return methodOf(context.sys, question.method)(...withSignal(question.method, unpack(question.args, context.signal) as unknown[], context.signal));
    case 'port': {
      const result: unknown = await methodOf(context.port(question.port as 'files'), question.method)(...unpack(question.args, context.signal) as unknown[]);
      return isAsyncIterable(result) ? collected(result) : result;
    }
    case 'open': {
      const result: unknown = await methodOf(context.port(question.port as 'files'), question.method)(...unpack(question.args, context.signal) as unknown[]);
      return openRow(call, result);
    }
    case 'next': {
      const { done, value }: IteratorResult<unknown, unknown> = await call.rows.get(question.row)?.next() ?? { done: true, value: undefined };
      if (done === true) call.rows.delete(question.row);
      return done === true ? {} : { value };
    }
    case 'close':
      await call.rows.get(question.row)?.return?.();
      call.rows.delete(question.row);
      return null;
    case 'piece':
      await new Promise<void>((resolve) => givePiece(call, { value: unpack(question.value) as Value, consumed: resolve }));
      return null;
  }
}

function runOf({ state }: Context): StateRun {
  if (state === undefined) throw new CommandExecutionError('Only state functions call other states');
  return state;
}

/** What a user function starts ends with its job, whether it passed the signal on or not. */
function withSignal(method: string, args: unknown[], signal: AbortSignal): unknown[] {
  return method === 'run' ? [args[0], { ...args[1] as object, signal }] : args;
}

function methodOf(owner: object, name: string): (...args: unknown[]) => unknown {
  const method: unknown = (owner as Record<string, unknown>)[name];
  if (typeof method !== 'function' || name in Object.prototype) throw new CommandExecutionError(`There is no '${name}'`);
  return (...args) => method.apply(owner, args) as unknown;
}

export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> => value !== null && typeof value === 'object' && Symbol.asyncIterator in value;

/** Rows that one call may read at the same time. */
const ROWS_MAX = 100;

function openRow({ rows }: Call, items: unknown): number {
  if (rows.size >= ROWS_MAX) throw new CommandExecutionError(`more than ${ROWS_MAX} rows of things are read at once`);
  const row = Math.max(0, ...rows.keys()) + 1;
  rows.set(row, isAsyncIterable(items) ? items[Symbol.asyncIterator]() : listed(items as readonly unknown[]));
  return row;
}

async function* listed(items: readonly unknown[]): AsyncGenerator<unknown> {
  yield* await Promise.resolve(items);
}

async function collected(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function givePiece(call: Call, piece: Piece): void {
  const { wanted } = call;
  call.wanted = undefined;
  if (wanted === undefined) call.pieces.push(piece);
  else wanted.resolve(piece);
}
