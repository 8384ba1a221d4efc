/** Targets as the master sees them: from accepted keys and from what minions told. */
import { compileTarget, expectedMinions, type ExpectedMinions, type KnownMinions } from '../../sls/target/target.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { KeyStore } from '../keys/key-store.js';
import type { KnownStore } from './known-store.js';

export interface TargetParts {
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly nodegroups: Value;
}

/** `pillar_exact` and the like: a minion that asks may not try patterns on the pillar of others. Source: wire-protocol section 7. */
const EXACT: Readonly<Record<string, string>> = { pillar: 'pillar_exact', compound: 'compound_pillar_exact' };

export class MinionTargets {
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.#parts = parts;
  }

  /** Who should answer a job. */
  expected(tgt: Value, tgtType: string, delimiter: string): ExpectedMinions {
    return expectedMinions({ expr: tgt, kind: tgtType, delimiter }, this.#source(), { greedy: true });
  }

  /** Whom a minion may name when it asks for the mine: only minions that are known. */
  inMine(tgt: Value, tgtType: string): readonly string[] {
    return expectedMinions({ expr: tgt, kind: EXACT[tgtType] ?? tgtType, delimiter: ':' }, this.#source(), { greedy: false }).minions;
  }

  /** Minions that surely belong to a compound target, as far as they are known. */
  surely(target: string): readonly string[] {
    return expectedMinions({ expr: target, kind: 'compound', delimiter: ':' }, this.#source(), { greedy: false }).minions;
  }

  /** Says whether a target names a minion with these facts. */
  isMatch(expr: Value, kind: string, facts: { id: string; grains: PlainMap; pillar?: PlainMap }, delimiter = ':'): boolean {
    return compileTarget({ expr, kind, delimiter }, { nodegroups: this.#parts.nodegroups })({ pillar: {}, ...facts });
  }

  /** The same for a minion as the master knows it. */
  isKnownMatch(expr: Value, kind: string, id: string, delimiter: string): boolean {
    const { known } = this.#parts;
    return this.isMatch(expr, kind, { id, grains: known.mapNow('grains', id) ?? {}, pillar: known.mapNow('pillar', id) ?? {} }, delimiter);
  }

  #source(): KnownMinions {
    const { keys, known, nodegroups } = this.#parts;
    let cached: ReadonlySet<string> | undefined;
    return {
      accepted: new Set(keys.ids('accepted')),
      // Read only for the kinds that ask.
      get cached() {
        return (cached ??= known.keysNow('grains'));
      },
      grains: (id) => known.mapNow('grains', id),
      pillar: (id) => known.mapNow('pillar', id),
      nodegroups,
    };
  }
}
