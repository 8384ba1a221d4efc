/** `tsalt-run`: runs a runner on the master. */
import { linkedProgram } from '../linked-program.js';

const run = linkedProgram('tsalt-run') ?? (await import('../run/program.js')).runnerProgram;
await run();
