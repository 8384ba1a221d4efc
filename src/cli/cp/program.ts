/** The frame of `tsalt-cp`: its options, and the action that is loaded when the line was read. */
import { cpTable } from '../options/tsalt-cp.data.js';
import { runProgram } from '../run-program.js';

export function cpProgram(): Promise<never> {
  return runProgram(cpTable, async (run) => (await import('./action.js')).cpAction(run));
}
