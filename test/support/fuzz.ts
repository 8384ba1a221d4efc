/**
 * Fuzz tests: damaged messages made from whole ones. A failure prints the seed of its case; `FUZZ_SEED=<seed>` plays that case alone.
 * `FUZZ_RUNS` sets how many cases each test plays.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { TsaltError } from '../../src/kernel/contract/errors.js';
import { seededRandom, type Random } from '../system/hostile/random.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1500);
/** A slow machine plays fewer cases, not longer. */
const TIME_MS = 4000;
/** No message of a few kilobytes may keep a decoder busy for so long. */
const CASE_MS = 1500;
const FIRST = process.env['FUZZ_SEED'] === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(process.env['FUZZ_SEED']);
/** Bytes that begin something in msgpack, or end it. */
const TELLING = Buffer.from('00017f8081908f9fa0bfc0c1c4c5c6c7c8c9cacbcfd3d4d8d9dadbdcdddedfe0ff', 'hex');
const LONG = ['dbffffffff', 'c6ffffffff', 'ddffffffff', 'dfffffffff', 'c9ffffffff4e', 'dcffff', 'deffff', 'dd7fffffff'].map((hex) => Buffer.from(hex, 'hex'));

export interface Case {
  readonly bytes: Buffer;
  readonly random: Random;
}

/** Plays damaged copies of the samples: `play` may throw only what `isExpected` says. */
export async function fuzz(
  t: TestContext, samples: readonly Uint8Array[], play: (given: Case) => unknown, isExpected: (error: unknown) => boolean = (error) => error instanceof TsaltError,
): Promise<void> {
  const runs = process.env['FUZZ_SEED'] === undefined ? RUNS : 1;
  t.diagnostic(`seed ${FIRST}`);
  const until = performance.now() + TIME_MS;
  for (let at = 0; at < runs && performance.now() < until; at += 1) {
    const seed = (FIRST + at) % 2 ** 31;
    const random = seededRandom(seed);
    const bytes = damaged(samples, random);
    const started = performance.now();
    try {
      await play({ bytes, random });
    } catch (error) {
      if (!isExpected(error)) throw new Error(`Failed with FUZZ_SEED=${seed}: ${bytes.length} bytes, ${bytes.subarray(0, 200).toString('hex')}`, { cause: error });
    }
    assert.ok(performance.now() - started < CASE_MS, `FUZZ_SEED=${seed} took ${performance.now() - started} ms`);
    assert.ok(!('polluted' in {}) && Object.keys(Object.prototype).length === 0, `FUZZ_SEED=${seed} changed all objects`);
  }
}

function damaged(samples: readonly Uint8Array[], random: Random): Buffer {
  const pick = (): Buffer => Buffer.from(samples[random.below(samples.length)] ?? []);
  let bytes = pick();
  if (random.below(50) === 0) return random.bytes(random.below(300));
  for (let left = 1 + random.below(6); left > 0; left -= 1) bytes = damage(bytes, pick, random);
  return bytes;
}

function damage(bytes: Buffer, pick: () => Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  const length = random.below(Math.min(64, bytes.length - at + 1));
  const insert = (piece: Uint8Array, over = 0): Buffer => Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + over)]);
  switch (random.below(8)) {
    case 0: return insert(Buffer.of((bytes[at] ?? 0) ^ (1 << random.below(8))), 1);
    case 1: return insert(Buffer.of(TELLING[random.below(TELLING.length)] ?? 0), 1);
    case 2: return insert(Buffer.of(TELLING[random.below(TELLING.length)] ?? 0));
    case 3: return insert(Buffer.alloc(0), length);
    case 4: return insert(bytes.subarray(at, at + length));
    case 5: return bytes.subarray(0, at);
    case 6: return insert(LONG[random.below(LONG.length)] ?? Buffer.alloc(0), length);
    default: {
      const other = pick();
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
  }
}
