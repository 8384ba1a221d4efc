/**
 * What a run of states gave, counted and in order.
 *
 * Source: read, Salt 3008.3, returner `highstate`: a state that has changes and failed counts as both.
 */
import { isMap, isNumber, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface StateCounts {
  readonly total: number;
  readonly failed: number;
  readonly unchanged: number;
  readonly changed: number;
  /** Milliseconds. */
  readonly duration: number;
}

export type StateEntry = readonly [key: string, data: PlainMap];

/** The states by the order of their run; undefined for a result that is not that of states. */
export function statesOf(returned: Value | undefined): StateEntry[] | undefined {
  if (!isPlainMap(returned)) return undefined;
  const entries = Object.entries(returned);
  if (!entries.every(([key, data]) => key.split('_|-').length === 4 && isPlainMap(data))) return undefined;
  const order = (data: PlainMap): number => (isNumber(data['__run_num__']) ? Number(data['__run_num__']) : 0);
  return (entries as StateEntry[]).sort(([, a], [, b]) => order(a) - order(b));
}

export function countStates(states: readonly StateEntry[]): StateCounts {
  const failed = states.filter(([, data]) => isFailed(data)).length;
  const changed = states.filter(([, data]) => hasChanges(data)).length;
  const duration = states.reduce((sum, [, data]) => sum + milliseconds(data['duration']), 0);
  return { total: states.length, failed, changed, unchanged: states.length - failed - changed, duration };
}

/** Also one that would change something in a test run: its result is None. */
export const isFailed = (data: PlainMap): boolean => data['result'] !== undefined && !isTruthy(data['result']);

export const hasChanges = ({ changes }: PlainMap): boolean => changes !== undefined && (isMap(changes) || Array.isArray(changes) || typeof changes === 'string') && isTruthy(changes);

function milliseconds(value: Value | undefined): number {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : isNumber(value) ? Number(value) : 0;
  return Number.isFinite(read) ? read : 0;
}
