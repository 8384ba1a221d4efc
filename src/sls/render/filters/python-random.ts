/** Python's `random.Random`: the Mersenne twister, so that a seed gives the same choice. Source: read, CPython 3.11 documentation; observed. */
import { createHash, randomBytes } from 'node:crypto';
import { isBytes } from '../../../kernel/std/value.js';
import type { Data } from '../python/data.js';
import { typeError } from '../python/errors.js';
import { textOf } from '../python/markup.js';

const SIZE = 624;
const MIDDLE = 397;

export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  constructor(key: readonly number[]) {
    this.#seed(key);
  }

  /** Seeded as Salt does: with the SHA-512 of a text. None: at random. @throws PythonError for other seeds */
  static of(seed: Data): PythonRandom {
    if (seed === null) return new PythonRandom(Array.from({ length: 8 }, () => randomBytes(4).readUInt32LE()));
    const bytes = isBytes(seed) ? seed : textOf(seed);
    if (bytes === undefined) throw typeError('object supporting the buffer API required');
    const hashed = Buffer.from(createHash('sha512').update(bytes).digest('hex'));
    // Python makes a number of a text and its own SHA-512.
    const number = BigInt(`0x${Buffer.concat([hashed, createHash('sha512').update(hashed).digest()]).toString('hex')}`);
    return new PythonRandom(wordsOf(number));
  }

  #seed(key: readonly number[]): void {
    const state = this.#state;
    state[0] = 19650218;
    for (let at = 1; at < SIZE; at++) state[at] = Math.imul(1812433253, mixed(state[at - 1] as number)) + at;
    let at = 1;
    let from = 0;
    for (let turn = Math.max(SIZE, key.length); turn > 0; turn--) {
      state[at] = ((state[at] as number) ^ Math.imul(mixed(state[at - 1] as number), 1664525)) + (key[from] as number) + from;
      at += 1;
      from = (from + 1) % key.length;
      if (at >= SIZE) {
        state[0] = state[SIZE - 1] as number;
        at = 1;
      }
    }
    for (let turn = SIZE - 1; turn > 0; turn--) {
      state[at] = ((state[at] as number) ^ Math.imul(mixed(state[at - 1] as number), 1566083941)) - at;
      at += 1;
      if (at >= SIZE) {
        state[0] = state[SIZE - 1] as number;
        at = 1;
      }
    }
    state[0] = 0x80000000;
  }

  #twist(): void {
    const state = this.#state;
    for (let at = 0; at < SIZE; at++) {
      const bits = ((state[at] as number) & 0x80000000) | ((state[(at + 1) % SIZE] as number) & 0x7fffffff);
      state[at] = (state[(at + MIDDLE) % SIZE] as number) ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  #word(): number {
    if (this.#at >= SIZE) this.#twist();
    let bits = this.#state[this.#at++] as number;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** A whole number below `end`, which fits 32 bits. */
  #below(end: number): number {
    const bits = 32 - Math.clz32(end);
    for (;;) {
      const word = this.#word() >>> (32 - bits);
      if (word < end) return word;
    }
  }

  /** Python's `sample`. */
  sample(population: readonly Data[], count: number): Data[] {
    const size = population.length;
    const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
    if (size > setSize) return this.#sampleSparse(population, count);
    const pool = [...population];
    return Array.from({ length: count }, (_, at) => {
      const chosen = this.#below(size - at);
      const item = pool[chosen] as Data;
      pool[chosen] = pool[size - at - 1] as Data;
      return item;
    });
  }

  #sampleSparse(population: readonly Data[], count: number): Data[] {
    const taken = new Set<number>();
    return Array.from({ length: count }, () => {
      let at = this.#below(population.length);
      while (taken.has(at)) at = this.#below(population.length);
      taken.add(at);
      return population[at] as Data;
    });
  }
}

function mixed(word: number): number {
  return (word ^ (word >>> 30)) >>> 0;
}

function wordsOf(value: bigint): number[] {
  const words: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  return words.length === 0 ? [0] : words;
}
