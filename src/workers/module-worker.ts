/** The thread in which functions of users run: an endless loop in one of them stops neither the program nor other jobs. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveModules } from '../kernel/loader/worker-side.js';

// Of a function that ends its own process only the thread ends; the process is the whole program.
const kill = process.kill.bind(process);
process.kill = (pid, signal) => (pid === process.pid && signal !== 0 ? process.exit() : kill(pid, signal));

if (parentPort !== null) serveModules(parentPort, workerData);
