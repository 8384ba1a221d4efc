/** The tree `srv/salt` that shows the language, rendered as a minion does. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createRenderer } from '../../../../src/sls/render/renderer.js';
import type { Renderer } from '../../../../src/sls/render/contract.js';
import { listeningLog, neverAborted, testHost } from '../../../support/module-host.js';

const tree = join(import.meta.dirname, '../../../../../srv/salt');
const PILLAR: PlainMap = { motd: { lines: ['Be kind', 'Reboot at 3'] }, tools: { web_ui: { port: 8080, networks: ['10.0.0.0/8', 'fe80::/10'] }, agent: {}, old: { skip: true } } };

async function minion(grains: PlainMap, pillar: PlainMap): Promise<Renderer> {
  const opts: PlainMap = { id: 'web1', renderer: 'jinja|yaml', pillar_raise_on_missing: false };
  const host = await testHost({ opts, grains: () => grains, pillar: () => pillar });
  const session = host.session({ signal: neverAborted(), nested: true, unmaskPillar: true });
  const read = async (path: string): Promise<{ text: string; path: string } | undefined> => {
    const file = join(tree, path);
    return existsSync(file) ? { text: readFileSync(file, 'utf8'), path: file } : undefined;
  };
  return createRenderer({
    files: { read }, call: (fun, args, kwargs) => session.call(fun, args, kwargs), functions: () => host.catalog.functions('modules'),
    facts: { grains, pillar, opts, id: 'web1' }, log: listeningLog(),
  });
}

const debian = minion({ id: 'web1', os: 'Debian', os_family: 'Debian' }, PILLAR);
const sls = async (renderer: Promise<Renderer>, name: string, file: string): Promise<Value> => {
  const path = join(tree, file);
  return (await renderer).renderSls(readFileSync(path, 'utf8'), { saltenv: 'base', sls: name, path });
};

test('motd: settings by system and pillar', async () => {
  const expected = (path: string, lines: readonly string[]): unknown => ({ 'motd-file': { 'file.managed': [
    { name: path }, { source: 'salt://motd/files/motd.jinja' }, { template: 'jinja' }, { user: 'root' }, { mode: '0644' }, { context: { lines } },
  ] } });
  assert.deepEqual(await sls(debian, 'motd', 'motd/init.sls'), expected('/etc/motd.tail', ['Be kind', 'Reboot at 3']));
  assert.deepEqual(await sls(minion({ id: 'web1', os_family: 'Alpine' }, {}), 'motd', 'motd/init.sls'), expected('/etc/motd', []));
});

test('motd: the managed file, with a macro that frames it', async () => {
  const text = readFileSync(join(tree, 'motd/files/motd.jinja'), 'utf8');
  const rendered = await (await debian).renderTemplate(text, 'jinja', { saltenv: 'base', variables: { lines: ['Be kind', 'Reboot at 3'] } });
  const framed = ['web1 (Debian)', '1. Be kind', '2. Reboot at 3'].map((line) => `# ${line.padEnd(40)} #`);
  assert.equal(rendered, ['#'.repeat(44), ...framed, '#'.repeat(44), ''].join('\n'));
});

test('tools: a state for each tool, each after the one before', async () => {
  assert.deepEqual(await sls(debian, 'tools', 'tools/init.sls'), {
    'tool-agent': { 'test.show_notification': [{ text: 'agent, port 00000, no networks' }] },
    'tool-web-ui': { 'test.show_notification': [{ text: 'web_ui, port 08080, 10.0.0.0/8' }, { require: [{ test: 'tool-agent' }] }] },
    'tools-counted': { 'test.nop': [{ name: '2 tools' }] },
  });
});

test('tools: data written in a template, and by code', async () => {
  assert.deepEqual(await sls(debian, 'tools.report', 'tools/report.sls'), { report: { 'test.show_notification': [{ text: 'Small:       10 MB\nLarge:    1,000 MB\n' }] } });
  assert.deepEqual(await sls(debian, 'tools.numbers', 'tools/numbers.sls'), {
    'number-1': { 'test.nop': [{ name: '1 of web1' }] }, 'number-2': { 'test.nop': [{ name: '4 of web1' }] }, 'number-3': { 'test.nop': [{ name: '9 of web1' }] },
  });
});

test('top.sls is data', async () => {
  assert.deepEqual(await sls(debian, 'top', 'top.sls'), { base: { '*': ['motd'], 'os_family:Debian': [{ match: 'grain' }, 'tools'] } });
});
