/**
 * Looks at the grains each `grains_refresh_every` minutes; when they have changed, the pillar is fetched anew, which also
 * tells the master.
 *
 * Source: read, Salt 3008.3.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../kernel/contract/log.js';
import { TIMER_MS_MAX } from '../kernel/std/async.js';
import type { PlainMap } from '../kernel/std/value.js';

export interface GrainsWatchParts {
  /** 0 or less: never. */
  readonly minutes: number;
  readonly grains: () => PlainMap;
  readonly gather: () => Promise<unknown>;
  readonly onChange: () => Promise<unknown>;
  readonly log: Logger;
}

const MINUTE_MS = 60_000;

export function watchGrains({ minutes, grains, gather, onChange, log }: GrainsWatchParts): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const look = async (): Promise<void> => {
    const before = grains();
    await gather();
    if (!isDeepStrictEqual(before, grains())) await onChange();
  };
  const plan = (): void => {
    if (isStopped || !(minutes > 0)) return;
    timer = setTimeout(() => {
      void look().catch((err: unknown) => log.warn({ err }, 'grains not looked at')).finally(plan);
    }, Math.min(minutes * MINUTE_MS, TIMER_MS_MAX)).unref();
  };
  plan();
  return {
    [Symbol.dispose]() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
