/** What a run tells to who watches it: which state it is at. */
import type { StateProgress } from '../../kernel/contract/state-engine.js';
import { text } from './high-data.js';

export interface RunningState {
  readonly at: number;
  readonly of: number;
  /** `pkg.installed` */
  readonly fun: string;
  readonly id: string;
  /** How many failed before it. */
  readonly failed: number;
}

export function toldStates(tell: (state: RunningState) => void): StateProgress {
  let failed = 0;
  return {
    begins: (low, at, of) => tell({ at, of, fun: `${text(low['state'])}.${text(low['fun'])}`, id: text(low['__id__']), failed }),
    ended: (_tag, row) => {
      if (row['result'] === false) failed += 1;
    },
  };
}
