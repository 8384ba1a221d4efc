/** The one place that imports msgpack-lite, with types for the parts of it that this room builds on. */
import msgpack from 'msgpack-lite';
import type { Value } from '../../kernel/std/value.js';

/** The library's cursor over received bytes: `write` hands bytes in, `fetch` runs the codec's `decode` on it. */
export interface LibraryDecoder {
  buffer: Buffer;
  offset: number;
  readonly codec: LibraryCodec;
  write(chunk: Buffer): void;
  fetch(): Value;
}

/** The library's growing output: `reserve` gives a place in `buffer`, `send` takes bytes as they are, `read` joins all. */
export interface LibraryEncoder {
  buffer: Buffer | undefined;
  offset: number;
  start: number;
  /** Full buffers that wait to be joined. */
  buffers: Buffer[] | undefined;
  readonly codec: LibraryCodec;
  write(value: Value): void;
  reserve(length: number): number;
  send(bytes: Uint8Array): void;
  read(): Buffer | undefined;
}

/** The hooks that Decoder and Encoder call. */
export interface LibraryCodec {
  decode(decoder: LibraryDecoder): Value;
  encode(encoder: LibraryEncoder, value: Value): void;
  addExtUnpacker(code: number, unpack: (bytes: Buffer) => Value): void;
  getExtUnpacker(code: number): (bytes: Buffer) => unknown;
}

interface Library {
  createCodec(options: object): LibraryCodec;
  readonly Decoder: new (options: { codec: LibraryCodec }) => LibraryDecoder;
  readonly Encoder: new (options: { codec: LibraryCodec }) => LibraryEncoder;
}

// The published types leave out the classes' fields and the codec's hooks.
const library = msgpack as unknown as Library;

/** A codec without the library's preset, which builds objects of the peer's choice (RegExp, Error, typed arrays). */
export const createCodec = (): LibraryCodec => library.createCodec({});
export const LibraryDecoderClass = library.Decoder;
export const LibraryEncoderClass = library.Encoder;
