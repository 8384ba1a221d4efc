/** The watch over the memory that functions of users take. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { MemoryGuard } from '../../../../src/kernel/loader/memory-guard.js';

test('too much is what the process grew by since work began, for each thread that works', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    let bytes = 500;
    let over = 0;
    const guard = new MemoryGuard({ bytesEach: 100, everyMs: 10, residentBytes: () => bytes, onOver: () => (over += 1) });
    guard.begin();
    bytes = 600;
    mock.timers.tick(10);
    assert.equal(over, 0);
    bytes = 601;
    mock.timers.tick(20);
    assert.equal(over, 2, 'said at each look until it is better');
    guard.begin();
    mock.timers.tick(10);
    assert.equal(over, 2, 'two threads may take twice as much');
    guard.finish();
    guard.finish();
    bytes = 10_000;
    mock.timers.tick(100);
    assert.equal(over, 2, 'nobody works, nobody looks');
    guard.begin();
    mock.timers.tick(10);
    assert.equal(over, 2, 'what was there before is nobody\'s');
    guard.finish();
  } finally {
    mock.timers.reset();
  }
});
