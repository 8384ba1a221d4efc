/** How a program of the host fires an event on a running daemon's bus, or listens to it. */
import type { Socket } from 'node:net';
import { connectLocal } from '../../kernel/sys/net/local-socket.js';
import { stampNow } from '../../kernel/std/time.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { MapSplitter } from '../codec/codec.js';
import type { BusEvent } from './bus.js';
import { encodePushFrame, readEventFrame } from './frame.js';

const PUSH_TIMEOUT_MS = 5000;

/** Fires events through the pull socket; gives false when no daemon listens there. */
export async function pushEvents(pullPath: string, events: readonly { tag: string; data: PlainMap }[]): Promise<boolean> {
  const socket = await connectLocal(pullPath).catch(() => undefined);
  return socket !== undefined && push(socket, events);
}

function push(socket: Socket, events: readonly { tag: string; data: PlainMap }[]): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (sent: boolean): void => {
      socket.destroy();
      resolve(sent);
    };
    socket.setTimeout(PUSH_TIMEOUT_MS, () => finish(false));
    socket.on('error', () => finish(false));
    for (const { tag, data } of events) {
      socket.write(encodePushFrame({ tag, data: '_stamp' in data ? data : { ...data, _stamp: stampNow() } }));
    }
    socket.end(() => finish(true));
  });
}

/** Largest event read from a bus. */
const EVENT_BYTES_MAX = 64 * 1024 * 1024;

/** Every event of a running daemon's bus from now on. Ends when the daemon stops or the signal is aborted. @throws the socket's error when nobody listens */
export async function* listenEvents(publishPath: string, signal: AbortSignal): AsyncGenerator<BusEvent> {
  if (signal.aborted) return;
  let socket: Socket | undefined;
  const stop = (): void => void socket?.destroy();
  signal.addEventListener('abort', stop, { once: true });
  const splitter = new MapSplitter({ bytesMax: EVENT_BYTES_MAX });
  try {
    socket = await connectLocal(publishPath, signal);
    for await (const chunk of socket) {
      for (const frame of splitter.push(chunk as Buffer)) yield readEventFrame(frame);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    socket?.destroy();
  }
}
