import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deferred } from '../../../../src/kernel/std/async.js';
import { Upkeep } from '../../../../src/master/upkeep/upkeep.js';
import { keepingLog } from '../../../support/logs.js';

test('each duty is done in each round; one that fails is logged and holds up no other', async () => {
  const log = keepingLog();
  const done: string[] = [];
  const second = deferred<void>();
  const upkeep = new Upkeep({
    everyMs: 1, log,
    duties: {
      broken: () => Promise.reject(new Error('broken')),
      good: () => {
        done.push('good');
        if (done.length === 2) second.resolve();
      },
    },
  });
  const keepAlive = setInterval(() => undefined, 1000);
  await second.promise;
  clearInterval(keepAlive);
  await upkeep[Symbol.asyncDispose]();
  assert.deepEqual(log.lines.slice(0, 2).map(({ fields, text }) => [fields['duty'], text]), [['broken', 'upkeep failed'], ['broken', 'upkeep failed']]);
});

test('at the end the duty that runs is waited for, and no other begins', async () => {
  const gate = deferred<void>();
  const done: string[] = [];
  const upkeep = new Upkeep({
    everyMs: 60_000, log: keepingLog(),
    duties: {
      slow: async () => {
        await gate.promise;
        done.push('slow');
      },
      next: () => void done.push('next'),
    },
  });
  const ending = upkeep[Symbol.asyncDispose]();
  gate.resolve();
  await ending;
  assert.deepEqual(done, ['slow']);
});
