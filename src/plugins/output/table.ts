/** Lists of rows as tables, below the keys that lead to them. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { isTruthy, type Value } from '../../kernel/std/value.js';
import { decodeDeep } from './parts/decode.js';
import type { Options } from './parts/options.js';
import { tableLines } from './table/find-tables.js';
import { tableStyle } from './table/style.js';

/** A title is shown with `rows_key` only, and its colour comes behind it. Golden: table-title. */
function titleLines(opts: Options, indent: number, color: { WHITE: string; ENDC: string }): string[] {
  const title: Value = opts['out.table.title'] ?? null;
  if (typeof title !== 'string' || title === '' || !isTruthy(opts['out.table.rows_key'])) return [];
  return [`${' '.repeat(indent)}${title}${color.WHITE}${color.ENDC}\n`];
}

export default defineOutput({
  name: 'table',
  output(data, opts, { nestedIndent = 0 }) {
    const style = tableStyle(opts);
    const indent = nestedIndent !== 0 ? nestedIndent : Number(opts['out.table.nested_indent'] ?? 0);
    return [...titleLines(opts, indent, style.colors), ...tableLines(decodeDeep(data), indent, style)].join('\n');
  },
});
