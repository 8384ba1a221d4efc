import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrapText } from '../../../../src/kernel/std/python-wrap.js';

// Source: observed, textwrap.fill(text, 20, initial_indent='  ', subsequent_indent='  ') of Python 3.11.
const CASES = [
  { title: 'breaks between words and at hyphens inside of words', text: 'a-b well-known e-mail foo--bar x - y',
    wanted: '  a-b well-known\n  e-mail foo--bar x\n  - y' },
  { title: 'breaks a word that is longer than a line', text: 'x'.repeat(50),
    wanted: `  ${'x'.repeat(18)}\n  ${'x'.repeat(18)}\n  ${'x'.repeat(14)}` },
  { title: 'makes blanks of tabs and line ends', text: 'one two  three\tfour\nfive', wanted: '  one two  three\n  four five' },
  { title: 'breaks after the last hyphen that fits', text: 'aaa-bbb-ccc-ddd-eee-fff-ggg-hhh',
    wanted: '  aaa-bbb-ccc-ddd-\n  eee-fff-ggg-hhh' },
  { title: 'gives nothing for nothing', text: '', wanted: '' },
];

for (const { title, text, wanted } of CASES) test(`wrapText() ${title}`, () => assert.equal(wrapText(text, 20, '  '), wanted));
