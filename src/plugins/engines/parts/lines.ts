/** Cuts a stream of bytes into lines of text, each within a limit. */
const NEWLINE = 10;

export class Lines {
  /** Lines that were too long and are left out. */
  dropped = 0;
  readonly #bytesMax: number;
  #kept: Buffer[] = [];
  #size = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The lines that end in this chunk, without their ends. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE)) {
      this.#keep(rest.subarray(0, at));
      const line = this.#take();
      if (line !== undefined) lines.push(line);
      rest = rest.subarray(at + 1);
    }
    this.#keep(rest);
    return lines;
  }

  /** What stands behind the last end of a line; undefined when there is nothing. */
  end(): string | undefined {
    return this.#size === 0 ? undefined : this.#take();
  }

  #keep(part: Buffer): void {
    this.#size += part.length;
    if (this.#size > this.#bytesMax) this.#kept = [];
    // A copy: the chunk may be used again by whoever reads.
    else if (part.length > 0) this.#kept.push(Buffer.from(part));
  }

  #take(): string | undefined {
    const isWhole = this.#size <= this.#bytesMax;
    const text = Buffer.concat(this.#kept).toString('utf8').replace(/\r$/, '');
    this.#kept = [];
    this.#size = 0;
    if (!isWhole) this.dropped += 1;
    return isWhole ? text : undefined;
  }
}
