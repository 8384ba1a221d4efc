/** `tsalt-call`: runs a function on this machine. */
import { setFlagsFromString } from 'node:v8';
import { callTable } from '../options/tsalt-call.data.js';
import { runProgram } from '../run-program.js';

// A command lives for a second: what the engine would compile to fast code is seldom called often enough to pay for that. So it waits
// eight times as long, which takes a third off the processor time of 1,000 states (bench: states); a long run is not slower.
setFlagsFromString('--interrupt-budget=1000000');
await runProgram(callTable, async (run) => (await import('../call/action.js')).callAction(run));
