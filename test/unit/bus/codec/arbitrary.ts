/** Random values of every kind, each in the form in which a decoder gives it back. */
import fc from 'fast-check';
import type { TestContext } from 'node:test';
import { DateTime, Extension, floatOf, mapFrom, type Value } from '../../../../src/kernel/std/value.js';

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 300 }));
const safeInteger = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -300, max: 300 }));
const bigInteger = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
  .map((number) => (number >= -(2n ** 53n) + 1n && number <= 2n ** 53n - 1n ? Number(number) : number));
const float = fc.oneof(fc.double(), fc.integer()).map((number) => floatOf(number));
/** The first byte begins no UTF-8 text, so that bytes stay bytes in both dialects. */
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.concat([Buffer.of(0xff), array]));
const dateTime = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => new DateTime(`${date.toISOString().slice(0, 19).replace(/[-]/g, '')}.000007`));
const extension = fc.tuple(fc.integer({ min: -128, max: 127 }).filter((code) => code !== 78), bytes)
  .map(([code, content]) => new Extension(code, content));

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null), fc.boolean(), safeInteger, bigInteger, float, text, bytes, dateTime, extension,
);
const key: fc.Arbitrary<Value> = fc.oneof(
  { weight: 8, arbitrary: text }, { weight: 1, arbitrary: fc.constantFrom<Value>('__proto__', 'constructor', '0', '17', null, true) },
  { weight: 1, arbitrary: fc.oneof(safeInteger, bigInteger) },
);

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 20 }),
    fc.uniqueArray(fc.tuple(key, tie('value')), { maxLength: 20, selector: ([name]) => name }).map((entries) => mapFrom(entries)),
  ),
})).value;

/** Parameters of a property test; the seed is printed, and taken from the variable SEED to repeat a run. */
export function seeded(context: TestContext, runs: number): { seed: number; numRuns: number } {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  context.diagnostic(`seed ${seed}`);
  return { seed, numRuns: runs };
}
