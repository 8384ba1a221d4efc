/** Redis's protocol, RESP2: commands as lists of words, answers read from a stream. */
const BYTES_MAX = 8 * 1024 * 1024;
const DEPTH_MAX = 8;
const ITEMS_MAX = 10_000;

/** An error of the server is a value: what it answers to is known by whoever asked. */
export type Reply = string | number | null | Error | readonly Reply[];

export class RespError extends Error {}

export function command(...words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
}

/** Not yet all there. */
const PART = Symbol('part');

export class Replies {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The answers that are complete with this chunk. @throws RespError for what is none */
  push(chunk: Buffer): Reply[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > BYTES_MAX) throw new RespError(`an answer is larger than ${BYTES_MAX} bytes`);
    const replies: Reply[] = [];
    for (let reply = this.#next(); reply !== PART; reply = this.#next()) replies.push(reply);
    return replies;
  }

  #next(): Reply | typeof PART {
    this.#at = 0;
    const reply = this.#read(0);
    if (reply !== PART) this.#bytes = this.#bytes.subarray(this.#at);
    return reply;
  }

  #read(depth: number): Reply | typeof PART {
    const line = this.#line();
    if (line === undefined) return PART;
    const [kind, rest] = [line[0], line.slice(1)];
    if (kind === '+') return rest;
    if (kind === '-') return new Error(rest);
    const number = Number(rest);
    if (!Number.isSafeInteger(number)) throw new RespError('the answer is not of Redis');
    if (kind === ':') return number;
    if (number < 0) return null;
    if (kind === '$') return this.#text(number);
    if (kind === '*') return this.#list(number, depth);
    throw new RespError('the answer is not of Redis');
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #text(length: number): string | typeof PART {
    if (this.#bytes.length < this.#at + length + 2) return PART;
    const text = this.#bytes.toString('utf8', this.#at, this.#at + length);
    this.#at += length + 2;
    return text;
  }

  #list(length: number, depth: number): Reply | typeof PART {
    if (depth >= DEPTH_MAX || length > ITEMS_MAX) throw new RespError('the answer is nested too deeply or has too many parts');
    const items: Reply[] = [];
    while (items.length < length) {
      const item = this.#read(depth + 1);
      if (item === PART) return PART;
      items.push(item);
    }
    return items;
  }
}
