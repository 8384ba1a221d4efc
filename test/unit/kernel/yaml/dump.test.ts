import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { setOf } from '../../../../src/kernel/std/sequences.js';
import { DateTime, floatOf, mapFrom, type Value } from '../../../../src/kernel/std/value.js';
import { dumpYaml, type DumpOptions } from '../../../../src/kernel/yaml/dump.js';
import { loadYaml } from '../../../../src/kernel/yaml/load.js';

const BLOCK: DumpOptions = { flowStyle: false };
const FLOW: DumpOptions = { flowStyle: true };

/** Texts observed with PyYAML 6.0.3 through Salt's `safe_dump`. */
const cases: readonly (readonly [string, Value, DumpOptions, string])[] = [
  ['puts containers of scalars in one line', { a: { b: 1 }, c: [1, 2] }, {}, 'a: {b: 1}\nc: [1, 2]\n'],
  ['writes block style', { a: { b: 1 }, c: [1, 2] }, BLOCK, 'a:\n  b: 1\nc:\n- 1\n- 2\n'],
  ['indents by the given step', { a: { b: [1] } }, { flowStyle: false, indent: 4 }, 'a:\n    b:\n    - 1\n'],
  ['writes flow style', { a: { b: [1, {}] } }, FLOW, '{a: {b: [1, {}]}}\n'],
  ['sorts keys by code point', { b: 1, a: 2, B: 3, é: 4 }, BLOCK, 'B: 3\na: 2\nb: 1\né: 4\n'],
  ['keeps the order when asked', { b: 1, a: 2 }, { flowStyle: false, sortKeys: false }, 'b: 1\na: 2\n'],
  ['keeps the order of keys that cannot be compared', mapFrom([['b', 1], [1, 2], [null, 3]]), BLOCK, 'b: 1\n1: 2\nnull: 3\n'],
  ['quotes what would not be text', ['yes', '0644', '12:30', '2020-01-01', '=', '<<', '', '~', '1e3'], BLOCK,
    "- 'yes'\n- '0644'\n- '12:30'\n- '2020-01-01'\n- '='\n- '<<'\n- ''\n- '~'\n- 1e3\n"],
  ['writes scalars', [null, true, false, 1, floatOf(1), floatOf(1e22), Infinity, NaN, 12345678901234567890n], BLOCK,
    '- null\n- true\n- false\n- 1\n- 1.0\n- 1.0e+22\n- .inf\n- .nan\n- 12345678901234567890\n'],
  ['doubles breaks in single quotes', 'a\nb\n', BLOCK, "'a\n\n  b\n\n  '\n"],
  ['takes double quotes for blanks at breaks', { a: 'x \n y' }, BLOCK, 'a: "x \\n y"\n'],
  ['escapes what is not printable', ['\u0007', '😀', '\t', '\u0085'], BLOCK, '- "\\a"\n- "\\U0001F600"\n- "\\t"\n- "\\N"\n'],
  ['keeps printable letters', ['é', '\u00a0'], BLOCK, '- é\n- \u00a0\n'],
  ['folds a long line after column 80', { k: 'word '.repeat(20).trim() }, BLOCK,
    `k: ${'word '.repeat(15)}word\n  ${'word '.repeat(3)}word\n`],
  ['writes bytes as binary', { a: Buffer.from('abc') }, BLOCK, 'a: !!binary |\n  YWJj\n'],
  ['writes bytes in flow style', [Buffer.from('abc')], FLOW, '[!!binary "YWJj\\n"]\n'],
  ['writes a set', { a: setOf(['b', 'a']) }, {}, 'a: !!set {a: null, b: null}\n'],
  ['writes a date', new DateTime('20260102T03:04:05.000006'), BLOCK, '2026-01-02 03:04:05.000006\n'],
  ['asks for a long key', { ['k'.repeat(129)]: 1 }, BLOCK, `? ${'k'.repeat(129)}\n: 1\n`],
  ['writes lists in lists', [[1, [2]], []], BLOCK, '- - 1\n  - - 2\n- []\n'],
  ['writes maps in lists', [{ a: 1, b: [{ c: 2 }] }], BLOCK, '- a: 1\n  b:\n  - c: 2\n'],
];

for (const [title, value, options, wanted] of cases) {
  test(`dumpYaml() ${title}`, () => {
    assert.equal(dumpYaml(value, options), wanted);
  });
}

test('dumpYaml() names a repeated container once and points at it', () => {
  const shared = { x: [1, 2] };
  assert.equal(dumpYaml({ a: shared, b: shared }, BLOCK), 'a: &id001\n  x:\n  - 1\n  - 2\nb: *id001\n');
});

test('dumpYaml() writes what loadYaml() reads back', () => {
  const value: Value = { text: "it's: #1", lines: 'a\n  b\n', bytes: Buffer.from([0, 255]), list: [[], {}, [null]], key: floatOf(2) };
  assert.deepEqual(loadYaml(dumpYaml(value)), { ...value, bytes: Buffer.from([0, 255]) });
});
