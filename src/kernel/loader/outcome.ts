/** Exit codes of functions. Source: read, Salt 3008.3: the minion and the caller judge alike. */
import { isMap, isTruthy, mapGet, mapHas, type Value } from '../std/value.js';

const FAILED = 1;

/** The exit code that the function set, unless it is 0; then a result map that says so has failed. */
export function outcomeRetcode(value: Value, set: number | undefined): number {
  if (set !== undefined && set !== 0) return set;
  return saysFailed(value) ? FAILED : 0;
}

/** True for a map whose `result` or `success` is there and is not truthy: `None` too has failed. */
function saysFailed(value: Value): boolean {
  return isMap(value) && ['result', 'success'].some((key) => mapHas(value, key) && !isTruthy(mapGet(value, key)));
}
