/**
 * Nested lists of `{name: value}` as tables of HTML; `__style__` beside a name gives its row, and all below, a colour.
 *
 * Source: read and observed, Salt 3008.3, returner `highstate`: the same bytes. Differs: names are escaped as values are.
 */
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Most mail readers know no style sheets: every element has its own. */
const STYLES: Readonly<Record<string, string>> = {
  _table: 'border-collapse:collapse;width:100%;',
  _td: 'vertical-align:top;font-family:Helvetica,Arial,sans-serif;font-size:9pt;',
  unchanged: 'color:blue;',
  changed: 'color:green',
  failed: 'color:red;',
  first: 'border-top:0;border-left:1px solid #9e9e9e;',
  first_first: 'border-top:0;border-left:0;',
  notfirst_first: 'border-left:0;border-top:1px solid #9e9e9e;',
  other: 'border-top:1px solid #9e9e9e;border-left:1px solid #9e9e9e;',
  name: 'width:70pt;',
  container: 'padding:0;',
};
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;' };
const ROW = '<tr style="">';

export const htmlPage = (rows: readonly Value[]): string => ['<html>', '<body>', ...table(rows, ''), '</body>', '</html>', ''].join('\n');

function table(rows: readonly Value[], colour: string): string[] {
  const lines = rows.flatMap((row, at) => (isPlainMap(row) ? named(row, at === 0, colour) : unnamed(row, at === 0, colour)));
  return [`<table style="${style('_table')}">`, ...lines, '</table>'];
}

function named(row: PlainMap, isFirst: boolean, above: string): string[] {
  const { __style__: own, ...rest } = row;
  const colour = typeof own === 'string' ? own : above;
  const [entry, ...more] = Object.entries(rest);
  if (entry === undefined || more.length > 0) return [];
  const [name, value] = entry;
  const [before, after] = isFirst ? ['first_first', 'first'] : ['notfirst_first', 'other'];
  const inner = isList(value)
    ? [`<td style="${style('_td', after, 'container', colour)}">`, ...table(value, colour), '</td>']
    : [`<td style="${style('_td', after, colour)}">${escaped(str(value))}</td>`];
  return [ROW, `<td style="${style('_td', before, 'name', colour)}">${escaped(name)}</td>`, ...inner, '</tr>'];
}

function unnamed(row: Value, isFirst: boolean, colour: string): string[] {
  const before = isFirst ? 'first_first' : 'notfirst_first';
  if (isList(row)) return [ROW, `<td style="${style('_td', before, 'container', colour)}">`, ...table(row, colour), '</td>', '</tr>'];
  return [ROW, `<td style="${style('_td', before, colour)}">${escaped(str(row))}</td>`, '</tr>'];
}

const style = (...names: readonly string[]): string => names.map((name) => STYLES[name] ?? '').join('');

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
