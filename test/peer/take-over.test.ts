/** An installation of real Salt is taken over by our master, in place, and given back. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site(skipWithoutSalt);
let real: MasterHost;
let ours: MasterHost;
let minion: MinionHost;
let keysBefore: Record<string, string>;
let minionPid: number;

/** Every file of a key in the installation with its content. */
function keysOf(master: MasterHost): Record<string, string> {
  const folder = master.path('pki');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(files.filter((entry) => entry.isFile()).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [path.slice(folder.length), readFileSync(path, 'utf8')];
  }));
}

/** Answers of all minions by the CLI of a kind. */
async function ping(master: MasterHost): Promise<unknown> {
  const words = ['*', 'test.ping', '--out=json', '--static'];
  const done = master.kind === 'salt' ? await master.salt('salt', ...words) : await master.tsalt('tsalt', ...words);
  assert.equal(done.code, 0, JSON.stringify(done));
  return JSON.parse(done.stdout);
}

site.setUp('a real master with a real minion works', async () => {
  real = await MasterHost.prepare(site, 'salt', 'master');
  real.serve('pillar/top.sls', 'base:\n  "*":\n    - data\n');
  real.serve('pillar/data.sls', 'kept: yes\n');
  real.serve('salt/file.txt', 'from the same place\n');
  await real.start();
  minion = new MinionHost(site, 'salt', 'old', real);
  minion.start();
  await real.accept('old');
  const bus = await real.hear();
  await bus.heard('salt/minion/old/start');
  assert.deepEqual(await ping(real), { old: true });
  minionPid = minion.process.pid;
  keysBefore = keysOf(real);
  assert.ok(Object.keys(keysBefore).length >= 3, JSON.stringify(Object.keys(keysBefore)));
});

site.test('our master takes its place: the minion goes on, nothing is to be accepted', async () => {
  await real.stop();
  ours = real.succeeded('tsalt');
  await ours.start();
  await ours.allAnswer('old');
  assert.deepEqual(await ping(ours), { old: true });
  assert.deepEqual([ours.keys('minions'), ours.keys('minions_pre')], [['old'], []]);
  assert.deepEqual(keysOf(ours), keysBefore);
  assert.equal(minion.process.pid, minionPid);
  assert.equal(minion.exitCode, undefined);
});

site.test('pillar, files and what was known of the minion are used in place', async () => {
  assert.equal(await ours.call('old', 'pillar.get', ['kept'], { unmask: true }), true);
  assert.equal(await ours.call('old', 'cp.get_file_str', ['salt://file.txt']), 'from the same place\n');
  const { returns } = await ours.job({ tgt: 'G@kernel:Linux', tgtType: 'compound', fun: 'test.ping' });
  assert.deepEqual(returns, { old: true });
});

site.test('a new minion of ours joins meanwhile', async () => {
  const added = new MinionHost(site, 'tsalt', 'new', ours);
  added.start();
  await ours.accept('new');
  await ours.allAnswer('old', 'new');
});

site.test('the installation is given back: the real master works with both minions', async () => {
  assert.equal(await ours.stop(), 0);
  await real.start();
  await real.hear();
  const answers = async (): Promise<boolean> => {
    const done = await real.salt('salt', '*', 'test.ping', '--out=json', '--static', '-t', '5');
    if (done.code !== 0) return false;
    const found = JSON.parse(done.stdout) as PlainMap;
    return found['old'] === true && found['new'] === true;
  };
  let works = false;
  for (let tries = 0; tries < 5 && !works; tries += 1) works = await answers();
  assert.ok(works);
  assert.deepEqual(Object.entries(keysOf(real)).filter(([path]) => !path.endsWith('/new')), Object.entries(keysBefore));
  assert.equal(minion.process.pid, minionPid);
});
