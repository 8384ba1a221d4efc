import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NotWholeError, readWhole } from '../../../../src/cli/cp/send-whole.js';

function folder(): { dir: string } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'cp-'));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

test('text is read whole, what is not there is named', () => {
  using place = folder();
  const path = join(place.dir, 'ä.txt');
  writeFileSync(path, 'grüße\n');
  assert.deepEqual(readWhole([path, '/none']), { contents: { [path]: 'grüße\n' }, absent: ['/none'] });
});

test('a folder, bytes that are no text, and too much are refused with the way out', () => {
  using place = folder();
  mkdirSync(join(place.dir, 'd'));
  writeFileSync(join(place.dir, 'bin'), Buffer.from([0xff, 0xfe]));
  writeFileSync(join(place.dir, 'big'), 'x'.repeat(11 * 1024 * 1024));
  for (const name of ['d', 'bin', 'big']) {
    assert.throws(() => readWhole([join(place.dir, name)]), (error: Error) => error instanceof NotWholeError && error.message.includes('--chunked'));
  }
});
