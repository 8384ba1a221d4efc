/** Maps and lists that are marked to be joined (`!aggregate`): whoever merges rendered data heeds the marks as well. */
import type { Value } from '../../kernel/std/value.js';

const aggregated = new WeakSet<object>();

export const isAggregated = (value: Value): boolean => typeof value === 'object' && value !== null && aggregated.has(value);

export function markAggregated<T extends Value>(value: T): T {
  if (typeof value === 'object' && value !== null) aggregated.add(value);
  return value;
}
