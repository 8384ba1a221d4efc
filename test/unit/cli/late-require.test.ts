import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { lateRequire } from '../../../src/cli/late-require.js';

test('what takes long to load is loaded at its first use, once, and is the same then', () => {
  const asked: string[] = [];
  const real = createRequire(import.meta.url);
  const require = lateRequire(Object.assign((name: string): unknown => {
    asked.push(name);
    return real(name) as unknown;
  }, real));
  const zlib = require('node:zlib') as typeof import('node:zlib');
  assert.equal(require('node:zlib'), zlib);
  const path = require('node:path') as typeof import('node:path');
  assert.equal(path.basename('/a/b'), 'b');
  assert.deepEqual(asked, ['node:path']);
  assert.equal(zlib.gunzipSync(zlib.gzipSync('text')).toString(), 'text');
  assert.deepEqual([...asked], ['node:path', 'node:zlib']);
  assert.ok('gzipSync' in zlib);
  assert.deepEqual(Object.keys(zlib), Object.keys(real('node:zlib') as object));
  assert.ok(new zlib.Gzip() instanceof zlib.Gzip);
});
