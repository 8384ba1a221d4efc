/** What the master knows of its minions when it foretells who answers. */
import type { Value, ValueMap } from '../../kernel/std/value.js';

export interface KnownMinions {
  /** Ids whose keys are accepted. */
  readonly accepted: ReadonlySet<string>;
  /** Ids whose grains are cached; they need not be accepted any more. */
  readonly cached: ReadonlySet<string>;
  grains(id: string): ValueMap | undefined;
  pillar(id: string): ValueMap | undefined;
  readonly nodegroups: Value;
}

export interface ExpectedMinions {
  readonly minions: string[];
  /** Ids of a list that are not accepted. */
  readonly missing: string[];
}

export interface ExpectOptions {
  /** true: all accepted minions may be meant; false: those with cached data. */
  readonly greedy: boolean;
}
