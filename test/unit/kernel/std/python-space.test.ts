import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  center, linesWithEnds, padEnd, padStart, splitLines, strip, stripEnd, stripStart, textLength,
} from '../../../../src/kernel/std/python-space.js';

test('strip() takes off what Python calls white space and keeps a byte order mark', () => {
  assert.equal(strip('\x1c\x85\xa0\u3000 a b \n\v'), 'a b');
  assert.equal(strip('\ufeffa\ufeff'), '\ufeffa\ufeff');
  assert.equal(stripStart('  a '), 'a ');
  assert.equal(stripEnd(' a \t'), ' a');
  assert.equal(stripEnd(' \n'), '');
});

test('splitLines() ends lines where Python does and gives no empty last line', () => {
  assert.deepEqual(splitLines('a\nb\r\nc\rd\ve\ff\x1cg\x85h\u2028i\u2029'), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  assert.deepEqual(splitLines('\n\na'), ['', '', 'a']);
  assert.deepEqual(splitLines(''), []);
  assert.deepEqual(linesWithEnds('a\r\nb'), ['a\r\n', 'b']);
});

test('textLength() counts code points', () => {
  assert.equal(textLength('a\u{1f600}é'), 3);
  assert.equal(textLength('\ud800'), 1);
});

test('padding counts code points, and center() puts the odd blank as Python does', () => {
  assert.equal(padEnd('\u{1f600}', 3), '\u{1f600}  ');
  assert.equal(padStart('ab', 4), '  ab');
  assert.equal(padStart('abc', 2), 'abc');
  assert.equal(center('12', 5), '  12 ');
  assert.equal(center('False', 6), 'False ');
  assert.equal(center('abc', 2), 'abc');
});
