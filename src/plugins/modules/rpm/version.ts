/** The order of versions as rpm has it: epoch, version, release. */

export interface Evr {
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
}

/** Splits `epoch:version-release`; an epoch that is no number counts as 0. */
export function readEvr(text: string): Evr {
  const colon = text.indexOf(':');
  const dash = text.indexOf('-');
  const epoch = colon >= 0 && /^\s*[+-]?\d+\s*$/.test(text.slice(0, colon)) ? String(Number(text.slice(0, colon))) : '0';
  if (dash < 0) return { epoch, version: text.slice(colon + 1), release: '' };
  return { epoch, version: text.slice(colon + 1, dash), release: text.slice(dash + 1) };
}

/** `1:2.3-4` without `1:`. */
export const withoutEpoch = (version: string): string => version.slice(version.indexOf(':') + 1);

/** -1, 0 or 1. Releases count only where both versions have one. */
export function compareVersions(first: string, second: string, ignoreEpoch = false): number {
  const left = readEvr(ignoreEpoch ? withoutEpoch(first) : first);
  const right = readEvr(ignoreEpoch ? withoutEpoch(second) : second);
  const epochs = Math.sign(Number(left.epoch) - Number(right.epoch));
  const versions = epochs === 0 ? compareLabels(left.version, right.version) : epochs;
  if (versions !== 0 || left.release === '' || right.release === '') return versions;
  return compareLabels(left.release, right.release);
}

/** A run of digits, a run of letters, or one of the marks that have an order of their own. */
const SEGMENT = /[0-9]+|[A-Za-z]+|[~^]/g;

/**
 * Segments are compared one by one: `~` is before everything, even before the end; `^` is after the end and before the rest;
 * numbers are after letters. Source: the manual of rpm, rpm-version(7).
 */
export function compareLabels(first: string, second: string): number {
  if (first === second) return 0;
  const left = first.match(SEGMENT) ?? [];
  const right = second.match(SEGMENT) ?? [];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const order = compareSegments(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** Ranks of what a segment can be, by order. */
function rankOf(segment: string | undefined): number {
  if (segment === '~') return 0;
  if (segment === undefined) return 1;
  if (segment === '^') return 2;
  return /^[0-9]/.test(segment) ? 4 : 3;
}

function compareSegments(left: string | undefined, right: string | undefined): number {
  const ranks = Math.sign(rankOf(left) - rankOf(right));
  if (ranks !== 0 || left === undefined || right === undefined || left === right) return ranks;
  if (rankOf(left) === 4) {
    const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
    if (a.length !== b.length) return a.length > b.length ? 1 : -1;
    return a === b ? 0 : a > b ? 1 : -1;
  }
  return left > right ? 1 : -1;
}
