import type { Target } from '../../kernel/contract/job.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface TargetFacts {
  readonly id: string;
  readonly grains: PlainMap;
  readonly pillar: PlainMap;
}

export function compileTarget(target: Target, _options: { nodegroups: Value }): (facts: TargetFacts) => boolean {
  if (target.kind === 'list') {
    const ids = isList(target.expr) ? target.expr.map(String) : String(target.expr).split(',');
    return ({ id }) => ids.includes(id);
  }
  return ({ id }) => fnmatch(id, String(target.expr));
}
