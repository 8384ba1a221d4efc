import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { MinionId } from '../../../../src/kernel/contract/job.js';
import { decideAutosign, type AutosignOptions } from '../../../../src/master/keys/autosign.js';
import { keepingLog } from '../../../support/logs.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-autosign-'));
  for (const [name, text, mode] of [
    ['sign', '# the web farm\nweb*\n\ndb[0-9]\nexact.example\nre-(a|b)+\n', 0o600], ['reject', 'web-bad\n', 0o600], ['open', 'web*\n', 0o602], ['group', 'web*\n', 0o620],
  ] as const) {
    writeFileSync(join(root, name), text);
    chmodSync(join(root, name), mode);
  }
  mkdirSync(join(root, 'dir'));
  mkdirSync(join(root, 'grains'));
  mkdirSync(join(root, 'grains', 'roles'));
  writeFileSync(join(root, 'grains', 'uuid'), '# known machines\nabc\n7\n', { mode: 0o600 });
});
after(() => rmSync(root, { recursive: true }));

function decide(id: string, more: Partial<AutosignOptions> = {}, grains: Record<string, string | number | string[]> = {}) {
  const log = keepingLog();
  const decision = decideAutosign(id as MinionId, grains, {
    autoAccept: false, autosignFile: undefined, autorejectFile: undefined, autosignDir: join(root, 'dir'), autosignTimeoutMinutes: 120,
    autosignGrainsDir: undefined, permissive: false, log, ...more,
  });
  return { decision, warnings: log.lines.length };
}
const file = (name: string): string => join(root, name);

test('without any rule a person is asked', () => assert.equal(decide('web1').decision, 'ask'));

for (const [id, wanted] of [
  ['web1', 'accept'], ['db7', 'accept'], ['db77', 'ask'], ['exact.example', 'accept'], ['re-abba', 'accept'], ['xre-a', 'ask'], ['# the web farm', 'ask'], ['myweb', 'ask'],
] as const) {
  test(`autosign_file: ${id} is ${wanted}`, () => assert.equal(decide(id, { autosignFile: file('sign') }).decision, wanted));
}

test('autoreject_file wins over everything', () => {
  assert.equal(decide('web-bad', { autosignFile: file('sign'), autorejectFile: file('reject'), autoAccept: true }).decision, 'reject');
  assert.equal(decide('web-good', { autorejectFile: file('reject'), autoAccept: true }).decision, 'accept');
});

test('a file that others may write is ignored, with a warning; the group may with permissive access', () => {
  assert.deepEqual(decide('web1', { autosignFile: file('open') }), { decision: 'ask', warnings: 1 });
  assert.deepEqual(decide('web1', { autosignFile: file('open'), permissive: true }), { decision: 'ask', warnings: 1 });
  assert.deepEqual(decide('web1', { autosignFile: file('group') }), { decision: 'ask', warnings: 1 });
  assert.deepEqual(decide('web1', { autosignFile: file('group'), permissive: true }), { decision: 'accept', warnings: 0 });
  assert.deepEqual(decide('web1', { autosignFile: file('missing') }), { decision: 'ask', warnings: 0 });
});

test('a file in the autosign folder counts once, and for a time', () => {
  writeFileSync(file('dir/web1'), '');
  assert.deepEqual([decide('web1').decision, existsSync(file('dir/web1')), decide('web1').decision], ['accept', false, 'ask']);
  writeFileSync(file('dir/web2'), '');
  const past = new Date(Date.now() - 121 * 60_000);
  utimesSync(file('dir/web2'), past, past);
  assert.deepEqual([decide('web2').decision, existsSync(file('dir/web2'))], ['ask', false]);
});

test('grains count by a line of the file of their name', () => {
  const by = (grains: Record<string, string | number | string[]>): string => decide('x', { autosignGrainsDir: file('grains') }, grains).decision;
  assert.deepEqual([by({ uuid: 'abc' }), by({ uuid: 7 }), by({ uuid: 'ab' }), by({ uuid: '# known machines' }), by({ other: 'abc' }), by({})], ['accept', 'accept', 'ask', 'ask', 'ask', 'ask']);
  assert.equal(by({ roles: 'abc' }), 'ask', 'a folder of that name is no list');
});
