/** `tsalt`: runs a function on minions. */
import { tsaltTable } from '../options/tsalt.data.js';
import { runProgram } from '../run-program.js';

await runProgram(tsaltTable, async (run) => (await import('../salt/action.js')).saltAction(run));
