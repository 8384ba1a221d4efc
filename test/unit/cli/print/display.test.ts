import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLine } from '../../../../src/cli/parse.js';
import { tsaltTable } from '../../../../src/cli/options/tsalt.data.js';
import { askedOutputter, display, outputterName } from '../../../../src/cli/print/display.js';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import { defineOutput, type OutputPlugin } from '../../../../src/kernel/contract/plugin.js';
import { hide } from '../../../../src/kernel/std/masked.js';
import { isMap, mapGet } from '../../../../src/kernel/std/value.js';

const failing = (error: Error) => defineOutput({ name: 'failing', output: () => { throw error; } });

const plugins: Readonly<Record<string, OutputPlugin>> = {
  nested: defineOutput({ name: 'nested', output: (data) => `nested ${JSON.stringify(data)} \n` }),
  raw: defineOutput({ name: 'raw', output: (data) => `raw ${JSON.stringify(data)}` }),
  txt: defineOutput({ name: 'txt', output: () => 'txt' }),
  silent: defineOutput({ name: 'silent', output: () => null }),
  color: defineOutput({ name: 'color', output: (_data, opts) => String(opts['color']) }),
  theme: defineOutput({
    name: 'theme',
    output: (_data, { color_theme: theme = null }) => String(isMap(theme) ? mapGet(theme, 'GREEN') : theme),
  }),
};
const load = (name: string) => Promise.resolve(plugins[name]);

test('display() takes white space off the end of the text', async () => {
  assert.equal(await display('x', null, {}, load), 'nested "x"');
});

test('display() gives an empty text when the outputter gives nothing', async () => {
  assert.equal(await display('x', 'silent', {}, load), '');
});

test('display() falls back to nested for a name it does not know, and says so', async () => {
  const said: string[] = [];
  assert.equal(await display('x', 'nosuch', {}, load, { warn: (text) => said.push(text) }), 'nested "x"');
  assert.deepEqual(said, ['Invalid outputter nosuch specified, fall back to nested']);
});

test('display() says nothing when an old minion asks for grains', async () => {
  const said: string[] = [];
  assert.equal(await display('x', 'grains', {}, load, { warn: (text) => said.push(text) }), 'nested "x"');
  assert.deepEqual(said, []);
});

test('display() falls back to nested, then to raw, when an outputter fails', async () => {
  const error = new PythonError('KeyError', "'changes'");
  const said: string[] = [];
  const one = (name: string) => Promise.resolve(name === 'mine' ? failing(error) : plugins[name]);
  assert.equal(await display('x', 'mine', {}, one, { warn: (text) => said.push(text) }), 'nested "x"');
  assert.deepEqual(said, ["The outputter mine cannot show this data: 'changes'"]);
  const two = (name: string) => Promise.resolve(name === 'raw' ? plugins[name] : failing(error));
  assert.equal(await display('x', 'mine', {}, two), 'raw "x"');
});

/** Source: golden cli/salt-types-key, salt-types-highstate. */
test('display() shows nothing when the outputter of the option fails', async () => {
  const said: string[] = [];
  const one = (name: string) => Promise.resolve(name === 'mine' ? failing(new PythonError('KeyError', "'web1'")) : plugins[name]);
  assert.equal(await display('x', null, { output: 'mine' }, one, { warn: (text) => said.push(text) }), '');
  assert.deepEqual(said, ["Nested output failed: \nTraceback (most recent call last):\n'web1'"]);
});

test('askedOutputter() takes the word highstate for no word', () => {
  const asked = (words: string[]) => askedOutputter(parseLine(tsaltTable, [...words, '*', 'test.ping']));
  assert.deepEqual([asked([]), asked(['--out', 'json']), asked(['--out=highstate'])], [null, 'json', null]);
});

test('display() gives the error when even raw fails', async () => {
  const error = new Error('no');
  await assert.rejects(display('x', 'mine', {}, () => Promise.resolve(failing(error))), error);
});

test('display() redacts pillar data before an outputter sees it', async () => {
  assert.equal(await display({ a: hide({ key: 'secret' }) }, 'raw', {}, load), 'raw {"a":{"key":"**********"}}');
});

test('display() takes colours from three options', async () => {
  const shown = (opts: Record<string, boolean>) => display('x', 'color', opts, load);
  assert.equal(await shown({}), 'false');
  assert.equal(await shown({ color: true }), 'true');
  assert.equal(await shown({ color: true, no_color: true }), 'false');
  assert.equal(await shown({ no_color: true, force_color: true }), 'true');
});

test('display() reads a colour theme and does without when it cannot', async () => {
  const said: string[] = [];
  const shown = (text: string | undefined) => display('x', 'theme', { color: true, color_theme: 'theme.yaml' }, load, {
    readText: () => Promise.resolve(text), warn: (line) => said.push(line),
  });
  assert.equal(await shown('GREEN: 0;35\n'), '0;35');
  assert.equal(await shown('- a\n'), 'null');
  assert.equal(await shown(undefined), 'null');
  assert.equal(await shown('a: [\n'), 'null');
  assert.equal(said.length, 4);
  assert.equal(said[0], 'Failed to read the color theme theme.yaml');
  assert.equal(said[1], 'The named theme theme.yaml if not available');
});

const NAMES = [
  { title: 'text is txt', asked: 'text', opts: {}, name: 'txt' },
  { title: 'no name is nested', asked: null, opts: {}, name: 'nested' },
  { title: 'the option comes first', asked: 'txt', opts: { output: 'json' }, name: 'json' },
  { title: 'the option highstate does not', asked: 'txt', opts: { output: 'highstate' }, name: 'txt' },
  { title: 'progress beats all', asked: 'txt', opts: { output: 'json', progress: true }, name: 'progress' },
  { title: 'a static state run is a highstate', asked: null, opts: { static: true, fun: 'state.apply' }, name: 'highstate' },
  { title: 'another static run is nested', asked: '', opts: { static: true, fun: 'test.ping' }, name: 'nested' },
];
for (const { title, asked, opts, name } of NAMES) {
  test(`outputterName(): ${title}`, () => assert.equal(outputterName(asked, opts), name));
}
