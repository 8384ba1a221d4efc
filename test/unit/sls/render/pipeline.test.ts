/** Pipes and renderers where the recordings are silent. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import { BUILT_IN_RENDERERS } from '../../../../src/kernel/loader/built-in-renderers.data.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { Float, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { pipeOf } from '../../../../src/sls/render/pipeline.js';
import { RenderError } from '../../../../src/sls/render/render-error.js';
import { renderBench } from '../../../support/render-bench.js';

const place = { saltenv: 'base', sls: 'a' };

for (const [first, pipe] of [['#!jinja|yaml', 'jinja|yaml'], ['#! jinja | json ', ' jinja | json'], ['#!/bin/sh', 'usual'], ['# x', 'usual'], ['', 'usual']] as const) {
  test(`the first line '${first}' asks for the pipe '${pipe}'`, () => assert.equal(pipeOf(`${first}\na: 1\n`, 'usual'), pipe));
}

test('every renderer that is listed is there', async () => {
  for (const name of BUILT_IN_RENDERERS.keys()) {
    // One that is not there gives nothing, and no error.
    const given = await renderBench().renderData('{}', name).catch((error: Error) => error);
    assert.ok(!(given instanceof PythonError && given.className === 'KeyError'), `${name}: ${String(given)}`);
  }
});

test('toml gives tables, keeps floats apart from integers', async () => {
  assert.deepEqual(await renderBench().renderSls('#!jinja|toml\nx = {{ 1 + 1 }}\nf = 1.0\n[t]\nd = 2020-01-02\n', place), { x: 2, f: new Float(1), t: { d: '2020-01-02' } });
});

test('js gives data, with functions and facts of the minion', async () => {
  const bench = renderBench({ facts: { grains: { os: 'Debian' } }, salt: { 'test.echo': (value: Value = null) => value } });
  const text = "#!js\nexport async function run({ salt, grains, sls }) { return { [sls]: { os: grains.os, said: await salt('test.echo', ['x']) } }; }\n";
  assert.deepEqual(await bench.renderSls(text, place), { a: { os: 'Debian', said: 'x' } });
});

test('js calls functions as Python does, by their names in brackets', async () => {
  const bench = renderBench({ salt: { 'test.echo': (value: Value = null) => value } });
  assert.deepEqual(await bench.renderSls("#!js\nexport default async ({ salt }) => ({ said: await salt['test.echo']('y') });\n", place), { said: 'y' });
});

const SCRIPT_ERRORS: readonly (readonly [what: string, text: string, reason: RegExp, line: number])[] = [
  ['js that throws', "#!js\n// ü\nexport default () => {\n  throw new Error('boom');\n};\n", /^boom; line 4\n/, 4],
  ['js that fails while it is loaded', '#!js\nnowhere();\nexport default () => ({});\n', /^nowhere is not defined; line 2\n/, 2],
  ['js that cannot be read', '#!js\n// ü\nexport default () => { const x = ; };\n', /^Unexpected token ';'; line 3\n/, 3],
  ['ts that cannot be read', '#!ts\n// ü\nexport default (): number => { const x = ; };\n', /^Unexpected token; line 3\n/, 3],
  ['ts that throws', "#!ts\ninterface One {\n  a: number;\n}\nexport default (): One => {\n\n  throw new Error('boom');\n};\n", /^boom; line 7\n/, 7],
];

for (const [what, text, message, line] of SCRIPT_ERRORS) {
  test(`${what} tells file and line, and shows it`, async () => {
    await assert.rejects(renderBench().renderSls(text, { ...place, source: 'salt://a.sls' }), (error: RenderError) => {
      assert.match(error.message, message);
      assert.deepEqual(error.place, { file: 'salt://a.sls', line });
      assert.match(error.excerpt, / {4}<=+$/m);
      return true;
    });
  });
}

test('js without the function run is an error', async () => {
  await assert.rejects(renderBench().renderSls('#!js\nexport const x = 1;\n', place), /no function 'run'/);
});

test('renderers of Python say that they are', async () => {
  await assert.rejects(renderBench().renderSls('#!py\ndef run(): pass\n', place), /runs Python/);
});

test('a renderer of the caller comes first', async () => {
  const bench = renderBench({ options: { renderers: new Map([['yaml', () => 'mine']]) } });
  assert.equal(await bench.renderSls('a: 1\n', place), 'mine');
});

test('renderer_blacklist and renderer_whitelist leave renderers out', async () => {
  assert.equal(await renderBench({ facts: { opts: { renderer_blacklist: ['yaml'] } } }).renderSls('a: {{ 1 }}\n', place), 'a: 1\n');
  assert.equal(await renderBench({ facts: { opts: { renderer_whitelist: ['jinja'] } } }).renderSls('a: {{ 1 }}\n', place), 'a: 1\n');
});

test('yamlex joins what is marked and forgets what is reset', async () => {
  const text = '#!yamlex\na: !aggregate [1, 2]\na: !aggregate [2, 3]\nb: {c: 1}\nb: {d: 2}\nz: !aggregate {x: !aggregate [1]}\nz: !aggregate {x: !aggregate [2], y: 3}\n!reset b: 5\n';
  assert.deepEqual(await renderBench().renderSls(text, place), { a: [1, 2, 3], b: 5, z: { x: [1, 2], y: 3 } });
});

const home = mkdtempSync(join(tmpdir(), 'tsalt-gpg-'));
after(() => rmSync(home, { recursive: true, force: true }));
const gpg = (args: readonly string[], input = ''): string => spawnSync('gpg', ['--homedir', home, '--batch', '--yes', ...args], { input, encoding: 'utf8' }).stdout ?? '';
const hasGpg = spawnSync('gpg', ['--version']).status === 0;

test('gpg opens texts in data', { skip: hasGpg ? false : 'the program gpg is not installed' }, async () => {
  gpg(['--passphrase', '', '--quick-generate-key', 'test@example.test', 'default', 'default', 'never']);
  const message = gpg(['--trust-model', 'always', '--armor', '-r', 'test@example.test', '-e'], 'topsecret\n');
  after(() => spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']));
  const opts: PlainMap = { gpg_keydir: home, gpg_decrypt_must_succeed: true };
  const bench = renderBench({ facts: { opts }, options: { sys: createSys() } });
  const sls = `#!yaml|gpg\na:\n  - |\n${message.split('\n').map((line) => `    ${line}`).join('\n')}\nb: plain\n`;
  assert.deepEqual(await bench.renderSls(sls, place), { a: ['topsecret'], b: 'plain' });
  await assert.rejects(bench.renderSls('#!yaml|gpg\na: "-----BEGIN PGP MESSAGE-----\\n\\nx\\n-----END PGP MESSAGE-----"\n', place), /^PythonError|Could not decrypt cipher/);
});
