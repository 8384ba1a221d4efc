/** `tsalt-call`: runs a function on this machine. */
import './short-life.js';
import { callTable } from '../options/tsalt-call.data.js';
import { runProgram } from '../run-program.js';

await runProgram(callTable, async (run) => (await import('../call/action.js')).callAction(run));
