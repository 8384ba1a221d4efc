/** The frame of `tsalt-key`: its options, and the action that is loaded when the line was read. */
import { keyTable } from '../options/tsalt-key.data.js';
import { runProgram } from '../run-program.js';

export function keyProgram(): Promise<never> {
  return runProgram(keyTable, async (run) => (await import('./action.js')).keyAction(run));
}
