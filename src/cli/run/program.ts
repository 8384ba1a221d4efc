/** The frame of `tsalt-run`: its options, and the action that is loaded when the line was read. */
import { runTable } from '../options/tsalt-run.data.js';
import { runProgram } from '../run-program.js';

export function runnerProgram(): Promise<never> {
  return runProgram(runTable, async (run) => (await import('./action.js')).runAction(run));
}
