/** Lines of keys and values, and what `file.keyvalue` makes of them; pure text. */
import { strip } from '../../../../kernel/std/python-space.js';
import { str } from '../../../../kernel/std/python-text.js';
import { typeName, type Value } from '../../../../kernel/std/value.js';

export interface KeyValueWish {
  readonly pairs: readonly (readonly [key: string, value: Value])[];
  readonly separator: string;
  readonly append: boolean;
  readonly prepend: boolean;
  /** So many lines of each key are kept or made; below zero all of them. */
  readonly count: number;
  /** Characters that make a line a comment; null: white space. */
  readonly uncomment: string | null;
  readonly keyIgnoreCase: boolean;
  readonly valueIgnoreCase: boolean;
  readonly prune: boolean;
}

export interface Edited {
  readonly lines: readonly string[];
  readonly diff: readonly string[];
  readonly changed: number;
  readonly deleted: number;
}

/** A line under way. */
interface Line {
  /** As it will be written; empty when it goes. */
  text: string;
  value: string;
  readonly original: string;
  readonly key: string;
  readonly hasSeparator: boolean;
  readonly wasComment: boolean;
  /** For comparing with keys. */
  readonly test: string;
}

interface Work {
  readonly wish: KeyValueWish;
  readonly left: Map<string, number>;
  readonly diff: string[];
  changed: number;
}

function withoutComment(line: string, characters: string | null): string {
  if (characters === null) return line.replace(/^\s+/u, '');
  let at = 0;
  while (at < line.length && characters.includes(line.charAt(at))) at += 1;
  return line.slice(at);
}

function readLine(original: string, { uncomment, separator, keyIgnoreCase }: KeyValueWish): Line {
  const bare = withoutComment(original, uncomment);
  const wasComment = bare.length < original.length;
  const working = wasComment ? bare : original;
  const at = working.indexOf(separator);
  return {
    text: original, original, wasComment, hasSeparator: at >= 0, test: keyIgnoreCase ? bare.toLowerCase() : bare,
    key: at < 0 ? working : working.slice(0, at), value: at < 0 ? '' : working.slice(at + separator.length),
  };
}

/** Brings a line that has the key in order. */
function alignLine(work: Work, line: Line, key: string, value: Value): void {
  const { wish: { valueIgnoreCase, separator }, left, diff } = work;
  const fold = (text: string): string => (valueIgnoreCase ? strip(text).toLowerCase() : strip(text));
  line.value = fold(line.value);
  const rest = left.get(key) ?? 0;
  // A comment is taken into use while lines are wanted, and left alone after that; other lines go when there were enough.
  const isRight = line.value === fold(str(value)) || (line.wasComment && rest <= 0);
  if (!isRight || (line.wasComment ? rest > 0 : rest === 0)) {
    diff.push(`- ${line.text}`);
    line.text = rest === 0 ? '' : `${line.key}${separator}${str(value)}\n`;
    if (rest !== 0) diff.push(typeof value === 'string' ? `+ ${line.text}` : `+ ${line.text.trimEnd()} (from ${typeName(value)} type)\n`);
    work.changed += 1;
  }
  if (rest > 0) left.set(key, rest - 1);
}

function editLine(work: Work, original: string): string {
  const { pairs, keyIgnoreCase } = work.wish;
  const line = readLine(original, work.wish);
  for (const [key, value] of pairs) {
    const wanted = keyIgnoreCase ? key.toLowerCase() : key;
    const has = keyIgnoreCase ? line.key.toLowerCase() : line.key;
    if (line.hasSeparator && line.test.startsWith(wanted) && has === wanted) alignLine(work, line, key, value);
  }
  return line.text;
}

const isManaged = ({ pairs, keyIgnoreCase }: KeyValueWish, { test }: Line): boolean =>
  pairs.some(([key]) => test.startsWith(keyIgnoreCase ? key.toLowerCase() : key));

export function editKeyValues(file: readonly string[], wish: KeyValueWish): Edited {
  const work: Work = { wish, left: new Map(wish.pairs.map(([key]) => [key, wish.count])), diff: [], changed: 0 };
  const pruned: string[] = [];
  const lines: string[] = [];
  for (const original of file) {
    if (wish.prune && !isManaged(wish, readLine(original, wish))) pruned.push(original);
    else lines.push(editLine(work, original));
  }
  const missing = wish.pairs.filter(([key]) => (work.left.get(key) ?? 0) > 0).map(([key, value]) => `${key}${wish.separator}${str(value)}\n`);
  const added = wish.append || wish.prepend ? missing : [];
  if (wish.append && added.length > 0) {
    lines.push(...added);
    work.diff.push('- <EOF>\n', ...added.map((line) => `+ ${line}`), '+ <EOF>\n');
  } else if (added.length > 0) {
    lines.unshift(...added.toReversed());
    work.diff.unshift('  <SOF>\n', ...added.toReversed().map((line) => `+ ${line}`));
  }
  for (const line of pruned) work.diff.splice(1, 0, `- ${line}`);
  return { lines, diff: work.diff, changed: work.changed + added.length, deleted: pruned.length };
}
