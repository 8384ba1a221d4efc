/** The thread that gathers grains while the program stands still: somebody read one that was not gathered yet. */
import { parentPort, workerData } from 'node:worker_threads';
import { giveGrains, type GrainsTask } from '../minion/grains-thread.js';

if (parentPort !== null) await giveGrains(workerData as GrainsTask);
