/** `tsalt-cp`: copies files of this host to minions. */
import { linkedProgram } from '../linked-program.js';

const run = linkedProgram('tsalt-cp') ?? (await import('../cp/program.js')).cpProgram;
await run();
