/**
 * Programs that hear every event of the bus. What is fired in one turn of the loop is one piece for all of them. One that does not keep up
 * loses events from some number of waiting bytes on, until half of them are gone; how many is counted, and told to it by the next event it
 * gets: `tsalt/event/lost`. One of which nothing goes off for minutes is disconnected.
 */
import type { Socket } from 'node:net';
import type { Logger } from '../../kernel/contract/log.js';
import { stampNow } from '../../kernel/std/time.js';
import type { BusEvent } from './bus.js';
import { encodeEventFrame } from './frame.js';

export interface SubscribersParts {
  readonly eventBytesMax: number;
  /** That wait for one of them. */
  readonly bytesMax: number;
  /** One begins to lose events, or is disconnected. */
  readonly onSlow?: ((behindBytes: number) => void) | undefined;
  readonly steadyNow: () => number;
  readonly log: Logger;
}

interface Subscriber {
  /** Events since the last that it got. */
  lost: number;
  /** While it loses events: what waited, and since when that did not become less. */
  behind: { bytes: number; sinceMs: number } | undefined;
}

export const LOST_TAG = 'tsalt/event/lost';
/** Of one piece. */
const PIECE_BYTES_MAX = 256 * 1024;
const STUCK_MS = 300_000;

export class Subscribers {
  /** Now; disconnected since they did not read; events that slow ones did not get. */
  readonly counters = { subscribers: 0, dropped: 0, lost: 0 };
  readonly #parts: SubscribersParts;
  readonly #all = new Map<Socket, Subscriber>();
  #frames: Buffer[] = [];
  #bytes = 0;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#all.size;
  }

  /** It hears what is fired from now on. */
  add(socket: Socket): void {
    this.flush();
    this.#all.set(socket, { lost: 0, behind: undefined });
    this.counters.subscribers += 1;
    socket.on('drain', () => this.#tell(socket));
  }

  delete(socket: Socket): void {
    this.#all.delete(socket);
    this.counters.subscribers -= 1;
  }

  deliver(event: BusEvent): void {
    const frame = encodeEventFrame(event, this.#parts.eventBytesMax);
    if (this.#frames.length === 0) setImmediate(() => this.flush());
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes >= PIECE_BYTES_MAX) this.flush();
  }

  flush(): void {
    const [frames, [first]] = [this.#frames, this.#frames];
    if (first === undefined) return;
    [this.#frames, this.#bytes] = [[], 0];
    const piece = frames.length === 1 ? first : Buffer.concat(frames);
    for (const [socket, subscriber] of this.#all) this.#offer(socket, subscriber, piece, frames.length);
  }

  #offer(socket: Socket, subscriber: Subscriber, piece: Buffer, events: number): void {
    const { bytesMax, steadyNow } = this.#parts;
    const waiting = socket.writableLength;
    if (subscriber.behind === undefined && waiting > 0 && waiting + piece.length > bytesMax) this.#slow(subscriber, waiting);
    const { behind } = subscriber;
    if (behind === undefined || waiting <= bytesMax / 2) {
      this.#tell(socket);
      subscriber.behind = undefined;
      socket.write(piece);
      return;
    }
    subscriber.lost += events;
    this.counters.lost += events;
    if (waiting < behind.bytes) Object.assign(behind, { bytes: waiting, sinceMs: steadyNow() });
    else if (steadyNow() - behind.sinceMs > STUCK_MS) this.#disconnect(socket, waiting);
  }

  #slow(subscriber: Subscriber, waiting: number): void {
    subscriber.behind = { bytes: waiting, sinceMs: this.#parts.steadyNow() };
    this.#parts.log.warn({ behindBytes: waiting }, 'slow event subscriber loses events');
    this.#parts.onSlow?.(waiting);
  }

  /** It comes before whatever it gets next. */
  #tell(socket: Socket): void {
    const subscriber = this.#all.get(socket);
    if (subscriber === undefined || subscriber.lost === 0) return;
    const { lost } = subscriber;
    subscriber.lost = 0;
    subscriber.behind = undefined;
    socket.write(encodeEventFrame({ tag: LOST_TAG, data: { lost, _stamp: stampNow() } }));
  }

  #disconnect(socket: Socket, waiting: number): void {
    this.#parts.log.warn({ behindBytes: waiting }, 'event subscriber that does not read disconnected');
    this.#parts.onSlow?.(waiting);
    this.counters.dropped += 1;
    socket.destroy();
  }
}
