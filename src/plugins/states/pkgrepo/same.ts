/** Whether a source of packages is as it is asked for. */
import type { Context } from '../../../kernel/contract/context.js';
import { isTrue } from '../../../kernel/std/is-true.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const sorted = (value: Value | undefined): string => (isList(value) ? value.map(str) : Array.from(str(value ?? ''))).toSorted(compareText).join('\n');
const asSet = (value: Value | undefined): string => sorted(isList(value) ? [...new Set(value.map(str))] : value ?? null);

/** Comments as one line. */
export const textOfComments = (comments: Value): string => (isList(comments) ? comments.map(str).join(' ') : str(comments)).trim();

/** The words of a line with its components in order. */
function wordsOf(line: string): string {
  const words = line.split(/\s+/).filter((word) => word !== '');
  return [...words.slice(0, 3), ...words.slice(3).toSorted(compareText)].join(' ');
}

function sameLine(wanted: string, known: string, comments: Value | undefined): boolean {
  const at = known.indexOf('#');
  const [line, comment] = at < 0 ? [known, ''] : [known.slice(0, at), known.slice(at + 1).trim()];
  return wordsOf(wanted) === wordsOf(line) && (comments === undefined || comment === textOfComments(comments));
}

const isFamily = (ctx: Context, ...families: readonly string[]): boolean => families.includes(str(ctx.grains['os_family'] ?? ''));

/** `comments` are those the user gave. */
function same(key: string, wanted: PlainMap, known: PlainMap, comments: Value | undefined, ctx: Context): boolean {
  const [value = null, now = null] = [wanted[key], known[key]];
  if (!(key in known)) {
    if (key === 'enabled') return isFamily(ctx, 'RedHat') && isTrue(value);
    return key !== 'comps' && key !== 'key_url';
  }
  if (key === 'comps' || key === 'key_url') return sorted(value) === sorted(now);
  if (key === 'line' && isFamily(ctx, 'Debian')) return isTruthy(wanted['disabled'] ?? null) || sameLine(str(value), str(now), comments);
  if (key === 'comments' && isFamily(ctx, 'RedHat')) return textOfComments(value) === textOfComments(now);
  if (key === 'architectures' && isTruthy(value)) return asSet(value) === asSet(now);
  if (isFamily(ctx, 'RedHat', 'Suse') && (typeof value === 'boolean' || typeof now === 'boolean')) return isTrue(value) === isTrue(now);
  return str(value) === str(now);
}

export const sameSource = (wanted: PlainMap, known: PlainMap, comments: Value | undefined, ctx: Context): boolean =>
  Object.keys(wanted).every((key) => same(key, wanted, known, comments, ctx));
