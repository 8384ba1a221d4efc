/**
 * Targets: whom a job is for. Refuses to know: keys, caches, sockets. A minion asks `compileTarget`; the client writes
 * `publishedForm`; the master foretells the answers with `expectedMinions`. Source: golden, targeting.
 */
import type { Target } from '../../kernel/contract/job.js';
import { isMap, mapSize, type Value } from '../../kernel/std/value.js';
import { compileCompound } from './compound.js';
import type { TargetFacts } from './facts.js';
import { matcherOf } from './matchers.js';
import { expandNodeGroup, hasNodeGroup } from './node-groups.js';

export type { TargetFacts } from './facts.js';
export { expectedMinions, type ExpectedMinions, type KnownMinions } from './expected.js';
export { publishedForm } from './published.js';

export interface TargetOptions {
  readonly nodegroups: Value;
}

/** Kinds whose delimiter a minion heeds; the others use a colon whatever was published. Source: golden, targeting. */
const KINDS_WITH_DELIMITER: ReadonlySet<string> = new Set(['grain', 'grain_pcre', 'pillar']);

/**
 * The question "does this mean me?". An unknown kind and a malformed expression mean nobody.
 *
 * @throws PythonError (mostly from the question, not here) for a pattern that is none, as Salt's matchers raise
 */
export function compileTarget(target: Target, options: TargetOptions): (facts: TargetFacts) => boolean {
  return compileKnown(target, options) ?? (() => false);
}

/** False for kinds that minions do not know; they answer to nothing of the kind. */
export function hasMatcher(kind: string): boolean {
  return compileKnown({ expr: '', kind, delimiter: ':' }, { nodegroups: {} }) !== undefined;
}

function compileKnown({ expr, kind, delimiter }: Target, { nodegroups }: TargetOptions): ((facts: TargetFacts) => boolean) | undefined {
  if (kind === 'compound') return compileCompound(expr, nodegroups);
  if (kind === 'nodegroup') return compileNodeGroup(expr, nodegroups);
  return matcherOf(kind, expr, KINDS_WITH_DELIMITER.has(kind) ? delimiter : undefined);
}

/** Top files ask for groups by name; published jobs have them written out. */
function compileNodeGroup(name: Value, nodegroups: Value): (facts: TargetFacts) => boolean {
  if (typeof name !== 'string' || !isMap(nodegroups) || mapSize(nodegroups) === 0 || !hasNodeGroup(name, nodegroups)) return () => false;
  return compileCompound(expandNodeGroup(name, nodegroups), nodegroups);
}
