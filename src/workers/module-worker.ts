/** The thread in which functions of users run: an endless loop in one of them stops neither the program nor other jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveModules } from '../kernel/loader/worker-side.js';

if (parentPort !== null) serveModules(parentPort, workerData);
