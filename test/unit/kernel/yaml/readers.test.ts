/** The plain and the strict reader must agree wherever the plain one gives an answer. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { load } from 'js-yaml';
import { construct } from '../../../../src/kernel/yaml/construct.js';
import { dumpYaml } from '../../../../src/kernel/yaml/dump.js';
import { YamlError } from '../../../../src/kernel/yaml/error.js';
import { loadYaml } from '../../../../src/kernel/yaml/load.js';
import { NOT_PLAIN, readPlain } from '../../../../src/kernel/yaml/plain/reader.js';
import { SourceText } from '../../../../src/kernel/yaml/source.js';
import { readStrict } from '../../../../src/kernel/yaml/strict/reader.js';

function strictly(text: string): unknown {
  try {
    const source = new SourceText(text, 'text');
    source.checkCharacters();
    const { root } = readStrict(source);
    return root === undefined ? null : construct(root, source);
  } catch (error) {
    if (error instanceof YamlError) return error.message;
    throw error;
  }
}

const PIECES = [
  'a', 'b', '1', 'yes', ' ', '  ', '\n', '\n  ', '\n\n', ': ', ':', '- ', '-', ', ', ',', '[', ']', '{', '}', '"', "'", '#', ' #', '|\n', '>-\n', '|+\n  ',
  '? ', '?', '\\n', 'é', '😀', 'key: value\n', 'key:\n', '- item\n', '  sub: x\n', '  - x\n', "'it''s'", '"q"', '~', '0', '0_', '-1', '1.0', 'true: ', '1: ', "'1': ",
  '__proto__: ', '<<: ', '=', '&a ', '*a', '!!str ', '---\n', '---', '# c\n', '\r\n', '\t', '%', 'a: [b, c]\n', 'd: {e: f}\n', '  [', '\n]', '\n}',
];

test('readPlain() and readStrict() agree', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }), (pieces) => {
    const text = pieces.join('');
    const plain = readPlain(text);
    if (plain !== NOT_PLAIN) assert.deepEqual(plain, strictly(text));
  }), { numRuns: 3000 });
});

const plainTexts: readonly (readonly [string, string, unknown])[] = [
  ['a usual SLS', 'pkg:\n  pkg.installed:\n    - name: "vim"\n    - order: 1\n    - require: [a, b]\n',
    { pkg: { 'pkg.installed': [{ name: 'vim' }, { order: 1 }, { require: ['a', 'b'] }] } }],
  ['comments and a marker before', '# a file\n\n---\na: 1 # one\n', { a: 1 }],
  ['lists below and beside their key', 'a:\n- 1\n- - 2\n  - 3\nb:\n  - c: 4\n    d:\n    - 5\n', { a: [1, [2, 3]], b: [{ c: 4, d: [5] }] }],
  ['collections in brackets over lines', 'a: [1, {b: c, "d": [~]}, # rest\n  e\n]\nf: {}\n', { a: [1, { b: 'c', d: [null] }, 'e'], f: {} }],
  ['block texts and quotes', "a: |\n  x\n   y\n\nb: >-\n  f\n  g\nc: 'it''s'\nd: \"a\\tb\"\n", { a: 'x\n y\n', b: 'f g', c: "it's", d: 'a\tb' }],
  ['lines of Windows', 'a: 1\r\nb: |\r\n  x\r\n  y\r\n', { a: 1, b: 'x\ny\n' }],
];

for (const [title, text, wanted] of plainTexts) {
  test(`readPlain() reads ${title} itself`, () => {
    assert.deepEqual(readPlain(text), wanted);
    assert.deepEqual(strictly(text), wanted);
  });
}

const unusualTexts = ['a: &x 1\n', 'a: *x\n', 'a: !!str 1\n', 'a: {<<: 1}\n', 'a: b\n  c\n', 'a: 1\na: 2\n', 'a: b: c\n', '? a\n: b\n', 'a: 1\n---\nb: 1\n', 'a:\t1\n', '%YAML 1.1\n---\na\n',
  `${'k'.repeat(1100)}: 1\n`, `${'['.repeat(400)}`];

for (const text of unusualTexts) {
  test(`readPlain() leaves ${JSON.stringify(text.slice(0, 20))} to the strict reader`, () => {
    assert.equal(readPlain(text), NOT_PLAIN);
  });
}

const anyText = fc.string({ unit: fc.constantFrom(...Array.from('ab-_:#{[\'"|, \n~')), maxLength: 8 });
const anyKey = anyText.filter((key) => key !== '__proto__');

test('texts that are written here are read by js-yaml as here', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, anyText, fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(anyKey, tie('tree'), { maxKeys: 4 })),
  }));
  fc.assert(fc.property(tree, (value) => {
    const text = dumpYaml(JSON.parse(JSON.stringify(value)), { flowStyle: false });
    assert.deepEqual(JSON.stringify(toPlain(loadYaml(text))), JSON.stringify(toPlain(load(text))));
  }), { numRuns: 500 });
});

/** js-yaml keeps keys in objects, which put those like numbers first: compared in one order. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value === null || typeof value !== 'object') return value;
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  return entries.map(([key, part]) => [String(key), toPlain(part)]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** What libyaml says of broken texts: golden, render/yaml; observed. */
const refusals: readonly (readonly [string, string])[] = [
  ['a: b: c\n', 'mapping values are not allowed in this context'],
  ['a:\n\tb: 1\n', 'found character that cannot start any token'],
  ['a:\n    b: 1\n  c: 2\n', 'did not find expected key'],
  ['a: [1, 2\nb: 3\n', "did not find expected ',' or ']'"],
  ['a: "abc\nb: 1\n', 'found unexpected end of stream'],
  ['a: 1\nb\nc: 2\n', "could not find expected ':'"],
  ['a: "\\q"\n', 'found unknown escape character'],
  ['a: 1\n---\nb: 2\n', 'but found another document'],
  ['a: -\nb: -x\n', 'block sequence entries are not allowed in this context'],
  ['a: &x 1\nb: &x 2\n', 'second occurrence'],
  ['a: |x\n', 'did not find expected comment or line break'],
  ['%FOO\n---\na\n', 'found unknown directive name'],
  ['[a:]\n', "found unexpected ':'"],
  ['a: !x!y z\n', 'found undefined tag handle'],
];

for (const [text, reason] of refusals) {
  test(`readStrict() refuses ${JSON.stringify(text)} in libyaml's words`, () => {
    assert.throws(() => readStrict(new SourceText(text, 'text')), { reason });
  });
}
