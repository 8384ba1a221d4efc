/**
 * Bounds that were hit: each is counted, written to the log and told on the bus as `tsalt/bound/<name>`; a flood writes and tells little,
 * the next line and event say how much was left out.
 */
import type { EventBus } from '../../bus/event/bus.js';
import type { LogFields, Logger } from '../../kernel/contract/log.js';
import { RateLimits } from '../../kernel/std/rate-limit.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { BOUND_TABLE, type BoundName } from './bounds.data.js';

export interface BoundParts {
  readonly bus: EventBus;
  readonly log: Logger;
  /** Milliseconds; replaced in tests. */
  readonly now?: () => number;
}

/** For each bound. */
const TOLD = { perSecond: 0.2, burst: 1, namesMax: 100 };

/** Facts that may be told: who, and how much; never what was sent. */
export type HitFacts = Readonly<Record<string, string | number>>;

export class Bounds {
  readonly #parts: BoundParts;
  readonly #told: RateLimits;
  readonly #hits = new Map<BoundName, { count: number; leftOut: number }>();

  constructor(parts: BoundParts) {
    this.#parts = parts;
    this.#told = new RateLimits(TOLD, parts.now);
  }

  /** How often each bound was hit; every bound is there. */
  get counts(): PlainMap {
    return Object.fromEntries(Object.keys(BOUND_TABLE).map((name) => [name, this.#hits.get(name as BoundName)?.count ?? 0]));
  }

  hit(name: BoundName, facts: HitFacts = {}): void {
    const hits = this.#hits.get(name) ?? { count: 0, leftOut: 0 };
    this.#hits.set(name, hits);
    hits.count += 1;
    if (!this.#told.take(name)) {
      hits.leftOut += 1;
      return;
    }
    const leftOut: LogFields = hits.leftOut === 0 ? {} : { left_out: hits.leftOut };
    hits.leftOut = 0;
    const { what, beyond } = BOUND_TABLE[name];
    this.#parts.log.warn({ bound: name, ...facts, ...leftOut }, 'bound reached');
    this.#parts.bus.fire(`tsalt/bound/${name}`, { bound: name, what, beyond, count: hits.count, ...facts });
  }
}
