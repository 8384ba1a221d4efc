/** A master that reacts to events of a swarm, and what one sees of it from outside. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../src/client/door.js';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { MapSplitter } from '../../src/bus/codec/codec.js';
import { prepareMaster, type Host, type Place } from './hosts.js';

/** What a reaction fires. */
export const REACTED = 'reacted/it';
const SLS = `react:\n  runner.event.send:\n    - args:\n      - tag: ${REACTED}\n`;
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

/** `tags`: what it reacts to. */
export async function prepareReactingMaster(tags: string): Promise<Place> {
  const place = await prepareMaster({ options: 'timeout: 60\nworker_threads: 5\n' });
  const file = join(place.root, 'srv/react.sls');
  writeFileSync(file, SLS);
  writeFileSync(join(place.configDir, 'master'), `${readFileSync(join(place.configDir, 'master'), 'utf8')}\nreactor:\n  - '${tags}': ['${file}']\n`);
  return place;
}

/** Counts events on the bus by what their tags begin with; costs as little as a listener can. */
export class Counter implements Disposable {
  readonly counts: Record<string, number>;
  readonly #socket: Socket;

  constructor(host: Host, tags: readonly string[]) {
    this.counts = Object.fromEntries(tags.map((tag) => [tag, 0]));
    // The tag is the beginning of the body, which is a binary value: behind its length.
    const marks = tags.map((tag) => [tag, Buffer.from(tag)] as const);
    const splitter = new MapSplitter({ bytesMax: FRAME_BYTES_MAX });
    this.#socket = createConnection(join(host.root, 'run/master_event_pub.ipc'));
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) {
        const body = frame.subarray(frame.indexOf('body') + 4);
        for (const [tag, mark] of marks) {
          const at = body.indexOf(mark);
          if (at >= 0 && at <= HEAD_BYTES_MAX) this.counts[tag] = (this.counts[tag] ?? 0) + 1;
        }
      }
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

/** The longest head of a binary value in msgpack. */
const HEAD_BYTES_MAX = 5;

/** One that is connected and reads nothing. */
export function slowListener(host: Host): Socket {
  const socket = createConnection(join(host.root, 'run/master_event_pub.ipc'));
  socket.on('error', () => undefined);
  return socket.pause();
}

async function* door(host: Host, op: 'publish' | 'stats', load: PlainMap): AsyncGenerator<PlainMap> {
  const key = readFileSync(join(host.root, 'cache/.root_key'), 'utf8');
  yield* askMaster(join(host.root, 'run', DOOR_NAME), { op, key, user: 'root', load }, AbortSignal.timeout(60_000));
}

/** Milliseconds from the question to the answer of one minion; no program is started for it. */
export async function jobMs(host: Host, id: string): Promise<number> {
  const began = performance.now();
  for await (const frame of door(host, 'publish', { fun: 'test.ping', arg: [], tgt: [id], tgt_type: 'list', timeout_ms: 30_000, gather_timeout_ms: 30_000, kwargs: {} })) {
    if (frame['kind'] === 'return') return performance.now() - began;
  }
  throw new Error(`${id} did not answer`);
}

export async function statsOf(host: Host): Promise<PlainMap> {
  for await (const frame of door(host, 'stats', {})) if (isPlainMap(frame['data'] ?? null)) return frame['data'] as PlainMap;
  throw new Error('the master gave no counters');
}
