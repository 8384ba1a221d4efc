/** Notices about minions that did not answer. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import type { Colors } from '../../kernel/std/colors.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, mapGet, mapKeys, type Value } from '../../kernel/std/value.js';
import { colorsOf } from './parts/options.js';
import { sorted } from './parts/python-errors.js';

const STEP = 4;

function show(value: Value, indent: number, colors: Colors): string {
  const blanks = ' '.repeat(indent);
  if (typeof value === 'string') {
    return value.split('\n').map((line) => `${colors.RED}${blanks}${line}${colors.ENDC}\n`).join('');
  }
  if (!isMap(value)) return '';
  return sorted(mapKeys(value))
    .map((key) => `${colors.CYAN}${blanks}${str(key)}${colors.ENDC}:\n${show(mapGet(value, key) ?? null, indent + STEP, colors)}`)
    .join('');
}

export default defineOutput({ name: 'no_return', output: (data, opts) => show(data, 0, colorsOf(opts)) });
