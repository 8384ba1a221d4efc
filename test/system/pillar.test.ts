/** The example tree `srv/pillar` on a real master: what minions get, what runners show, whom pillar targets reach, what is logged. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { MasterHost } from '../support/fleet/master.js';
import type { MinionHost } from '../support/fleet/minion.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { startFleet } from './kit/fleet.js';

const site = new Site();
const OPEN = { unmask: true };
const EXAMPLE = join(repository, 'srv/pillar');
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
let master: MasterHost;
let web: MinionHost;

site.setUp('a master with the example tree, an external pillar and two minions start', async () => {
  const own = join(site.dir, 'own');
  // Below the root directory of the master, which is put in front of other paths.
  const extmods = join(site.dir, 'master/ext');
  mkdirSync(join(extmods, 'pillar'), { recursive: true });
  copyFileSync(join(EXAMPLE, 'ext/inventory.ts'), join(extmods, 'pillar/inventory.ts'));
  site.write('own/top.sls', 'own:\n  "*":\n    - own\n');
  site.write('own/own.sls', 'color: green\nrunner: {{ salt["saltutil.runner"]("test.arg", arg=["a"]) | json }}\npassword: {{ salt["cmd.run"]("echo hidden-treasure") }}\n');
  const fleet = await startFleet(site, ['web1', 'db1'], {
    master: {
      pillar_roots: { base: [EXAMPLE], own: [own] }, extension_modules: extmods, ext_pillar: [{ inventory: { rooms: { web1: 'R1' } } }],
    },
    minion: { grains: { role: 'db', os: 'TestOS', os_family: 'Debian', num_cpus: 4, mem_total: 4096 } },
  });
  ({ master } = fleet);
  [web] = fleet.minions as [MinionHost];
});

const common = (id: string) => ({
  company: 'Example', motd: `Welcome to ${id}, which runs TestOS`,
  users: { ada: { uid: 2001, home: '/home/ada', groups: ['admin'] }, lin: { uid: 2002, home: '/home/lin', groups: [] } },
  services: { ntp: { servers: ['ntp1.example.org', 'ntp2.example.org'], iburst: true } },
});
const DB = { buffer_mb: 1024, replicas: ['db2', 'db3'] };

site.test('the example gives each minion its own', async () => {
  const { password, color, ...rest } = await master.call('web1', 'pillar.items', [], { pillarenv: 'base', ...OPEN }) as PlainMap;
  assert.deepEqual([password, color], [undefined, undefined]);
  assert.deepEqual(plain(rest), {
    ...common('web1'), db: { name: 'web1', ...DB }, inventory: { room: 'R1', os: 'TestOS' },
    web: { package: 'apache2', sites: { shop: { port: 443, workers: 8, certificate: '/etc/ssl/certs/shop.pem' }, blog: { port: 80, workers: 4 } } },
  });
  const db = await master.call('db1', 'pillar.items', [], { pillarenv: 'base', ...OPEN });
  assert.deepEqual(plain(db), { ...common('db1'), db: { name: 'db1', ...DB } });
});

site.test('after a refresh minions are reached by what is new in their pillar', async () => {
  const by = async (expr: string): Promise<string[]> => Object.keys((await master.job({ tgt: expr, tgtType: 'pillar', fun: 'test.ping' })).returns).sort();
  assert.deepEqual(await by('color:green'), ['db1', 'web1']);
  assert.deepEqual(plain(await master.call('web1', 'pillar.get', ['runner'], OPEN)), { args: ['a'], kwargs: {} });
  site.write('own/own.sls', 'color: {{ "blue" if grains.get("id") == "web1" else "red" }}\n');
  for (const id of ['web1', 'db1']) assert.equal(await master.call(id, 'saltutil.refresh_pillar', [], { wait: true }), true);
  assert.deepEqual(await by('color:blue'), ['web1']);
  assert.deepEqual(await by('color:green'), []);
});

site.test('runners show the top files and the pillar of a minion, of nobody in particular, and what is kept', async () => {
  const run = async (...words: string[]): Promise<PlainMap> => {
    const { stdout, code } = await master.tsalt('tsalt-run', ...words, '--out=json');
    assert.equal(code, 0, stdout);
    return JSON.parse(stdout) as PlainMap;
  };
  assert.deepEqual(Object.keys((await run('pillar.show_top', 'minion=web1'))['base'] as PlainMap), ['*', 'web* or G@role:web', 'role:db']);
  const shown = await run('pillar.show_pillar', 'web1');
  assert.equal(shown['color'], 'blue');
  assert.deepEqual(Object.keys(await run('pillar.show_pillar', 'nobody', 'pillarenv=own', 'os=x')), ['color']);
  assert.deepEqual(Object.keys(await run('pillar.show_pillar_cache')).sort(), ['db1', 'web1']);
  assert.equal(await run('pillar.clear_pillar_cache', 'db1'), true);
  assert.deepEqual(Object.keys(await run('pillar.show_pillar_cache')), ['web1']);
});

site.test('what a pillar holds stands in no log of the master, nor of the minion', async () => {
  for (const host of [master, web]) {
    for (const name of readdirSync(host.path('log'))) {
      assert.doesNotMatch(readFileSync(host.path('log', name), 'utf8'), /hidden-treasure/, name);
    }
  }
  await Promise.resolve();
});
