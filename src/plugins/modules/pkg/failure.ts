/** Failures of package operations, with what had changed until then. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';

/**
 * A `CommandExecutionError` with Salt's `info`: its message shows everything, `context.info` holds the data for states and
 * `context.error` the sentence alone.
 *
 * Source: observed, `pkg.install` of a package that is not there.
 */
export function failureWithInfo(error: string, info: PlainMap): CommandExecutionError {
  const end = /[.?!]$/.test(error) ? ' ' : '. ';
  return new CommandExecutionError(`${error}${end}Additional info follows:\n\n${nestedText(info)}`, { context: { error, info } });
}

/** The form of Salt's nested outputter without colours. */
export function nestedText(value: Value): string {
  return nestedLines(value, 0, '').join('\n');
}

function nestedLines(value: Value, indent: number, prefix: string): string[] {
  const at = ' '.repeat(indent);
  if (isMap(value)) {
    const entries = mapEntries(value).map(([key, item]) => [str(key), item] as const).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const head = indent > 0 ? [`${at}----------`] : [];
    return [...head, ...entries.flatMap(([key, item]) => [`${at}${prefix}${key}:`, ...nestedLines(item, indent + 4, '')])];
  }
  if (Array.isArray(value)) {
    return (value as readonly Value[]).flatMap((item) => {
      if (isMap(item)) return [`${at}|_`, ...nestedLines(item, indent + 2, '')];
      if (Array.isArray(item)) return [`${at}|_`, ...nestedLines(item, indent + 2, '- ')];
      return nestedLines(item, indent, '- ');
    });
  }
  if (typeof value !== 'string') return [`${at}${prefix}${str(value)}`];
  const lines = value === '' ? [] : value.replace(/\n$/, '').split('\n');
  return lines.map((line, row) => `${at}${row === 0 ? prefix : ' '.repeat(prefix.length)}${line}`);
}
