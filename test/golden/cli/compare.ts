/** Compares what our program gave with a recording, as strictly as the recording says. */
import { isDeepStrictEqual } from 'node:util';
import type { Outcome, Recording } from './recording.js';
import { withoutTracebacks } from './normalise.js';

/** Differences in words; empty when they agree. Both sides are normalised already. */
export function differences(wanted: Recording, found: Outcome): string[] {
  const how = wanted.compare ?? 'exact';
  const lines: string[] = [];
  if (wanted.exit_code !== found.exitCode) lines.push(`exit code: wanted ${wanted.exit_code}, found ${String(found.exitCode)}`);
  for (const stream of ['stdout', 'stderr'] as const) {
    const [left, right] = [wanted[stream], trimmedLike(wanted, wanted[stream], found[stream])];
    if (!agree(how, stream, left, right)) lines.push(`${stream}: wanted\n${left}\n${stream}: found\n${right}`);
  }
  return lines;
}

function agree(how: string, stream: 'stdout' | 'stderr', wanted: string, found: string): boolean {
  if (wanted === found) return true;
  if (how.startsWith('exit code and the lines outside')) return tight(withoutTracebacks(wanted)) === tight(withoutTracebacks(found));
  if (how.startsWith('lines, any order')) return isDeepStrictEqual(wanted.split('\n').sort(), found.split('\n').sort());
  if (how === 'JSON value') return stream === 'stdout' ? sameJson(wanted, found) : false;
  if (how === 'shape only') return shapeOf(wanted) === shapeOf(found);
  if (how === 'first lines') return found.startsWith(wanted.trimEnd());
  return false;
}

const tight = (text: string): string => text.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '').join('\n');

/** Where only the first lines were kept, ours count only so far. */
function trimmedLike({ trimmed }: Recording, wanted: string, found: string): string {
  const count = Number(/only the first (\d+) lines/.exec(trimmed ?? '')?.[1] ?? NaN);
  const kept = wanted.split('\n');
  if (Number.isNaN(count) || kept.length - 1 < count) return found;
  return `${found.split('\n').slice(0, kept.length - 1).join('\n')}\n`;
}

/** Equal documents, one after the other; text around them must be equal. */
function sameJson(wanted: string, found: string): boolean {
  return isDeepStrictEqual(documents(wanted), documents(found));
}

function documents(text: string): unknown[] {
  const parts = text.split(/^(?=[{[])/m).flatMap((part) => part.split(/(?<=^[}\]]\n)/m));
  const read = parts.map((part) => {
    try {
      return JSON.parse(part) as unknown;
    } catch (error) {
      if (error instanceof SyntaxError) return part;
      throw error;
    }
  });
  return read.map((item) => JSON.stringify(sorted(item))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/** What stays when names, numbers and order are left out: which kinds of lines there are. */
function shapeOf(text: string): string {
  const kinds = text.split('\n').map((line) => line.replace(/\d+/g, '0').replace(/\b(?:web|db)0?\b/g, 'minion').trimEnd());
  return [...new Set(kinds)].sort().join('\n');
}
