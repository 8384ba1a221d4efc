import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { joinPublishedArgs, readWord, readWords, splitKeyword, splitPublishedArgs } from '../../../../src/kernel/loader/words.js';
import { Float, floatOf, typeName, type Value } from '../../../../src/kernel/std/value.js';
import { goldenDir } from '../../../golden/corpus.js';

/** Source: golden cli/salt-kw-scalars, cli/salt-kw-kwargs; reference/in-the-wild; observed, `yamlify_arg` of Salt 3008.3. */
const words: readonly [string, Value][] = [
  ['1', 1], ['1.5', 1.5], ['1.0', floatOf(1)], ['true', true], ['None', null], ['null', null], ['~', null], ['', ''], [' ', ' '],
  ['a b', 'a b'], ['0123', 123], ['012', 12], ['1_000', '1_000'], ['0x10', 16], ['1e3', '1e3'], ['2026-01-02', '2026-01-02'],
  ['yes', true], ['on', true], ['+4', 4], ['12:30', 750], ['1:30', 90], ['---', '---'], ['...', '...'], ['{a: 1}', { a: 1 }],
  ['a: 1', 'a: 1'], ['[1, two]', [1, 'two']], ['- item', '- item'], ['a # b', 'a # b'], ['5 # five', 5], ['#', '#'],
  ['!', '!'], ['|', '|'], ['tab\tnot', 'tab\tnot'], ['two\nlines', 'two\nlines'], ['{broken', '{broken'], ['"quoted"', 'quoted'],
];
for (const [word, value] of words) {
  test(`readWord() reads ${JSON.stringify(word)}`, () => assert.deepEqual(readWord(word), value));
}

test('splitKeyword() takes names, dashes and dots, but neither == nor spaces before the sign', () => {
  assert.deepEqual(splitKeyword('name=val'), ['name', 'val']);
  assert.deepEqual(splitKeyword('dash-ed=1'), ['dash-ed', '1']);
  assert.deepEqual(splitKeyword('x=y=z'), ['x', 'y=z']);
  assert.deepEqual(splitKeyword('e='), ['e', '']);
  for (const word of ['9a=1', 'a==b', 'with space=1', '=x', 'name=two\nlines', 'plain']) assert.equal(splitKeyword(word), undefined, word);
});

test('readWords() keeps the text of names that must not be read', () => {
  assert.deepEqual(readWords(['1', 'n=1', 'raw=1'], ['raw']), { args: [1], kwargs: { n: 1, raw: '1' } });
});

test('splitPublishedArgs() takes marked maps and texts with a name as keywords, and leaves other text alone', () => {
  const published: Value[] = [1, '1', 'a=[1]', { __kwarg__: true, b: 2 }, { __kwarg__: false, c: 3 }, { plain: true }];
  assert.deepEqual(splitPublishedArgs(published), { args: [1, '1', { __kwarg__: false, c: 3 }, { plain: true }], kwargs: { a: [1], b: 2 } });
  assert.deepEqual(splitPublishedArgs(joinPublishedArgs({ args: ['x'], kwargs: { y: 1 } })), { args: ['x'], kwargs: { y: 1 } });
  assert.deepEqual(joinPublishedArgs({ args: ['x'], kwargs: {} }), ['x']);
});

/** What `demo.kw` of the recordings answered: type and value of everything it got; keywords sorted. */
interface Received {
  readonly args: readonly (readonly [string, Value])[];
  readonly kwargs: Readonly<Record<string, readonly [string, Value]>>;
}

const missing = existsSync(join(goldenDir, 'cli')) ? false : 'the recordings are not here; set GOLDEN_DIR';
for (const name of ['salt-kw-scalars', 'salt-kw-kwargs']) {
  test(`readWords() reads the words of golden cli/${name}`, { skip: missing }, async () => {
    const { argv, stdout } = JSON.parse(await readFile(join(goldenDir, 'cli', `${name}.json`), 'utf8')) as { argv: string[]; stdout: string };
    const { args, kwargs } = (JSON.parse(stdout) as { web1: Received }).web1;
    const read = readWords(argv.slice(argv.indexOf('demo.kw') + 1).filter((word) => !word.startsWith('--')));
    assert.deepEqual(read.args.map((value) => [typeName(value), value instanceof Float ? value.value : value]), args);
    const shown = Object.fromEntries(Object.entries(read.kwargs).map(([key, value]) => [key, [typeName(value), value]]));
    assert.deepEqual(shown, kwargs);
  });
}
