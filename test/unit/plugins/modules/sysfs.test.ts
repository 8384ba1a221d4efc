/** Attributes in a folder that stands for /sys, with the module and the state. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { belowSys } from '../../../support/below-sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { runState } from '../../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-sysfs-')));
after(() => rmSync(base, { recursive: true, force: true }));
mkdirSync(join(base, 'sys/block/own/queue'), { recursive: true });
mkdirSync(join(base, 'sys-other'));
const at = (name: string): string => join(base, 'sys/block/own', name);
writeFileSync(at('size'), '20480\n');
writeFileSync(at('share'), '1.50\n', { mode: 0o444 });
writeFileSync(at('empty'), '');
writeFileSync(at('queue/scheduler'), 'none [mq-deadline] kyber\n');
writeFileSync(join(base, 'sys-other/secret'), 'x');
symlinkSync('../../../sys-other', at('away'));

const below = belowSys(base, ['/sys']);
/** Paths are told as if the folder was the root. */
const fs = Object.assign(Object.create(below.fs) as Sys['fs'], { realpath: async (path: string) => (await below.fs.realpath(path)).replace(base, '') });

async function call(fun: string, args: (string | number | string[])[]): Promise<unknown> {
  await using host = await testHost({ sys: { ...below, fs }, grains: () => ({ kernel: 'Linux' }), opts: { cachedir: base } });
  return host.session({ signal: neverAborted() }).call(`sysfs.${fun}`, args);
}
async function present(name: string, value: string | number, kind?: 'test'): Promise<PlainMap> {
  await using host = await testHost({ sys: { ...below, fs }, grains: () => ({ kernel: 'Linux' }), opts: { cachedir: base } });
  return runState(host.session({ signal: neverAborted() }), kind === undefined ? ['sysfs.present', { name, value }] : ['sysfs.present', { name, value }, kind]);
}

test('attributes are read', async () => {
  assert.deepEqual([await call('read', ['block/own/size']), String(await call('attr', ['/sys/block/own/share'])), await call('read', ['block/own/empty']), await call('read', ['none'])], [20480, '1.5', false, false]);
  assert.deepEqual(await call('read', [['size', 'none'], '/sys/block/own']), { size: 20480 });
  assert.deepEqual((await call('read', ['block/own']) as PlainMap)['queue'], { scheduler: 'none [mq-deadline] kyber' });
  assert.deepEqual([await call('target', ['block/own/../own']), await call('target', ['block/own', 0])], ['/sys/block/own', 'own']);
  const { r, rw } = await call('interfaces', ['block/own']) as Record<string, string[]>;
  assert.deepEqual([r, rw?.sort()], [['share'], ['empty', 'queue/scheduler', 'size']]);
});

test('nothing outside of /sys is read or written', async () => {
  for (const key of ['../sys-other/secret', '/sys/../sys-other/secret', '/sys-other/secret', 'block/own/away/secret']) {
    assert.deepEqual([await call('target', [key]), await call('read', [key]), await call('write', [key, 'y'])], [false, false, false], key);
  }
  assert.equal(readFileSync(join(base, 'sys-other/secret'), 'utf8'), 'x');
});

test('an attribute gets its value, once', async () => {
  assert.deepEqual(await present('block/own/size', '20480'), { name: 'block/own/size', changes: {}, result: true, comment: 'SysFS attribute block/own/size is already set.' });
  assert.deepEqual(await present('block/own/size', 4096, 'test'), { name: 'block/own/size', changes: { 'block/own/size': 4096 }, result: null, comment: 'SysFS attribute block/own/size set to be changed.' });
  assert.equal(readFileSync(at('size'), 'utf8'), '20480\n');
  assert.deepEqual(await present('block/own/size', 4096), { name: 'block/own/size', changes: { 'block/own/size': 4096 }, result: true, comment: 'Updated SysFS attribute block/own/size to 4096' });
  assert.match(readFileSync(at('size'), 'utf8'), /^4096\n/);
  assert.equal((await present('block/own/queue/scheduler', 'mq-deadline'))['comment'], 'SysFS attribute block/own/queue/scheduler is already set.');
  assert.deepEqual([(await present('block/own', 1))['comment'], (await present('none', 1))['comment']], ['block/own is not a SysFS attribute.', "SysFS attribute none doesn't exist."]);
});
