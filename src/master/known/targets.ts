/** Who should answer a target: the master's view, from accepted keys and what minions told. */
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KeyStore } from '../keys/key-store.js';
import type { KnownStore } from './known-store.js';

export interface TargetParts {
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly nodegroups: Value;
}

export class MinionTargets {
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.#parts = parts;
  }

  expected(tgt: Value, tgtType: string, _delimiter: string): { minions: string[]; missing: string[] } {
    const ids = this.#parts.keys.ids('accepted');
    if (tgtType === 'list') {
      const named = isList(tgt) ? tgt.map(String) : String(tgt).split(',');
      return { minions: ids.filter((id) => named.includes(id)), missing: named.filter((id) => !ids.includes(id as never)) };
    }
    return { minions: ids.filter((id) => fnmatch(id, String(tgt))), missing: [] };
  }

  /** Says whether a target names a minion with these facts. */
  isMatch(expr: Value, _kind: string, facts: { id: string; grains: PlainMap }): boolean {
    return fnmatch(facts.id, String(expr));
  }
}
