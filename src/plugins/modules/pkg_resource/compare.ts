/** Compares version texts as Salt does without a package manager: as Python's loose versions. */
import type { Logger } from '../../../kernel/contract/log.js';
import { fitsOperator } from '../../../kernel/sys/pkg/version-operator.js';

/** `first operator second`. */
export function compareWith(first: string, operator: string, second: string, ignoreEpoch: boolean, log: Logger): boolean {
  const bare = (version: string): string => (ignoreEpoch ? version.slice(version.indexOf(':') + 1) : version);
  return fitsOperator(compareLoose(bare(first), bare(second)), operator, log);
}

/**
 * Parts are runs of digits, runs of small letters and what stands between. Numbers are compared as numbers as long as
 * neither version has other parts, else as texts of at least eight digits. Source: read, Salt 3008.3.
 */
export function compareLoose(first: string, second: string): number {
  const left = partsOf(first);
  const right = partsOf(second);
  if (![...left, ...right].every((part) => /^\d+$/.test(part))) {
    return compareLists(left.map(padded), right.map(padded));
  }
  return compareLists(left.map(BigInt), right.map(BigInt));
}

function partsOf(version: string): string[] {
  return version.split(/(\d+|[a-z]+|\.)/).filter((part) => part !== '' && part !== '.');
}

const padded = (part: string): string => (/^\d+$/.test(part) ? BigInt(part).toString().padStart(8, '0') : part);

function compareLists<T extends string | bigint>(left: readonly T[], right: readonly T[]): number {
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined || part > other) return 1;
    if (part < other) return -1;
  }
  return left.length < right.length ? -1 : 0;
}
