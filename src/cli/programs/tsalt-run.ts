/** `tsalt-run`: runs a runner on the master. */
import { runTable } from '../options/tsalt-run.data.js';
import { runProgram } from '../run-program.js';

await runProgram(runTable, async (run) => (await import('../run/action.js')).runAction(run));
