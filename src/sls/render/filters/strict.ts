/** Undefined values inside of what a filter gets: Salt's own filters give them back instead of working on them. */
import { type Data, Thing } from '../python/data.js';
import { type Operation } from '../python/callable.js';
import { Dict } from '../python/dict.js';
import { Undefined } from '../python/undefined.js';

function collect(value: Data, seen: Set<Data>, found: Undefined[]): void {
  if (value instanceof Undefined) {
    if (value.strict) found.push(value);
    return;
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  if (value instanceof Dict) {
    seen.add(value);
    for (const item of value.values()) collect(item, seen, found);
  } else if (Array.isArray(value) && !(value instanceof Thing)) {
    seen.add(value);
    for (const item of value) collect(item, seen, found);
  }
}

/** The operation, which gives one undefined value with all messages when there are such inside. */
export function refusingUndefined(operation: Operation): Operation {
  return {
    ...operation,
    run: (input, args, site) => {
      const found: Undefined[] = [];
      collect(input, new Set(), found);
      const [first] = found;
      if (first === undefined) return operation.run(input, args, site);
      return found.length === 1 ? first : new Undefined(found.map(({ message }) => message).join('\n'), true);
    },
  };
}
