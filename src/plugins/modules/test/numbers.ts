/** The number games of `test`: slow on purpose, but they let other work go on and stop with the job. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { floatOf, isNumber, type Value } from '../../../kernel/std/value.js';
import { repr } from '../../../kernel/std/python-text.js';

const STEPS_A_TURN = 2000;
const COLLATZ_STEPS_MAX = 100_000;

/** Python's `int(value)`. @throws PythonError */
export function toInt(value: Value): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isNumber(value)) return Math.trunc(Number(value));
  if (typeof value !== 'string') throw new PythonError('TypeError', "int() argument must be a string, a bytes-like object or a real number");
  if (!/^\s*[-+]?[0-9]+(?:_[0-9]+)*\s*$/.test(value)) throw new PythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  return Number(value.replaceAll('_', ''));
}

/** The number at a place of the Fibonacci row; `fib(0)` is 0. */
export async function fibonacci(place: number, signal: AbortSignal): Promise<number | bigint> {
  if (place < 0) throw new PythonError('ValueError', 'Negative number is not allowed!');
  let [before, current] = [0n, 1n];
  for (let step = 1; step < place; step += 1) {
    [before, current] = [current, before + current];
    if (step % STEPS_A_TURN === 0) await breathe(signal);
  }
  if (place === 0) return 0;
  return current <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(current) : current;
}

/**
 * The row of a number down to 2. After the first division numbers are floats, as in Salt.
 *
 * Differs: numbers below 1 never reach 1, and Salt counts for ever; here they are refused.
 */
export async function collatzRow(start: number, signal: AbortSignal): Promise<Value[]> {
  if (start < 1) throw new InvocationError('The row of a number below 1 has no end');
  const row: Value[] = [];
  let divided = false;
  for (let number = start; number !== 1; number = number % 2 === 0 ? number / 2 : number * 3 + 1) {
    row.push(divided ? floatOf(number) : number);
    divided ||= number % 2 === 0;
    if (row.length > COLLATZ_STEPS_MAX) throw new InvocationError(`The row is longer than ${COLLATZ_STEPS_MAX}`);
    if (row.length % STEPS_A_TURN === 0) await breathe(signal);
  }
  return row;
}

async function breathe(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await nextTurn();
}
