/** Ordering and the search for circles, with many chunks: time grows as the number of chunks and requisites. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderChunks, type CompileOptions } from '../../../../src/sls/state/compile/compile.js';
import type { LowChunk } from '../../../../src/sls/state/high-data.js';

const OPTIONS: CompileOptions = { modulesWith: () => new Set() };
const chunk = (at: number, require: readonly number[]): LowChunk => ({
  state: 'test', fun: 'nop', name: `s${at}`, __id__: `s${at}`, __sls__: 'a', __env__: 'base', order: 10_000 + at,
  ...(require.length > 0 ? { require: require.map((other) => ({ test: `s${other}` })) } : {}),
});

test('a chain of 20,000 is ordered without a deep stack', () => {
  const count = 20_000;
  const { sorted, errors } = orderChunks(Array.from({ length: count }, (_, at) => chunk(at, at + 1 < count ? [at + 1] : [])), OPTIONS);
  assert.deepEqual(errors, []);
  assert.equal(sorted[0]?.['name'], `s${count - 1}`);
  assert.equal(sorted.at(-1)?.['name'], 's0');
});

test('a circle of 5,000 is found and told', () => {
  const count = 5000;
  const { sorted, errors } = orderChunks(Array.from({ length: count }, (_, at) => chunk(at, [(at + 1) % count])), OPTIONS);
  assert.deepEqual(sorted, []);
  assert.match(errors[0] ?? '', /^Recursive requisites were found: \(\{'SLS': 'a', 'ID': 's\d+'\}, 'require', /);
});

test('ten times the chunks take about ten times the work', () => {
  const timed = (count: number): number => {
    const chunks = Array.from({ length: count }, (_, at) => chunk(at, at === 0 ? [] : [(at * 7919 + 13) % at, at - 1]));
    const { user } = process.cpuUsage();
    orderChunks(chunks, OPTIONS);
    return (process.cpuUsage().user - user) / 1000;
  };
  timed(3000);
  const [small, large] = [Math.min(timed(3000), timed(3000)), Math.min(timed(30_000), timed(30_000))];
  // A quadratic way would take a hundred times.
  assert.ok(large < 50 * Math.max(small, 5), `${small} ms for 3,000, ${large} ms for 30,000`);
});
