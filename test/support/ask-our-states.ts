/** Runs our states: a list of calls comes in as JSON, their returns go out. The folder of the configuration is the argument. */
import { text } from 'node:stream/consumers';
import { askOurStates, type StateCall } from './state-calls.js';

const calls = JSON.parse(await text(process.stdin)) as StateCall[];
const answers = await askOurStates(process.argv[2] ?? '', calls);
process.stdout.write(`\nANSWERS${JSON.stringify(answers)}`);
