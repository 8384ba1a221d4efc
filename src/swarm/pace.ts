/** Does something so many times a second, evenly, until it is stopped. What is late is made up for, up to a second's work. */
import { sleep, TaskGroup } from '../kernel/std/async.js';

export interface PaceOptions {
  readonly perSecond: number;
  /** How many may be under way; when all are, the pace is not reached, and nothing piles up. */
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

const TICK_MS = 20;

/** `work` is told how many went before. Its errors are its own to note. Resolves when stopped and all is done. */
export async function pace({ perSecond, atOnce, signal }: PaceOptions, work: (turn: number) => Promise<void>): Promise<void> {
  if (perSecond <= 0) return;
  await using group = new TaskGroup({ limit: atOnce, onError: () => undefined });
  let owed = 0;
  let turn = 0;
  for (let last = performance.now(); !signal.aborted; ) {
    const now = performance.now();
    owed = Math.min(perSecond, owed + ((now - last) * perSecond) / 1000);
    last = now;
    for (; owed >= 1 && !signal.aborted; owed -= 1) {
      await group.start(() => work(turn));
      turn += 1;
    }
    await sleep(TICK_MS, signal, true).catch(() => undefined);
  }
}
