/** Finds the version that fits `>=1.2` and the like. */
import type { Logger } from '../../../kernel/contract/log.js';
import { fitsOperator } from '../../../kernel/sys/pkg/version-operator.js';

/** -1, 0 or 1; null where one is no version. */
export type Compare = (first: string, second: string) => number | null | Promise<number | null>;

/** True for versions that begin with a comparison. */
export const isComparison = (version: string | null): boolean => /^[<>]/.test(version ?? '');

/** The first candidate that fits, or undefined. */
export async function matchVersion(wanted: string, candidates: readonly string[], compare: Compare, log: Logger): Promise<string | undefined> {
  const match = /^(<=>|!=|>=|<=|>>|<<|<>|>|<|=)?\s?([^<>=]+)$/.exec(wanted);
  const operator = match?.[1] ?? '==';
  const version = match?.[2] ?? wanted;
  for (const candidate of candidates) {
    if (fitsOperator(await compare(candidate, version), operator, log)) return candidate;
  }
  return undefined;
}

/** The complaint about a version that nobody offers. */
export function noSuchVersion(name: string, version: string, candidates: readonly string[], nothing = 'None'): string {
  return `No version matching '${name}${version}' could be found (available: ${candidates.length === 0 ? nothing : candidates.join(', ')})`;
}
