/** `tsalt`: runs a function on minions. */
import { linkedProgram } from '../linked-program.js';

const run = linkedProgram('tsalt') ?? (await import('../salt/program.js')).saltProgram;
await run();
