/** Diffs between lines of files. */
import { isUtf8 } from 'node:buffer';
import { unifiedDiff } from '../../../../kernel/std/unified-diff.js';
import { bytesAsText, textAsBytes } from '../../../../kernel/sys/file/regex.js';

/** Lines of bytes with their ends: `\n`, `\r\n` and a lone `\r` end one. */
export function linesOfBytes(bytes: Uint8Array): string[] {
  return (bytesAsText(bytes).match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+/g) ?? []).map((line) => lineText(textAsBytes(line)));
}

/** Text of a line: UTF-8, else one character a byte. */
export function lineText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/** The diff as one text; empty when there is no difference. */
export function diffText(old: readonly string[], fresh: readonly string[], from = '', to = ''): string {
  return unifiedDiff(old, fresh, { from, to }).join('');
}
