/** rawfile_json, syslog, and what local_cache refuses. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeBus, encodeBus } from '../../../../src/bus/codec/codec.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { OpenReturner } from '../../../../src/kernel/loader/open-returner.js';
import { floatOf, type PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog, testHost } from '../../../support/module-host.js';

const root = mkdtempSync(join(tmpdir(), 'returners-'));
after(() => rmSync(root, { recursive: true, force: true }));

async function open(name: string, opts: PlainMap = {}, env: Record<string, string> = {}) {
  const log = listeningLog();
  const sys = createSys();
  for (const [key, value] of Object.entries(env)) sys.setEnv(key, value);
  const host = await testHost({ sys, log, opts: { cachedir: mkdtempSync(join(root, 'c-')), ...opts }, ports: { pack: { pack: encodeBus, unpack: decodeBus } } });
  return { returner: await host.returner(name) as OpenReturner, log, host };
}

test('rawfile_json appends a line for each result and event, as Python writes JSON', async () => {
  const path = join(root, 'new', 'events');
  const { returner } = await open('rawfile_json', { 'rawfile_json.filename': path });
  await returner.call('returner', [{ id: 'web1', return: { ä: [floatOf(1), null, true] } }]);
  await returner.call('eventReturn', [[{ tag: 'a', data: { n: 1 } }, { tag: 'b', data: {} }]]);
  await returner.call('eventReturn', [[]]);
  assert.equal(readFileSync(path, 'utf8'), '{"id": "web1", "return": {"ä": [1.0, null, true]}}\n{"tag": "a", "data": {"n": 1}}\n{"tag": "b", "data": {}}\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('rawfile_json writes where the job wants it', async () => {
  const path = join(root, 'kwargs.json');
  const { returner } = await open('rawfile_json');
  const ret = { id: 'web1', ret_kwargs: { filename: path } };
  await returner.call('returner', [ret], { ret });
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 2);
});

test('rawfile_json throws when it cannot write, so that nothing is lost', async () => {
  const { returner } = await open('rawfile_json', { 'rawfile_json.filename': join(root, 'kwargs.json', 'below-a-file') });
  await assert.rejects(returner.call('returner', [{ id: 'web1' }]), /ENOTDIR|EEXIST/);
});

/** A program `logger` that writes its arguments and its input to a file. */
function fakeLogger(script: string): { dir: string; said: () => string } {
  const dir = mkdtempSync(join(root, 'bin-'));
  writeFileSync(join(dir, 'logger'), `#!/bin/sh\n${script.replaceAll('OUT', join(dir, 'out'))}\n`);
  chmodSync(join(dir, 'logger'), 0o755);
  return { dir, said: () => readFileSync(join(dir, 'out'), 'utf8') };
}

test('syslog gives priority, tag and one line of JSON to logger', async () => {
  const logger = fakeLogger('echo "$@" > OUT; cat >> OUT');
  const opts = { 'syslog.level': 'LOG_ERR', syslog: { facility: 'LOG_DAEMON', tag: 'mysalt', options: ['LOG_PID'] } };
  const { returner } = await open('syslog', opts, { PATH: `${logger.dir}:/usr/bin:/bin` });
  await returner.call('returner', [{ id: 'web1', return: true }]);
  assert.equal(logger.said(), '-p daemon.err -t mysalt -i -S 1MiB\n{"id": "web1", "return": true}\n');
});

test('syslog does without the word for sizes where logger does not know it, and says when logger fails', async () => {
  const old = fakeLogger('case "$*" in *-S*) exit 1;; esac; echo "$@" > OUT');
  const { returner } = await open('syslog', {}, { PATH: `${old.dir}:/usr/bin:/bin` });
  await returner.call('returner', [{ id: 'web1' }]);
  assert.equal(old.said(), '-p user.info -t salt-minion\n');
  const broken = fakeLogger('echo "socket /dev/log: gone" >&2; exit 1');
  const second = await open('syslog', {}, { PATH: `${broken.dir}:/usr/bin:/bin` });
  await assert.rejects(second.returner.call('returner', [{ id: 'web1' }]), /logger ended with 1: socket \/dev\/log: gone/);
});

const wrong: [PlainMap, string][] = [
  [{ 'syslog.level': 'LOG_LOUD' }, 'syslog has no such attribute'],
  [{ 'syslog.options': ['LOG_X'] }, 'syslog has no such attribute'],
  [{ 'syslog.tag': 'x'.repeat(33) }, 'tag size is limited to 32 characters'],
  [{ 'syslog.tag': 7 }, 'tag must be a string'],
];
for (const [opts, text] of wrong) {
  test(`syslog logs that ${JSON.stringify(opts)} is wrong, and is not asked again`, async () => {
    const { returner, log } = await open('syslog', opts);
    await returner.call('returner', [{ id: 'web1' }]);
    assert.deepEqual(log.lines.map((line) => [line.level, line.text]), [['error', text]]);
  });
}

