/** The frame of `tsalt`: its options, and the action that is loaded when the line was read. */
import { tsaltTable } from '../options/tsalt.data.js';
import { runProgram } from '../run-program.js';

export function saltProgram(): Promise<never> {
  return runProgram(tsaltTable, async (run) => (await import('./action.js')).saltAction(run));
}
