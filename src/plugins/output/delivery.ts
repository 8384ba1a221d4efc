/** Shows delivery records with times that people read: `at: 2026-01-02 03:04:05.678` for `at_ms`; ours. All else as `nested`. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { isList, isMap, isNumber, mapEntries, mapFrom, type Value } from '../../kernel/std/value.js';
import nested from './nested.js';

const two = (count: number, digits = 2): string => String(count).padStart(digits, '0');

/** In local time. */
function moment(unixMs: number): string {
  const at = new Date(unixMs);
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map((count) => two(count)).join(':')}.${two(at.getMilliseconds(), 3)}`;
}

function readable(value: Value): Value {
  if (isList(value)) return value.map(readable);
  if (!isMap(value)) return value;
  return mapFrom(mapEntries(value).map(([key, item]) => {
    const name = typeof key === 'string' && isNumber(item) ? /^(.+)_ms$/.exec(key)?.[1] : undefined;
    return name === undefined ? [key, readable(item)] : [name, moment(Number(item))];
  }));
}

export default defineOutput({
  name: 'delivery',
  output: (data, opts, options) => nested.output(readable(data), opts, options),
});
