/**
 * Python's `random.Random` for a given seed: the same numbers, choices and orders.
 * Source: read, Matsumoto and Nishimura's MT19937; observed, Python 3.11. Not for secrets.
 */
import { createHash } from 'node:crypto';

const SIZE = 624;
const SHIFT = 397;
const MASK_32 = 0xffffffffn;
/** Modulus of Python's hashes of numbers. */
const HASH_MODULUS = (1n << 61n) - 1n;

/** What a seed may be: text, a whole number, or a number with a fraction. */
export type Seed = string | number | bigint;

export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  constructor(seed: Seed) {
    this.#seedWith(wordsOf(typeof seed === 'string' ? textNumber(seed) : wholeNumber(seed)));
  }

  /** A whole number of at least 0 and less than the limit. */
  below(limit: bigint): bigint {
    if (limit <= 0n) return 0n;
    const bits = limit.toString(2).length;
    let value = this.#bits(bits);
    while (value >= limit) value = this.#bits(bits);
    return value;
  }

  /** Some items, each place once, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    const size = items.length;
    // Python takes from a copy while that is smaller than a set of what was taken.
    const setSize = 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0);
    return size <= setSize ? this.#fromPool([...items], count) : this.#fromPlaces(items, count);
  }

  #fromPool<T>(pool: T[], count: number): T[] {
    return Array.from({ length: count }, (_, at) => {
      const place = Number(this.below(BigInt(pool.length - at)));
      const item = pool[place] as T;
      pool[place] = pool[pool.length - at - 1] as T;
      return item;
    });
  }

  #fromPlaces<T>(items: readonly T[], count: number): T[] {
    const taken = new Set<number>();
    while (taken.size < count) taken.add(Number(this.below(BigInt(items.length))));
    return [...taken].map((place) => items[place] as T);
  }

  #bits(count: number): bigint {
    let value = 0n;
    for (let done = 0; done < count; done += 32) {
      const left = count - done;
      value |= BigInt(left < 32 ? this.#next() >>> (32 - left) : this.#next()) << BigInt(done);
    }
    return value;
  }

  #next(): number {
    if (this.#at >= SIZE) this.#twist();
    let word = this.#state[this.#at++] ?? 0;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const state = this.#state;
    for (let at = 0; at < SIZE; at++) {
      const mixed = ((state[at] ?? 0) & 0x80000000) | ((state[(at + 1) % SIZE] ?? 0) & 0x7fffffff);
      state[at] = (state[(at + SHIFT) % SIZE] ?? 0) ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  #fill(seed: number): void {
    this.#state[0] = seed;
    for (let at = 1; at < SIZE; at++) this.#state[at] = Math.imul(1812433253, this.#stirred(at - 1)) + at;
  }

  #stirred(at: number): number {
    const word = this.#state[at] ?? 0;
    return word ^ (word >>> 30);
  }

  #seedWith(key: readonly number[]): void {
    this.#fill(19650218);
    let at = 1;
    const step = (): void => {
      at += 1;
      if (at < SIZE) return;
      this.#state[0] = this.#state[SIZE - 1] ?? 0;
      at = 1;
    };
    for (let round = 0, place = 0; round < Math.max(SIZE, key.length); round++, place = (place + 1) % key.length) {
      this.#state[at] = ((this.#state[at] ?? 0) ^ Math.imul(this.#stirred(at - 1), 1664525)) + (key[place] ?? 0) + place;
      step();
    }
    for (let round = 1; round < SIZE; round++) {
      this.#state[at] = ((this.#state[at] ?? 0) ^ Math.imul(this.#stirred(at - 1), 1566083941)) - at;
      step();
    }
    this.#state[0] = 0x80000000;
  }
}

/** Text counts as its bytes with their SHA-512 behind them, as one number. */
function textNumber(text: string): bigint {
  const bytes = Buffer.from(text, 'utf8');
  return BigInt(`0x${Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]).toString('hex')}`);
}

/** A number with a fraction counts as its hash, which is that fraction modulo a prime. */
function wholeNumber(seed: number | bigint): bigint {
  if (typeof seed === 'bigint') return seed < 0n ? -seed : seed;
  if (Number.isInteger(seed)) return BigInt(Math.abs(seed));
  if (!Number.isFinite(seed)) return Number.isNaN(seed) ? 0n : 314159n;
  let [mantissa, exponent] = [Math.abs(seed), 0];
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1;
  }
  const hash = (BigInt(mantissa) % HASH_MODULUS) * (1n << BigInt((61 - (exponent % 61)) % 61)) % HASH_MODULUS;
  // A negative hash is read as a number without sign.
  return seed < 0 ? (1n << 64n) - hash : hash;
}

function wordsOf(number: bigint): number[] {
  const words: number[] = [];
  for (let rest = number; rest > 0n; rest >>= 32n) words.push(Number(rest & MASK_32));
  return words.length === 0 ? [0] : words;
}
