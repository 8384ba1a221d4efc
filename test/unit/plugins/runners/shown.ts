/** A runner port that keeps what it was told. */
import type { RunnerPort } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';

export function shownPort(): { runner: RunnerPort; printed: string[]; told: PlainMap[] } {
  const printed: string[] = [];
  const told: PlainMap[] = [];
  return {
    printed, told,
    runner: { print: (_job, text) => void printed.push(text), progress: async (_job, data) => void told.push(data) },
  };
}
