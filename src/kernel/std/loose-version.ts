/**
 * Versions of any form, compared part by part as Python's LooseVersion does, with Salt's rule for parts that are words.
 * Source: read, Salt 3008.3 `salt.utils.versions`.
 */

/** Numbers, words and what stands between them. */
const PARTS = /\d+|[a-z]+|\.|[^\da-z.]+/g;

const partsOf = (version: string): (number | string)[] =>
  [...version.matchAll(PARTS)].map(([part]) => part).filter((part) => part !== '.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));

/** Words are not numbers: with one of them all parts are text, numbers with zeros before them. */
const padded = (part: number | string): string => (typeof part === 'number' ? String(part).padStart(8, '0') : part);

/** Negative when `a` is older, positive when it is newer. */
export function compareLoose(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  const isNumeric = [...left, ...right].every((part) => typeof part === 'number');
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const [first, second] = isNumeric ? [one, other] : [padded(one), padded(other)];
    if (first !== second) return first < second ? -1 : 1;
  }
  return 0;
}
