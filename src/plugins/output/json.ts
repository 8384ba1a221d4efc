/** Data as JSON, formatted as Python does. What JSON cannot carry is shown as Python writes it. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { isInteger, type Value } from '../../kernel/std/value.js';
import { pythonJson } from '../../kernel/std/python-json.js';
import type { Options } from './parts/options.js';

const PRETTY = 4;

/** What one level is indented by; null for everything on one line; undefined when the option means nothing. */
function indentOf(value: Value | undefined): string | null | undefined {
  if (value === undefined || value === 'pretty') return ' '.repeat(PRETTY);
  if (value === null) return null;
  if (isInteger(value) || typeof value === 'boolean') return Number(value) < 0 ? null : ' '.repeat(Number(value));
  return typeof value === 'string' ? value : undefined;
}

export default defineOutput({
  name: 'json',
  output(data, opts: Options) {
    const indent = indentOf(opts['output_indent']);
    if (indent === undefined) return '{}';
    return pythonJson(data, { indent, sortKeys: opts['output_indent'] === 'pretty' }) ?? '{}';
  },
});
