/**
 * The file server with git, folders and files of minions: a real minion and one of ours on our master, one of ours on a real master, and
 * the same trees listed by the runners of both.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { GitRepository } from '../support/git-repository.js';

const site = new Site(skipWithoutSalt);
let master: MasterHost;
let realMaster: MasterHost;
let bus: Hearing;
let states: GitRepository;
let formulas: GitRepository;
const IDS = ['own', 'red'];
const BIG = Buffer.alloc(2_500_000, 'tree ');

// Real Salt refuses a plain path.
const urlOf = (repository: GitRepository): string => `file://${repository.folder}`;

const settings = (): PlainMap => ({
  fileserver_backend: ['git', 'roots', 'minion'], file_recv: true, fileserver_events: true, gitfs_provider: 'gitpython', gitfs_update_interval: 3600,
  gitfs_remotes: [urlOf(states), { [urlOf(formulas)]: [{ name: 'formulas' }, { root: 'formulas' }, { mountpoint: 'salt://lib/formulas' }] }],
  gitfs_saltenv_blacklist: ['secret*'], minionfs_mountpoint: 'salt://sent',
});

site.setUp('two masters with the same backends and their minions start', async () => {
  states = await GitRepository.create(join(site.dir, 'states.git'));
  await states.commit({
    'top.sls': 'base: {}\n', 'web/init.sls': 'page:\n  test.nop\n', 'web/files/page.html': '<p>{{ 1 }}</p>\n', 'web/files/run.sh': { text: '#!/bin/sh\n', mode: 0o755 }, 'big.bin': { text: BIG, mode: 0o644 },
    '_modules/elder.py': 'def go():\n    return True\n', '_modules/gifts.py': 'def wrapped():\n    return "python"\n', '_modules/gifts.mjs': 'export function wrapped() { return "script"; }\n',
  });
  await states.git('tag', 'v1.0');
  await states.branch('develop');
  await states.commit({ 'develop.sls': 'new:\n  test.nop\n', 'ünï/ö.txt': 'ö\n' });
  await states.branch('secret-plans');
  await states.checkout('master');
  formulas = await GitRepository.create(join(site.dir, 'formulas.git'));
  await formulas.commit({ 'formulas/nginx/map.jinja': '{}\n', 'README': 'not served\n' });
  master = await MasterHost.prepare(site, 'tsalt', 'master', settings());
  master.serve('salt/plain.txt', 'folder\n');
  realMaster = await MasterHost.prepare(site, 'salt', 'real', settings());
  await Promise.all([master.start(), realMaster.start()]);
  bus = await master.hear();
  const realBus = await realMaster.hear();
  await Promise.all([
    enrol(master, bus, [new MinionHost(site, 'salt', 'red', master), new MinionHost(site, 'tsalt', 'own', master)]),
    enrol(realMaster, realBus, [new MinionHost(site, 'tsalt', 'guest', realMaster)]),
  ]);
});

/** What both minions of our master answer; they must agree. */
async function bothSay(fun: string, arg: readonly Value[] = [], kwarg: PlainMap = {}): Promise<Value> {
  const { returns } = await master.job({ tgt: IDS, tgtType: 'list', fun, arg, kwarg });
  assert.deepEqual(returns['own'], returns['red'], fun);
  return returns['own'] ?? null;
}

site.test('both kinds of minions see the same environments, files, folders and links', async () => {
  assert.deepEqual([...await bothSay('cp.envs') as string[]].sort(), ['base', 'develop', 'v1.0']);
  const listed = await bothSay('cp.list_master') as string[];
  for (const path of ['web/init.sls', 'plain.txt', 'lib/formulas/nginx/map.jinja']) assert.ok(listed.includes(path), path);
  assert.ok(!listed.includes('README'));
  assert.deepEqual(await bothSay('cp.list_master', ['develop'], { prefix: 'ün' }), ['ünï/ö.txt']);
  assert.ok((await bothSay('cp.list_master_dirs') as string[]).includes('lib/formulas'));
  assert.deepEqual(await bothSay('cp.list_master_symlinks'), {});
  assert.deepEqual(await bothSay('cp.list_states', ['develop']), ['develop', 'top', 'web']);
});

