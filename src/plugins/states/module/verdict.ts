/** Whether what a function gave means that it worked. */
import { isMap, mapEntries, type Value, type ValueMap } from '../../../kernel/std/value.js';

/** A map fails by `result: False` or a `retcode` other than 0, at any depth. */
function mapWorked(map: ValueMap): boolean {
  return mapEntries(map).every(([key, value]) => {
    if ((key === 'result' && value === false) || (key === 'retcode' && value !== 0)) return false;
    return !isMap(value) || mapWorked(value);
  });
}

export function worked(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  return isMap(value) ? mapWorked(value) : true;
}
