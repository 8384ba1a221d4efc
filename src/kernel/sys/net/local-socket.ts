/** Connections to the sockets of a daemon on this host. */
import { createConnection, type Socket } from 'node:net';
import { sleep } from '../../std/async.js';

/** A daemon whose queue of new connections is full is busy, not gone: for so long it is asked again. */
const BUSY_MS = 5000;
const BACK_OFF_MS = 20;
const BACK_OFF_MS_MAX = 500;

/** @throws the socket's error (`ENOENT`, `ECONNREFUSED`, `EACCES`), `EAGAIN` when the daemon stays busy, the signal's reason */
export async function connectLocal(path: string, signal?: AbortSignal): Promise<Socket> {
  const endMs = performance.now() + BUSY_MS;
  for (let waitMs = BACK_OFF_MS; ; waitMs = Math.min(waitMs * 2, BACK_OFF_MS_MAX)) {
    try {
      return await connected(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || performance.now() + waitMs > endMs) throw error;
    }
    await sleep(waitMs, signal, true);
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}
