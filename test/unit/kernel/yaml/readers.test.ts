/** The quick and the strict reader must agree wherever the quick one gives an answer. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { construct } from '../../../../src/kernel/yaml/construct.js';
import { YamlError } from '../../../../src/kernel/yaml/error.js';
import type { Document } from '../../../../src/kernel/yaml/builder.js';
import { readQuick } from '../../../../src/kernel/yaml/quick.js';
import { SourceText } from '../../../../src/kernel/yaml/source.js';
import { readStrict } from '../../../../src/kernel/yaml/strict/reader.js';

function valueOf(source: SourceText, { root }: Document): unknown {
  return root === undefined ? null : construct(root, source);
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof YamlError) return error.message;
    throw error;
  }
}

const PIECES = [
  'a', 'b', '1', 'yes', ' ', '  ', '\n', '\n  ', '\n\n', ': ', ':', '- ', '-', ', ', '[', ']', '{', '}', '"', "'", '#', ' #', '|\n', '>-\n', '? ', '\\n', 'é', '😀',
  'key: value\n', '- item\n', '  sub: x\n', "'it''s'", '"q"', '~',
];

test('readQuick() and readStrict() agree', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 24 }), (pieces) => {
    const source = new SourceText(pieces.join(''), 'text');
    const quick = readQuick(source);
    if (quick === undefined) return;
    assert.deepEqual(outcome(() => valueOf(source, quick)), outcome(() => valueOf(source, readStrict(source))));
  }), { numRuns: 2000 });
});

test('readQuick() reads plain files itself', () => {
  const text = 'pkg:\n  pkg.installed:\n    - name: "vim"\n    - order: 1\n    - require: [a, b]\n';
  assert.ok(readQuick(new SourceText(text, 'text')) !== undefined);
});

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
