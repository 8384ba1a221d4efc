import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import type { RenderPort } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { inFolder } from './folder.js';
import { runFile, worldAt, type WorldOptions } from './world.js';

/** An engine that replaces `{name}` by the variable of that name and fails at `{!}`. */
const engine: RenderPort = {
  engines: () => ['jinja'],
  template: async (text, _engine, { variables }) => {
    if (text.includes('{!}')) throw new PythonError('salt.exceptions.SaltRenderError', 'Jinja syntax error: oops');
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(variables[name] ?? ''));
  },
  pipe: () => Promise.reject(new Error('file renders no data')),
};
const rendering: WorldOptions = { ports: { render: engine } };

async function withTemplate(text: string, options: WorldOptions, work: (top: string, call: (fun: string, args: Value[], kwargs?: PlainMap) => Promise<Value>) => Promise<void>): Promise<void> {
  await inFolder(async (top) => {
    await mkdir(join(top, 'srv'));
    await mkdir(join(top, 'tmp'));
    await writeFile(join(top, 'srv/t.conf'), text);
    const world = worldAt(top, { ...options, sys: { env: { ...process.env, TMPDIR: join(top, 'tmp') } } });
    await work(top, (fun, args, kwargs = {}) => runFile(fun, args, kwargs, world));
  });
}

const managed = (context: Value, defaults: Value): Value[] =>
  ['/etc/x', 'jinja', 'salt://t.conf', null, null, 'root', 'root', '0644', null, 'base', context, defaults];

test('get_managed() renders with the context over the defaults, and knows name, owner and mode', async () => {
  await withTemplate('{a}{b} {name} {user} {mode} {more}\n', rendering, async (top, call) => {
    const answer = await call('get_managed', managed({ a: 1 }, { a: 0, b: 2 }), { more: 'extra' }) as [string, PlainMap, string];
    assert.equal(await readFile(answer[0], 'utf8'), '12 /etc/x root 0644 extra\n');
    assert.equal(answer[1]['hash_type'], 'sha256');
    assert.equal(answer[1]['hsum'], await call('get_hash', [answer[0]]));
    assert.equal(answer[2], '');
    assert.match(answer[0].slice(top.length), /^\/tmp\/__salt\.tmp\./);
  });
});

test('get_managed() fails with the engine\'s words when the template is wrong', async () => {
  await withTemplate('{!}', rendering, async (_, call) => {
    await assert.rejects(call('get_managed', managed(null, null)), { className: 'salt.exceptions.SaltRenderError', message: 'Jinja syntax error: oops' });
  });
});

test('get_managed() says that an engine is not available on this host', async () => {
  await withTemplate('x', {}, async (_, call) => {
    await assert.rejects(call('get_managed', managed(null, null)), { code: 'job.command_failed', message: "The renderer 'jinja' is not available" });
  });
});

test('apply_template_on_contents() renders text', async () => {
  await withTemplate('', rendering, async (_, call) => {
    assert.equal(await call('apply_template_on_contents', ['a {b}', 'jinja', { b: 'c' }, { b: 'd' }, 'base']), 'a c');
    await assert.rejects(call('apply_template_on_contents', ['{!}', 'jinja', {}, {}, 'base']), { message: 'Jinja syntax error: oops' });
  });
});

test('check_managed() removes the rendered file', async () => {
  await withTemplate('new {a}\n', rendering, async (top, call) => {
    const target = join(top, 'target');
    await writeFile(target, 'old\n');
    const answer = await call('check_managed_changes', [target, 'salt://t.conf', null, null, null, null, null, null, 'jinja', { a: 1 }, null, 'base']);
    assert.deepEqual(answer, { diff: '--- \n+++ \n@@ -1 +1 @@\n-old\n+new 1\n' });
    assert.deepEqual(await readdir(join(top, 'tmp')), []);
  });
});
