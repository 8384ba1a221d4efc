/** Output that is handed on as it comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from '../../../../src/kernel/std/async.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';

const sys = createSys();

test('comes in pieces, each waited for; the result has none of it', async () => {
  const pieces: string[] = [];
  const { code, stdout } = await sys.run(['/bin/sh', '-c', 'echo one; sleep 0.3; echo two; exit 3'], {
    onStdout: async (chunk) => {
      pieces.push(Buffer.from(chunk).toString());
      await sleep(5, undefined, true);
    },
  });
  assert.deepEqual([code, stdout.length, pieces.join('')], [3, 0, 'one\ntwo\n']);
  assert.ok(pieces.length >= 2);
});

test('a listener that fails ends the program, and is heard', async () => {
  const startedMs = performance.now();
  await assert.rejects(sys.run(['/bin/sh', '-c', 'echo one; sleep 30'], {
    onStdout: () => {
      throw new Error('no more');
    },
  }), /no more/);
  assert.ok(performance.now() - startedMs < 20_000);
});
