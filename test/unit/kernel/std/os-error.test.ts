import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isOsError, osErrorClass, osErrorText } from '../../../../src/kernel/std/os-error.js';

const failure = (work: Promise<unknown>): Promise<NodeJS.ErrnoException> =>
  work.then(() => assert.fail('it worked'), (error: unknown) => error as NodeJS.ErrnoException);

test('osErrorText() has number, words and path as Python', async () => {
  const missing = await failure(readFile('/no/such/file'));
  assert.equal(osErrorText(missing), "[Errno 2] No such file or directory: '/no/such/file'");
  assert.equal(osErrorText(missing, { path: false }), '[Errno 2] No such file or directory');
  assert.equal(osErrorClass(missing), 'FileNotFoundError');
  const under = await failure(readFile('/dev/null/x'));
  assert.equal(osErrorText(under), "[Errno 20] Not a directory: '/dev/null/x'");
  assert.equal(osErrorClass(under), 'NotADirectoryError');
});

test('isOsError() tells them from other errors', async () => {
  const missing = await failure(readFile('/no/such/file'));
  assert.equal(isOsError(missing), true);
  assert.equal(isOsError(missing, 'EACCES'), false);
  assert.equal(isOsError(new Error('x')), false);
  assert.equal(isOsError(Object.assign(new Error('x'), { code: 'ERR_SOMETHING' })), false);
});
