/**
 * The two outputs of a container, parted: frames of eight bytes of head (stream, three zeros, length) and content.
 *
 * Source: Docker Engine API 1.41, "Attach to a container", stream format.
 */
import { CommandExecutionError } from '../../contract/errors.js';

const HEAD_BYTES = 8;
const STDERR = 2;

export interface Outputs {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Both in the order in which they came. */
  readonly all: Buffer;
}

export class Frames {
  readonly #bytesMax: number;
  readonly #parts: { isError: boolean; content: Buffer }[] = [];
  #rest = Buffer.alloc(0);
  #size = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** @throws CommandExecutionError when the outputs are too long or no such stream */
  push(chunk: Uint8Array): void {
    this.#size += chunk.length;
    if (this.#size > this.#bytesMax) throw new CommandExecutionError(`The container wrote more than ${this.#bytesMax} bytes`);
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEAD_BYTES) {
      const stream = this.#rest[0] ?? 0;
      if (stream > STDERR || this.#rest.readUIntBE(1, 3) !== 0) throw new CommandExecutionError('The service sent what is no stream of outputs');
      const end = HEAD_BYTES + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) return;
      this.#parts.push({ isError: stream === STDERR, content: this.#rest.subarray(HEAD_BYTES, end) });
      this.#rest = this.#rest.subarray(end);
    }
  }

  /** @throws CommandExecutionError when the stream broke off inside a frame */
  end(): Outputs {
    if (this.#rest.length > 0) throw new CommandExecutionError('The outputs of the container broke off');
    const joined = (parts: readonly { readonly content: Buffer }[]): Buffer => Buffer.concat(parts.map(({ content }) => content));
    return { stdout: joined(this.#parts.filter(({ isError }) => !isError)), stderr: joined(this.#parts.filter(({ isError }) => isError)), all: joined(this.#parts) };
  }
}
