import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { floatOf, type Value } from '../../../../src/kernel/std/value.js';
import { loadYaml, topLevelLines, YamlError } from '../../../../src/kernel/yaml/load.js';

/** What Salt's loader makes of plain words: observed, golden: render/yaml. */
const words: readonly (readonly [string, Value])[] = [
  ['yes', true], ['Off', false], ['y', 'y'], ['N', 'N'], ['~', null], ['none', 'none'], ['', null],
  ['0', 0], ['0644', 644], ['00', 0], ['-0644', -420], ['08', '08'], ['0o17', '0o17'], ['0x1F', 31], ['0b101', 5], ['1_000', 1000],
  ['123456789012345678901234567890', 123456789012345678901234567890n],
  ['1:30', 90], ['-1:30', -90], ['01:30', '01:30'], ['12:30.5', 750.5], ['1:60', '1:60'],
  ['1.0', floatOf(1)], ['1e3', '1e3'], ['1.0e+3', floatOf(1000)], ['.5', 0.5], ['5.', floatOf(5)], ['-.inf', -Infinity], ['.nan', NaN],
  ['2026-01-02', '2026-01-02'], ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  ["'yes'", 'yes'], ['"a\\tb"', 'a\tb'], ['!!str 3', '3'], ['!!float 3', floatOf(3)], ["!!int '010'", 10], ['!!bool yes', true],
  ['!!python/unicode é', 'é'], ['!!binary YWJj', Buffer.from('abc')], ['!!binary YWI', Buffer.from('ab')], ['! 12', 12],
];

for (const [text, wanted] of words) {
  test(`loadYaml() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(loadYaml(`a: ${text}\n`), { a: wanted });
  });
}

const texts: readonly (readonly [string, string, Value])[] = [
  ['keeps keys that are not text', 'yes: 1\n2: b\n~: c\n', new Map<Value, Value>([[true, 1], [2, 'b'], [null, 'c']])],
  ['keeps the order of digit keys', "'10': a\n'2': b\n", new Map<Value, Value>([['10', 'a'], ['2', 'b']])],
  ['puts merged keys first and lets own keys win', 'a: &a {x: 1, y: 2}\nb:\n  z: 4\n  <<: *a\n  y: 3\n',
    { a: { x: 1, y: 2 }, b: { x: 1, z: 4, y: 3 } }],
  ['takes the later map of a merge list first', 'b: {<<: [{a: 1}, {b: 2}], c: 3}\n', { b: { b: 2, a: 1, c: 3 } }],
  ['reads a closing bracket at the margin', 'a: [\n  b,\n  c\n]\nd: {\n  e: f\n}\n', { a: ['b', 'c'], d: { e: 'f' } }],
  ['reads an empty text as null', '# only a comment\n', null],
  ['reads block scalars', 'a: |\n  x\n   y\nb: >-\n  f\n  g\n', { a: 'x\n y\n', b: 'f g' }],
  ['does not mind a key named __proto__', '__proto__: 1\n', new Map<Value, Value>([['__proto__', 1]])],
];

for (const [title, text, wanted] of texts) {
  test(`loadYaml() ${title}`, () => {
    assert.deepEqual(loadYaml(text), wanted);
  });
}

test('loadYaml() keeps the order of merged keys', () => {
  assert.deepEqual(Object.keys((loadYaml('b:\n  z: 1\n  <<: {x: 2}\n') as { b: object }).b), ['x', 'z']);
});

/** Texts that Salt prints: golden: render/yaml. */
const refusals: readonly (readonly [string, string, string, number])[] = [
  ['a: 1\nb: 2\na: 3\n', 'ConstructorError', 'while constructing a mapping\n  in "<unicode string>", line 1, column 1\n' +
    'found conflicting ID \'a\'\n  in "<unicode string>", line 3, column 1', 3],
  ['1: a\n1.0: b\n', 'ConstructorError', 'while constructing a mapping\n  in "<unicode string>", line 1, column 1\n' +
    'found conflicting ID \'1.0\'\n  in "<unicode string>", line 2, column 1', 2],
  ['? [a]\n: c\n', 'ConstructorError', 'while constructing a mapping\n  in "<unicode string>", line 1, column 1\n' +
    'found unacceptable key [ScalarNode(tag=\'tag:yaml.org,2002:str\', value=\'a\')]\n  in "<unicode string>", line 1, column 3', 1],
  ['b: =\n', 'ConstructorError',
    'could not determine a constructor for the tag \'tag:yaml.org,2002:value\'\n  in "<unicode string>", line 1, column 4', 1],
  ['a: !!python/object/apply:os.system [id]\n', 'ConstructorError', 'could not determine a constructor for the tag ' +
    '\'tag:yaml.org,2002:python/object/apply:os.system\'\n  in "<unicode string>", line 1, column 4', 1],
  ['a: !!int abc\n', 'ValueError', "invalid literal for int() with base 10: 'abc'", 1],
  ['a: *nope\n', 'ComposerError', 'found undefined alias\n  in "<unicode string>", line 1, column 4', 1],
  ['a: \u0007\n', 'ReaderError',
    'unacceptable character #x0007: control characters are not allowed\n  in "<unicode string>", position 3', 1],
];

for (const [text, className, message, line] of refusals) {
  test(`loadYaml() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => loadYaml(text), (error) => {
      assert.ok(error instanceof YamlError);
      assert.deepEqual([error.className, error.message, error.line], [className, message, line]);
      return true;
    });
  });
}

test('loadYaml() shows the line with its neighbours and a mark', () => {
  assert.throws(() => loadYaml('a: 1\nb: 2\na: 3\nc: 4\n'), { snippet: '1 | a: 1\n2 | b: 2\n3 | a: 3\n    ^\n4 | c: 4\n5 | ' });
});

test('loadYaml() refuses a bomb of aliases', () => {
  const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(', ')}]`);
  assert.throws(() => loadYaml(`l0: &l0 [x, x]\n${levels.join('\n')}\n`), /aliases of the text stand for more than/);
});

test('loadYaml() refuses containers nested too deep', () => {
  assert.throws(() => loadYaml(`${'['.repeat(5000)}${']'.repeat(5000)}`), YamlError);
});

test('topLevelLines() gives the line of each key', () => {
  assert.deepEqual([...topLevelLines('# c\na: 1\n\nb:\n  c: 2\n"d": 3\n')], [['a', 2], ['b', 4], ['d', 6]]);
});
