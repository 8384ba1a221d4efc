/** `tsalt-key`: the keys of minions. */
import { linkedProgram } from '../linked-program.js';

const run = linkedProgram('tsalt-key') ?? (await import('../key/program.js')).keyProgram;
await run();
