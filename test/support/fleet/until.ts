/** Waiting for a condition, with a limit and words for what did not come. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 40;
/** Real programs start slowly where several test files share two cores. */
export const UNTIL_MS = 60_000;

/** Gives the first value of `look` that is not undefined or false. @throws Error that names what was awaited */
export async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>, withinMs = UNTIL_MS): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}
