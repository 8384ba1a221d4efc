/** The output of commands as lines, each after the name of its minion. */
import { defineOutput } from '../../kernel/contract/plugin.js';
import { pformat } from '../../kernel/std/python-pprint.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { reprBytes, str } from '../../kernel/std/python-text.js';
import { isBytes, isMap, mapEntries, type Value } from '../../kernel/std/value.js';

/** Bytes end their lines at `\n`, `\r` and `\r\n` only. */
function bytesLines(bytes: Uint8Array): string[] {
  const text = Buffer.from(bytes).toString('latin1');
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => reprBytes(Buffer.from(line, 'latin1')));
}

function linesOf(value: Value): string[] {
  if (typeof value === 'string') return splitLines(value);
  return isBytes(value) ? bytesLines(value) : [str(value)];
}

export default defineOutput({
  name: 'txt',
  output(data) {
    if (typeof data === 'string') return `${data}\n`;
    if (!isMap(data)) return `${pformat(data)}\n`;
    return mapEntries(data)
      .flatMap(([key, value]) => linesOf(value).map((line) => `${str(key)}: ${line}\n`))
      .join('');
  },
});
