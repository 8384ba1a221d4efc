/** What the result of comparing two versions means for an operator. */
import type { Logger } from '../../contract/log.js';

const RESULTS: Readonly<Record<string, readonly number[]>> = { '<': [-1], '<=': [-1, 0], '==': [0], '>=': [0, 1], '>': [1] };

/** True when a result of a comparison (-1, 0, 1; null when there is none) fits an operator. */
export function fitsOperator(result: number | null, operator: string, log: Logger): boolean {
  const known = Object.hasOwn(RESULTS, operator) ? RESULTS[operator] : undefined;
  if (known === undefined && operator !== '!=') {
    log.error({}, `Invalid operator '${operator}' for version comparison`);
    return false;
  }
  if (result === null) return false;
  return known === undefined ? result !== 0 : known.includes(result);
}
