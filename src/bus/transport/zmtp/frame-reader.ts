/**
 * Cuts a stream of bytes into a greeting and frames, however it arrives. What is not whole is held, never more than twice what came; what
 * arrives whole is not copied.
 */
import { LONG } from './frames.js';
import { checkGreeting, GREETING_BYTES } from './greeting.js';
import { ZmtpError } from './zmtp-error.js';

/** Who gets what was read. What it throws ends the reading. */
export interface FrameSink {
  /** The head of a frame came, its body perhaps not yet: the place to refuse it. */
  begins(flags: number, bytes: number): void;
  frame(flags: number, body: Buffer): void;
}

const SHORT_HEAD_BYTES = 2;
const LONG_HEAD_BYTES = 9;
const HELD_BYTES_MIN = 256;
const HIGH_WORD_MAX = 2 ** 21;

export class FrameReader {
  readonly #sink: FrameSink;
  #isGreeted = false;
  #isStopped = false;
  /** Has begun a frame that is known to its sink. */
  #hasBegun = false;
  #held: Buffer | undefined;
  #heldBytes = 0;
  /** With so many bytes there is something to read. */
  #wanted = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** Memory that is held for what is not whole. */
  get held(): number {
    return this.#held?.length ?? 0;
  }

  /** @throws ZmtpError, and what the sink throws; the stream cannot be read any further then */
  push(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#held !== undefined) {
      this.#hold(chunk);
      if (this.#isStopped || this.#heldBytes < this.#wanted) return;
      bytes = this.#release();
    } else if (this.#isStopped) {
      this.#hold(chunk);
      return;
    }
    this.#read(bytes);
  }

  /** After this frame no other is given until `goOn`: what comes is held. */
  stop(): void {
    this.#isStopped = true;
  }

  /** @throws as `push` */
  goOn(): void {
    this.#isStopped = false;
    if (this.#held !== undefined && this.#heldBytes >= this.#wanted) this.#read(this.#release());
  }

  #read(bytes: Buffer): void {
    let at = 0;
    if (!this.#isGreeted) {
      checkGreeting(bytes);
      if (bytes.length < GREETING_BYTES) {
        this.#wanted = bytes.length + 1;
        this.#hold(bytes);
        return;
      }
      this.#isGreeted = true;
      at = GREETING_BYTES;
    }
    while (!this.#isStopped && at < bytes.length) {
      const end = this.#frame(bytes, at);
      if (end === at) break;
      at = end;
    }
    if (at < bytes.length) this.#hold(bytes.subarray(at));
  }

  /** Gives where the frame ends, or `at` when it is not whole. */
  #frame(bytes: Buffer, at: number): number {
    const flags = bytes[at] ?? 0;
    const isLong = (flags & LONG) !== 0;
    const bodyAt = at + (isLong ? LONG_HEAD_BYTES : SHORT_HEAD_BYTES);
    if (bodyAt > bytes.length) return this.#lacks(bodyAt - at, at);
    const length = isLong ? longLength(bytes, at + 1) : bytes[at + 1] ?? 0;
    if (!this.#hasBegun) this.#sink.begins(flags, length);
    this.#hasBegun = true;
    const end = bodyAt + length;
    if (end > bytes.length) return this.#lacks(end - at, at);
    this.#hasBegun = false;
    this.#wanted = 0;
    this.#sink.frame(flags, bytes.subarray(bodyAt, end));
    return end;
  }

  #lacks(wanted: number, at: number): number {
    this.#wanted = wanted;
    return at;
  }

  #hold(bytes: Buffer): void {
    const whole = this.#heldBytes + bytes.length;
    if (this.#held === undefined || this.#held.length < whole) {
      const room = Math.max(whole, Math.min(this.#wanted, Math.max(whole * 2, HELD_BYTES_MIN)));
      const held = Buffer.allocUnsafeSlow(room);
      this.#held?.copy(held, 0, 0, this.#heldBytes);
      this.#held = held;
    }
    bytes.copy(this.#held, this.#heldBytes);
    this.#heldBytes = whole;
  }

  #release(): Buffer {
    const bytes = this.#held?.subarray(0, this.#heldBytes) ?? Buffer.alloc(0);
    this.#held = undefined;
    this.#heldBytes = 0;
    return bytes;
  }
}

function longLength(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32BE(at);
  if (high >= HIGH_WORD_MAX) throw new ZmtpError('too_large');
  return high * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
