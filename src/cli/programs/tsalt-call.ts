/** `tsalt-call`: runs a function on this machine. */
import { setFlagsFromString } from 'node:v8';
import { linkedProgram } from '../linked-program.js';

// A command lives for a second: what the engine would compile to fast code is seldom called often enough to pay for that. So it waits
// eight times as long, which takes a third off the processor time of 1,000 states (bench: states); a long run is not slower.
// The code that the build kept (`scripts/lib/link-program.mjs`) is valid for these flags only.
setFlagsFromString('--interrupt-budget=1000000');
// What it leaves behind is seldom worth a sweep in steps beside the work: that costs 15 ms of 300 (the same bench).
setFlagsFromString('--no-incremental-marking');
const run = linkedProgram('tsalt-call') ?? (await import('../call/program.js')).callProgram;
await run();