site.test('files of git are fetched, hashed and have modes, by environment', async () => {
  assert.equal(await bothSay('cp.get_file_str', ['salt://ünï/ö.txt'], { saltenv: 'develop' }), 'ö\n');
  assert.equal(await bothSay('cp.get_file_str', ['salt://develop.sls?saltenv=develop']), 'new:\n  test.nop\n');
  assert.equal(await bothSay('cp.get_file_str', ['salt://develop.sls']), false);
  assert.equal(await bothSay('cp.get_file_str', ['salt://web/init.sls'], { saltenv: 'secret-plans' }), false);
  assert.equal((await bothSay('cp.hash_file', ['salt://big.bin']) as PlainMap)['hash_type'], 'sha256');
  assert.equal(await bothSay('cp.stat_file', ['salt://web/files/run.sh']), '0755');
  for (const id of IDS) {
    const dest = join(site.dir, id, 'got', 'big.bin');
    assert.equal(await master.call(id, 'cp.get_file', ['salt://big.bin', dest], { makedirs: true }), dest);
    assert.ok(readFileSync(dest).equals(BIG), id);
    mkdirSync(join(site.dir, id, 'tree'));
    const below = await master.call(id, 'cp.get_dir', ['salt://web', join(site.dir, id, 'tree')]) as string[];
    assert.deepEqual(below.map((path) => path.slice(join(site.dir, id, 'tree').length)), ['/web/files/page.html', '/web/files/run.sh', '/web/init.sls']);
  }
});

site.test('what one minion sends the other fetches', async () => {
  for (const [from, to] of [['own', 'red'], ['red', 'own']] as const) {
    const path = join(site.dir, `from-${from}`);
    writeFileSync(path, `by ${from}\n`);
    assert.equal(await master.call(from, 'cp.push', [path]), true);
    assert.equal(await master.call(to, 'cp.get_file_str', [`salt://sent/${from}${path}`]), `by ${from}\n`);
  }
  assert.equal(await bothSay('cp.get_file_str', ['salt://sent/own/etc/passwd']), false);
  assert.equal(await bothSay('cp.get_file_str', ['salt://sent/../../pki/master.pem']), false);
});

site.test('custom modules come from git: Python for the real minion, a script for ours', async () => {
  assert.deepEqual((await master.job({ tgt: IDS, tgtType: 'list', fun: 'saltutil.sync_modules' })).returns, { own: ['modules.elder', 'modules.gifts'], red: ['modules.elder', 'modules.gifts'] });
  await until('the module', async () => (await master.call('red', 'gifts.wrapped').catch(() => '')) === 'python');
  assert.equal(await master.call('own', 'gifts.wrapped'), 'script');
  assert.match(String(await master.call('own', 'elder.go')), /'elder\.go' is not available\. elder\.py is written in Python, which cannot run here/);
});

site.test('an update of one remote by a command is seen at once and told on the bus; a rewritten history too', async () => {
  await states.commit({ 'web/later.sls': 'later\n' });
  assert.equal(await bothSay('cp.get_file_str', ['salt://web/later.sls']), false);
  bus.clear();
  const { code, stderr } = await master.tsalt('tsalt-run', 'fileserver.update', 'backend=git', `remotes=${urlOf(states)}`);
  assert.equal(code, 0, stderr);
  const { data } = await bus.heard('salt/fileserver/gitfs/update');
  assert.deepEqual([data['changed'], data['backend']], [true, 'gitfs']);
  assert.equal(await bothSay('cp.get_file_str', ['salt://web/later.sls']), 'later\n');
  await states.git('reset', '--quiet', '--hard', 'HEAD~1');
  await master.tsalt('tsalt-run', 'fileserver.update', 'backend=git');
  assert.equal(await bothSay('cp.get_file_str', ['salt://web/later.sls']), false);
});

site.test('our minion fetches from a real master that serves the same repositories', async () => {
  await until('files of git on the real master', async () => (await realMaster.command('guest', 'cp.get_file_str', 'salt://web/files/page.html'))['guest'] === '<p>{{ 1 }}</p>\n');
  const answers = await realMaster.command('guest', 'cp.get_file_str', 'salt://ünï/ö.txt', 'saltenv=develop');
  assert.equal(answers['guest'], 'ö\n');
  const dest = join(site.dir, 'guest', 'big.bin');
  assert.equal((await realMaster.command('guest', 'cp.get_file', 'salt://big.bin', dest))['guest'], dest);
  assert.ok(existsSync(dest) && readFileSync(dest).equals(BIG));
});

site.test('the runners of both masters list the same trees', async () => {
  const ask = async (fun: string, ...words: string[]): Promise<readonly [unknown, unknown]> => {
    const [ours, real] = await Promise.all([master.tsalt('tsalt-run', fun, ...words, '--out=json'), realMaster.salt('salt-run', fun, ...words, '--out=json')]);
    return [JSON.parse(ours.stdout), JSON.parse(real.stdout)];
  };
  // The programs of real Salt take seconds to start: all at once.
  await Promise.all([
    ['fileserver.envs'], ['fileserver.file_list', 'develop', 'git'], ['fileserver.dir_list', 'base', 'backend=gitfs'], ['fileserver.symlink_list', 'base', 'git'],
  ].map(async ([fun = '', ...words]) => {
    const [ours, real] = await ask(fun, ...words);
    assert.deepEqual(ours, real, [fun, ...words].join(' '));
  }));
  const [ours, real] = await ask('fileserver.lock', 'git', `remote=${urlOf(formulas)}`);
  assert.deepEqual(ours, real);
});
