/** A listener on a master's bus that costs as little as one can: events are counted, not read. */
import { createConnection } from 'node:net';
import { MapSplitter } from '../../src/bus/codec/codec.js';

const EVENT_BYTES_MAX = 64 * 1024 * 1024;

/** Until so many events hold this text, or the signal comes; gives how many did. */
export async function countEvents(path: string, text: string, wanted: number, signal: AbortSignal): Promise<number> {
  const socket = createConnection(path);
  signal.addEventListener('abort', () => socket.destroy(), { once: true });
  const splitter = new MapSplitter({ bytesMax: EVENT_BYTES_MAX });
  const mark = Buffer.from(text);
  let seen = 0;
  try {
    for await (const chunk of socket) {
      for (const frame of splitter.push(chunk as Buffer)) if (frame.includes(mark) && (seen += 1) === wanted) return seen;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    socket.destroy();
  }
  return seen;
}
