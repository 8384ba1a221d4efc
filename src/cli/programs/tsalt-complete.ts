/** `tsalt-complete`: what may come next on a command line of ours; called by shells. */
import { completions } from '../complete/action.js';

for (const word of await completions(process.argv.slice(2))) process.stdout.write(`${word}\n`);
