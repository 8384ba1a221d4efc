/**
 * Cuts a stream of msgpack maps that stand back to back into single messages, without decoding them.
 *
 * Source: golden wire/events (publishing side of the event sockets) and wire/tcp: no length prefix there.
 */
import { CodecError } from './errors.js';

const NEED_MORE = -1;

export class MapSplitter {
  readonly #bytesMax: number;
  /** Bytes of an unfinished message; the first `#filled` count. */
  #held: Buffer = Buffer.alloc(0);
  #filled = 0;
  /** Where the scan of the unfinished message goes on, and how many objects it still lacks. */
  #position = 0;
  #missing = 1;

  /** `bytesMax`: longest message that is accepted, in bytes. */
  constructor({ bytesMax }: { readonly bytesMax: number }) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes of the unfinished message that are held. */
  get pendingBytes(): number {
    return this.#filled;
  }

  /** Takes the next piece of the stream and gives the messages that it completes. After an error the stream is lost. @throws CodecError */
  push(chunk: Buffer): Buffer[] {
    const done: Buffer[] = [];
    let rest = this.#filled > 0 ? this.#hold(chunk) : chunk;
    for (;;) {
      const length = this.#scan(rest);
      if (length === NEED_MORE) break;
      // Held bytes are written over by the next message, so what is given out from there is a copy.
      done.push(rest.buffer === this.#held.buffer ? Buffer.from(rest.subarray(0, length)) : rest.subarray(0, length));
      rest = rest.subarray(length);
      this.#position = 0;
      this.#missing = 1;
    }
    this.#keep(rest);
    return done;
  }

  /** Appends to what is held. */
  #hold(chunk: Buffer): Buffer {
    const length = this.#filled + chunk.length;
    if (length > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#held.length * 2));
      this.#held.copy(grown, 0, 0, this.#filled);
      this.#held = grown;
    }
    chunk.copy(this.#held, this.#filled);
    this.#filled = length;
    return this.#held.subarray(0, length);
  }

  /** Keeps the unfinished rest for the next piece. */
  #keep(rest: Buffer): void {
    if (rest.length === 0) {
      this.#held = Buffer.alloc(0);
      this.#filled = 0;
    } else if (rest.buffer === this.#held.buffer) {
      rest.copy(this.#held, 0);
      this.#filled = rest.length;
    } else {
      this.#filled = 0;
      this.#hold(rest);
    }
  }

  /** Length of the first message, or NEED_MORE; goes on where it stopped last time. */
  #scan(bytes: Buffer): number {
    if (this.#position === 0 && bytes.length > 0 && !beginsMap(bytes[0] as number)) {
      throw new CodecError('codec.malformed', 'A message of the stream is no map');
    }
    while (this.#missing > 0) {
      const token = bytes[this.#position];
      if (token === undefined) return this.#wait(bytes);
      const head = headLength(token);
      if (this.#position + head > bytes.length) return this.#wait(bytes);
      const next = this.#position + head + payloadLength(bytes, this.#position, token);
      if (next > this.#bytesMax) return this.#refuse();
      if (next > bytes.length) return this.#wait(bytes);
      this.#missing += childCount(bytes, this.#position, token) - 1;
      this.#position = next;
      // Each missing object needs a byte.
      if (next + this.#missing > this.#bytesMax) return this.#refuse();
    }
    return this.#position;
  }

  #wait(bytes: Buffer): number {
    if (bytes.length > this.#bytesMax) this.#refuse();
    return NEED_MORE;
  }

  #refuse(): never {
    throw new CodecError('codec.too_large', `A message of the stream is longer than ${this.#bytesMax} bytes`, { bytesMax: this.#bytesMax });
  }
}

const beginsMap = (token: number): boolean => (token >= 0x80 && token < 0x90) || token === 0xde || token === 0xdf;

/** Bytes of a token with the length that belongs to it. */
function headLength(token: number): number {
  if (token < 0xc0 || token >= 0xe0) return 1;
  if (token === 0xc1) throw new CodecError('codec.malformed', 'Byte 0xc1 begins no value');
  switch (token) {
    case 0xc4: case 0xc7: case 0xd9: return 2;
    case 0xc5: case 0xc8: case 0xda: case 0xdc: case 0xde: return 3;
    case 0xc6: case 0xc9: case 0xdb: case 0xdd: case 0xdf: return 5;
    default: return 1;
  }
}

/** Bytes that follow the head and hold no objects. */
function payloadLength(bytes: Buffer, at: number, token: number): number {
  if (token >= 0xa0 && token < 0xc0) return token & 0x1f;
  switch (token) {
    case 0xc4: case 0xd9: return bytes[at + 1] as number;
    case 0xc5: case 0xda: return bytes.readUInt16BE(at + 1);
    case 0xc6: case 0xdb: return bytes.readUInt32BE(at + 1);
    case 0xc7: return (bytes[at + 1] as number) + 1;
    case 0xc8: return bytes.readUInt16BE(at + 1) + 1;
    case 0xc9: return bytes.readUInt32BE(at + 1) + 1;
    case 0xcc: case 0xd0: return 1;
    case 0xcd: case 0xd1: case 0xd4: return 2;
    case 0xd5: return 3;
    case 0xca: case 0xce: case 0xd2: return 4;
    case 0xd6: return 5;
    case 0xcb: case 0xcf: case 0xd3: return 8;
    case 0xd7: return 9;
    case 0xd8: return 17;
    default: return 0;
  }
}

/** Objects that a list or map announces. */
function childCount(bytes: Buffer, at: number, token: number): number {
  if (token >= 0x80 && token < 0x90) return (token & 0x0f) * 2;
  if (token >= 0x90 && token < 0xa0) return token & 0x0f;
  switch (token) {
    case 0xdc: return bytes.readUInt16BE(at + 1);
    case 0xdd: return bytes.readUInt32BE(at + 1);
    case 0xde: return bytes.readUInt16BE(at + 1) * 2;
    case 0xdf: return bytes.readUInt32BE(at + 1) * 2;
    default: return 0;
  }
}
