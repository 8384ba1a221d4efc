/**
 * Whom the master expects to answer. It knows accepted keys and, of some minions, cached grains and pillar: a minion it
 * knows nothing of is left out by grains and pillar, but not by addresses. Source: golden, targeting (`master`).
 */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Target } from '../../kernel/contract/job.js';
import { RegexRefusedError, RegexSyntaxError } from '../../kernel/std/linear-regex.js';
import { expectedOfCompound } from './expected-compound.js';
import { expectedOfKind } from './expected-kinds.js';
import type { ExpectedMinions, ExpectOptions, KnownMinions } from './known-minions.js';
import { expandNodeGroup } from './node-groups.js';

export type { ExpectedMinions, ExpectOptions, KnownMinions } from './known-minions.js';

/** An expression that Salt cannot read means nobody; the client sees no error. */
export function expectedMinions(target: Target, source: KnownMinions, options: ExpectOptions): ExpectedMinions {
  try {
    return expectedOf(target, source, options) ?? nobody();
  } catch (error) {
    if (error instanceof RegexSyntaxError || error instanceof RegexRefusedError || error instanceof PythonError) return nobody();
    throw error;
  }
}

const nobody = (): ExpectedMinions => ({ minions: [], missing: [] });

function expectedOf({ expr: given, kind, delimiter }: Target, source: KnownMinions, options: ExpectOptions): ExpectedMinions | undefined {
  const expr = given ?? '';
  switch (kind) {
    case 'compound': return expectedOfCompound(expr, source, options);
    case 'compound_pillar_exact': return expectedOfCompound(expr, source, { ...options, pillarExact: true });
    case 'nodegroup': return expectedOfCompound(expandNodeGroup(String(expr), source.nodegroups), source, options);
    default: return expectedOfKind(kind, expr, delimiter, source, options);
  }
}
