/** The thread in which pillars are compiled: a slow one delays neither the requests of minions nor other pillars. */
import { parentPort, workerData } from 'node:worker_threads';
import { servePillars } from '../master/pillar/thread-side.js';
import type { ThreadData } from '../master/pillar/messages.js';

if (parentPort !== null) servePillars(parentPort, workerData as ThreadData);
