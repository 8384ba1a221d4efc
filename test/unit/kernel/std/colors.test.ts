import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorsFor, hideEscapes } from '../../../../src/kernel/std/colors.js';

test('colorsFor() gives codes when on and nothing when off', () => {
  assert.equal(colorsFor(true).LIGHT_RED, '\x1b[0;1;31m');
  assert.equal(colorsFor(true).ENDC, '\x1b[0;0m');
  for (const off of [false, null, undefined, '', 0]) assert.equal(colorsFor(off).RED, '');
});

test('colorsFor() uses one colour for everything when it is named', () => {
  const { GREEN, ENDC } = colorsFor('RED');
  assert.deepEqual([GREEN, ENDC], ['\x1b[0;31m', '\x1b[0;0m']);
  assert.equal(colorsFor('NO_SUCH').GREEN, '\x1b[0;32m');
});

test('colorsFor() takes codes of a theme', () => {
  assert.equal(colorsFor(true, { GREEN: '0;35' }).GREEN, '\x1b[0;35m');
  assert.equal(colorsFor('MINE', { MINE: 95 }).GREEN, '\x1b[95m');
  assert.equal(colorsFor(false, { GREEN: '0;35' }).GREEN, '');
});

test('hideEscapes() takes the escape character out', () => assert.equal(hideEscapes('a\x1b[31mb'), 'a?[31mb'));
