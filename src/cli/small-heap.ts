/** For programs that run for months and hold little. */
import { setFlagsFromString } from 'node:v8';

/**
 * The engine lets its room for new objects grow to 48 MB after any burst and keeps it; a daemon needs a few. Without the growth a
 * master with 1,000 minions takes 40 MB less and no more CPU (measured: bench).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * A minion mostly waits. Of the two compilers behind the interpreter the first one makes 0.6 MB of code in its start and no run of states
 * faster; a sweep of the whole heap that also moves together what is left gives back some pages more. Together half a MB (measured: bench).
 */
export function keepCodeSmall(): void {
  setFlagsFromString('--no-sparkplug');
  setFlagsFromString('--compact-on-every-full-gc');
}
