/** `tsalt-swarm`: plays many minions, for sizing a master. */
import { swarmTable } from '../options/tsalt-swarm.data.js';
import { runProgram } from '../run-program.js';

await runProgram(swarmTable, async (run) => (await import('../swarm/action.js')).swarmAction(run), { ownSignals: true });
