/** `tsalt-cp`: copies files of this host to minions. */
import { cpTable } from '../options/tsalt-cp.data.js';
import { runProgram } from '../run-program.js';

await runProgram(cpTable, async (run) => (await import('../cp/action.js')).cpAction(run));
