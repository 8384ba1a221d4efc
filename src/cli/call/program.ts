/** The frame of `tsalt-call`: its options, and the action that is loaded when the line was read. */
import { callTable } from '../options/tsalt-call.data.js';
import { runProgram } from '../run-program.js';

export function callProgram(): Promise<never> {
  return runProgram(callTable, async (run) => (await import('./action.js')).callAction(run));
}
