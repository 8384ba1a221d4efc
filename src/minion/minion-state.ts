import type { PlainMap } from '../kernel/std/value.js';

/** What changes while a minion lives. */
export interface MinionState {
  readonly grains: PlainMap;
  pillar: PlainMap;
}
