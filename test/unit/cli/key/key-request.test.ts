import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asSwitch, keyRequest } from '../../../../src/cli/key/key-request.js';
import { keyTable } from '../../../../src/cli/options/tsalt-key.data.js';
import { parseLine } from '../../../../src/cli/parse.js';
import { UsageError } from '../../../../src/cli/parsed-line.js';

const requestOf = (...argv: string[]) => keyRequest(parseLine(keyTable, argv));
const shortly = (...argv: string[]): string => {
  const { action, match } = requestOf(...argv);
  return `${action} ${match}`;
};

test('the action and what it is about', () => {
  assert.equal(shortly(), 'list all');
  assert.equal(shortly('-L'), 'list all');
  assert.equal(shortly('-l', 'un'), 'list un');
  assert.equal(shortly('-A'), 'accept *');
  assert.equal(shortly('-a', 'web*'), 'accept web*');
  assert.equal(shortly('-D'), 'delete *');
  assert.equal(shortly('-P'), 'print *');
  assert.equal(shortly('-F'), 'finger *');
});

test('of two actions one is done, in the order of Salt', () => {
  assert.equal(shortly('-d', 'web2', '-a', 'app1'), 'accept app1');
  assert.equal(shortly('-d', 'web2', '-l', 'all'), 'list all');
});

test('states besides those that wait', () => {
  assert.deepEqual(requestOf('-a', 'x', '--include-all').change, { accepted: false, rejected: true, denied: false });
  assert.deepEqual(requestOf('-r', 'x', '--include-all').change, { accepted: true, rejected: false, denied: false });
  assert.deepEqual(requestOf('-a', 'x', '--include-accepted', '--include-denied').change, { accepted: false, rejected: false, denied: true });
});

test('wrong values are refused', () => {
  assert.throws(() => requestOf('-l', 'bogus'), (error) => error instanceof UsageError && error.message === "'bogus' is not a valid argument to '--list'");
  assert.throws(() => requestOf('--keysize', '1024'), (error) => error instanceof UsageError && error.message === 'The minimum value for keysize is 2048');
  assert.throws(() => requestOf('--keysize', '65536'), (error) => error instanceof UsageError && error.message === 'The maximum value for keysize is 32768');
});

test('words for yes and no', () => {
  assert.deepEqual(['True', 'FALSE', 'perhaps', true].map((value) => asSwitch(value)), [true, false, 'perhaps', true]);
});