for (const name of ['local_cache', 'salt_cache']) test(`${name} never leaves its folder`, async () => {
  const { returner } = await open(name);
  const ret = { jid: '20260102030405678901', return: true };
  for (const id of ['../../x', '/etc', 'a/b', '.hidden']) await assert.rejects(returner.call('returner', [{ ...ret, id }]), /is not the id of a minion/);
  await assert.rejects(returner.call('returner', [{ ...ret, jid: '../x', id: 'web1' }]), /is not the id of a job/);
  await assert.rejects(returner.call('getLoad', ['../../etc']), /is not the id of a job/);
});

test('salt_cache keeps what real Salt does, where it does', async () => {
  const cachedir = mkdtempSync(join(root, 'c-'));
  const { returner, log } = await open('salt_cache', { cachedir, cache: 'redis', keep_jobs_seconds: 3600 });
  const jid = await returner.call('prepJid', [false, null]);
  await returner.call('saveLoad', [jid, { jid, fun: 'test.ping', tgt: '*' }, ['web2', 'web1']]);
  await returner.call('returner', [{ jid, id: 'web1', return: true, retcode: 0, success: true, out: 'txt', fun: 'test.ping', fun_args: [] }]);
  await returner.call('updateEndtime', [jid, 'then']);
  const read = (path: string) => decodeBus(readFileSync(join(cachedir, 'jobs', path)));
  assert.deepEqual(read(`loads/${jid}.p`), { jid, fun: 'test.ping', tgt: '*' });
  assert.deepEqual(read(`minions/${jid}.p`), ['web1', 'web2']);
  assert.deepEqual(read(`returns/${jid}/web1.p`), { return: true, retcode: 0, success: true, out: 'txt' });
  assert.equal(read(`endtimes/${jid}.p`), 'then');
  assert.equal(statSync(join(cachedir, 'jobs/returns', jid, 'web1.p')).mode & 0o777, 0o600);
  const unkept = await returner.call('prepJid', [true, null]);
  await returner.call('returner', [{ jid: unkept, id: 'web1', return: true }]);
  assert.deepEqual([read(`nocache/${unkept}.p`), await returner.call('getJid', [unkept])], [true, {}]);
  await returner.call('prepJid', [false, null]);
  assert.deepEqual(log.lines.map(({ text }) => text), ['jobs are kept in files: there is no other driver of the cache']);

  const old = new Date(Date.now() - 2 * 3_600_000);
  await returner.call('cleanOldJobs', []);
  assert.deepEqual(Object.keys(await returner.call('getJids', [])), [jid]);
  utimesSync(join(cachedir, 'jobs/loads', `${jid}.p`), old, old);
  // That of Salt's own files passes by what is not its own.
  const { returner: other } = await open('local_cache', { cachedir, keep_jobs_seconds: 3600 });
  await other.call('cleanOldJobs', []);
  assert.deepEqual(Object.keys(await returner.call('getJids', [])), [jid]);
  await returner.call('cleanOldJobs', []);
  assert.deepEqual(['loads', 'minions', 'endtimes', 'returns'].flatMap((bank) => readdirSync(join(cachedir, 'jobs', bank))), []);
});

test('a returner that lacks a method, or is not there, says so', async () => {
  const { returner, host } = await open('rawfile_json');
  assert.equal(returner.has('getJid'), false);
  await assert.rejects(returner.call('getJid', ['1']), /Returner 'rawfile_json' does not support function get_jid/);
  assert.equal(await host.returner('nothing_of_that_name'), undefined);
});

test('multi_returner gives to all, also when one fails, and then fails itself', async () => {
  const path = join(root, 'multi.json');
  const { returner, log } = await open('multi_returner', { 'rawfile_json.filename': path, multi_returner: ['nothing', 'rawfile_json'] });
  await assert.rejects(returner.call('returner', [{ id: 'web1' }]), /Returner 'nothing' is not available/);
  assert.equal(readFileSync(path, 'utf8'), '{"id": "web1"}\n');
  assert.ok(log.lines.some(({ fields, text }) => text === 'returner failed' && fields['returner'] === 'nothing'));
  const { returner: alone } = await open('multi_returner');
  await assert.rejects(alone.call('returner', [{ id: 'web1' }]), /The option multi_returner is a list of returners/);
});
