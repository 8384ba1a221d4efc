/** What a minion knows about itself when it asks whether a target means it. */
import type { ValueMap } from '../../kernel/std/value.js';

export interface TargetFacts {
  readonly id: string;
  readonly grains: ValueMap;
  readonly pillar: ValueMap;
  /** The minion's own data store (`data.*`). */
  readonly data?: ValueMap;
  /** Resources it manages: type to list of ids. */
  readonly resources?: ValueMap;
}
