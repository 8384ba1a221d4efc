/** The file server of a running master: backends of users, events, large files with flat memory, long lists, a configuration that cannot work. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;
let minion: MinionHost;
let bus: Hearing;
const LARGE_MB = 160;

const NOTES = `import { defineFileserver } from 'tsalt/plugin';
export default defineFileserver({
  name: 'notes',
  open: () => ({
    envs: () => ['base'],
    findFile: (path, saltenv) => (path === 'note' && saltenv === 'base' ? { path: __filename_of_note, rel: path } : undefined),
    fileList: () => ['note'],
    dirList: () => [],
  }),
});
`;

site.setUp('a master with a backend of a user starts, and its minion', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', {
    fileserver_backend: ['roots', 'notes'], fileserver_events: true, roots_update_interval: 1, file_ignore_glob: ['*.secret'], fileserver_list_cache_time: 20,
  });
  const note = site.write('note.txt', 'from a user\n');
  site.write('master/var/cache/salt/master/extmods/fileserver/notes.mjs', NOTES.replace('__filename_of_note', JSON.stringify(note)));
  master.configure({
    fileserver_backend: ['roots', 'notes'], fileserver_events: true, roots_update_interval: 1, file_ignore_glob: ['*.secret'], fileserver_list_cache_time: 20,
    extension_modules: join(site.dir, 'master/var/cache/salt/master/extmods'),
  });
  master.serve('salt/web/init.sls', 'web: {}\n');
  master.serve('salt/key.secret', 'hidden\n');
  await master.start();
  bus = await master.hear();
  minion = new MinionHost(site, 'tsalt', 'web1', master);
  await enrol(master, bus, [minion]);
});

site.test('a backend of a user serves beside the folders', async () => {
  assert.equal(await master.call('web1', 'cp.get_file_str', ['salt://note']), 'from a user\n');
  assert.deepEqual(await master.call('web1', 'cp.list_master'), ['note', 'web/init.sls']);
  const { stdout } = await master.tsalt('tsalt-run', 'fileserver.envs', 'sources=True', '--out=json');
  assert.deepEqual(JSON.parse(stdout), ['notes', 'roots']);
});

site.test('nothing is served for names that lead out, are ignored, or mean something else', async () => {
  site.write('master/srv/outside', 'no\n');
  for (const path of ['../outside', 'web/../../outside', '/etc/passwd', 'key.secret', 'web', 'web/init.sls/', '|../outside', '\0', 'a'.repeat(5000)]) {
    assert.ok([false, '', null].includes(await master.call('web1', 'cp.get_file_str', [`salt://${path}`]).catch(() => false) as false), JSON.stringify(path.slice(0, 40)));
  }
  assert.match(String(await master.call('web1', 'cp.get_file_str', ['salt://web/init.sls?saltenv=../base'])), /is no name of an environment/);
});

site.test('a changed folder is told on the bus, with the names of the files', async () => {
  await bus.heard('salt/fileserver/roots/update');
  bus.clear();
  const path = master.serve('salt/fresh.txt', 'fresh\n');
  const { data } = await bus.heard('salt/fileserver/roots/update', (event) => event.data['changed'] === true);
  assert.deepEqual([(data['files'] as PlainMap)['added'], data['backend']], [[path], 'roots']);
});

/** Memory of a process that is its own, in MB. */
function memoryOf(pid: number): number {
  return Number(/^Anonymous:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

site.test('a large file is fetched with flat memory on both sides', async () => {
  const large = master.serve('salt/large.bin', 'begins');
  const file = await open(large, 'r+');
  await file.write('the end', LARGE_MB * 1024 * 1024);
  await file.close();
  const dest = join(site.dir, 'large.bin');
  // A first transfer brings in what is needed for any.
  await master.call('web1', 'cp.get_file', ['salt://web/init.sls', join(site.dir, 'small')]);
  const pids = [master.process.pid, minion.process.pid];
  const before = pids.map(memoryOf);
  const most = [...before];
  const timer = setInterval(() => pids.forEach((pid, at) => void (most[at] = Math.max(most[at] ?? 0, memoryOf(pid)))), 50);
  try {
    const { returns } = await master.job({ tgt: ['web1'], tgtType: 'list', fun: 'cp.get_file', arg: ['salt://large.bin', dest], timeoutMs: 100_000 });
    assert.equal(returns['web1'], dest);
  } finally {
    clearInterval(timer);
  }
  assert.equal(await digestOf(dest), await digestOf(large));
  for (const [at, name] of ['master', 'minion'].entries()) {
    const grown = (most[at] ?? 0) - (before[at] ?? 0);
    assert.ok(grown < LARGE_MB / 2, `the ${name} took ${grown.toFixed(0)} MB more for a file of ${LARGE_MB} MB`);
  }
});

site.test('a long list is made while others are answered', async () => {
  for (let folder = 0; folder < 200; folder += 1) {
    mkdirSync(master.path('srv/salt/long', String(folder)), { recursive: true });
    for (let at = 0; at < 100; at += 1) writeFileSync(master.path('srv/salt/long', String(folder), `file-${at}`), '');
  }
  const listing = master.call('web1', 'cp.list_master', [], { prefix: 'long' });
  const pings = await Promise.all(Array.from({ length: 5 }, () => master.call('web1', 'test.ping')));
  assert.deepEqual(pings, [true, true, true, true, true]);
  assert.equal((await listing as string[]).length, 20_000);
});

site.test('a master whose backends cannot be used says why and does not start', async () => {
  for (const [name, config, reason] of [
    ['unknown', { fileserver_backend: ['roots', 'nothere'] }, /Failed to load fileserver backends, the configured backends are: roots, nothere/],
    ['broken', { fileserver_backend: ['git'], gitfs_remotes: [{ 'https://example.org/a': [{ branch: 'x' }] }] }, /Invalid gitfs configuration parameter 'branch'/],
  ] as const) {
    const other = await MasterHost.prepare(site, 'tsalt', name, config as PlainMap);
    const { code, stdout, stderr } = await runCommand([process.execPath, join(repository, 'bin/tsalt-master'), '-c', other.configDir], { withinMs: 30_000 });
    assert.notEqual(code, 0, name);
    await until(`the reason of ${name}`, () => reason.test(`${stdout}${stderr}${other.log()}`));
  }
});
