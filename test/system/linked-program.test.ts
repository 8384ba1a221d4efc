/** Commands as one file each: plugins of users share its classes, and grains that are left for later are there for whoever reads them. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site();
const confDir = join(site.dir, 'conf');
site.write('conf/minion', JSON.stringify({ root_dir: site.dir, id: 'one', file_client: 'local', file_roots: { base: [join(site.dir, 'srv')] }, module_dirs: [join(site.dir, 'own')] }));
site.write('plain/minion', JSON.stringify({ root_dir: join(site.dir, 'plain'), id: 'one', file_client: 'local', file_roots: { base: [join(site.dir, 'srv')] }, pillar_roots: { base: [join(site.dir, 'pillars')] } }));
site.write('own/grains/rack.ts', `
import { defineGrains, Float } from 'tsalt/plugin';
export default defineGrains({ name: 'rack', grains: (ctx) => ({ rack_units: new Float(2), rack_of: ctx.grains['kernel'] ?? null }) });
`);
site.write('srv/late.sls', "{{ grains['host'] }}:\n  test.nop\n");
site.write('srv/map.sls', "{% set map = salt['grains.filter_by']({'default': {'word': grains.os | length > 0}}) %}\nword: {{ map.word }}\npillar: {{ salt['pillar.get']('os') }}\nknown: {{ (salt['grains.get']('fqdn') is string) if pillar.late else 0 }}\n");
site.write('pillars/top.sls', "base:\n  'kernel:Linux':\n    - match: grain\n    - of-machine\n");
site.write('pillars/of-machine.sls', "os: {{ grains.kernel }}\nlate: {{ 'host' in pillar }}\n");
site.write('srv/plain.sls', 'plain:\n  test.nop\n');

async function call(config: string, ...words: string[]): Promise<unknown> {
  const done = await runCommand([process.execPath, join(repository, 'bin/tsalt-call'), '-c', config, '--local', '--out=json', ...words]);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(done.stderr, '');
  return (JSON.parse(done.stdout) as { local: unknown }).local;
}

for (const name of ['tsalt-call', 'tsalt', 'tsalt-key', 'tsalt-run', 'tsalt-cp']) {
  site.test(`the build keeps ${name} with its compiled code`, async () => {
    const folder = join(repository, 'dist/linked', name);
    assert.ok(existsSync(join(folder, `${name}.cjs`)));
    assert.equal(readdirSync(folder).filter((file) => file.endsWith('.cache')).length, 1);
  });
}

site.test('errors keep their names where all modules are in one file: people see them', async () => {
  const text = await readFile(join(repository, 'dist/linked/tsalt-call/tsalt-call.cjs'), 'latin1');
  const parents = new Map([...text.matchAll(/\b(\w+)=class(?: \w+)? extends (\w+)/g)].map(([, name = '', parent = '']) => [name, parent]));
  const isOurs = (name: string | undefined): boolean => name !== undefined && (name === 'TsaltError' || isOurs(parents.get(name)));
  const errors = [...parents.keys()].filter(isOurs);
  assert.ok(errors.length > 20, errors.join(' '));
  assert.deepEqual(errors.filter((name) => /\d$/.test(name)), []);
});

site.test('with flags of the engine that the kept code is not for, modules are loaded one by one', async () => {
  const done = await runCommand([process.execPath, '--no-opt', join(repository, 'bin/tsalt-key'), '-c', confDir, '--gen-keys=a', `--gen-keys-dir=${site.dir}`, '--keysize=2048']);
  assert.equal(done.code, 0, done.stderr);
  assert.ok(existsSync(join(site.dir, 'a.pub')));
});

site.test('the returner local prints what returners get', async () => {
  const done = await runCommand([process.execPath, join(repository, 'bin/tsalt-call'), '-c', join(site.dir, 'plain'), '--local', '--return', 'local', 'test.echo', 'hi']);
  assert.match(done.stdout, /^\{'jid': '\d{20}', 'return': 'hi', 'retcode': 0, 'id': 'one', 'fun': 'test\.echo', 'fun_args': \['hi'\], 'success': True\}\nlocal:\n {4}hi\n$/);
});

site.test('values of a plugin of a user are ours', async () => {
  const done = await runCommand([process.execPath, join(repository, 'bin/tsalt-call'), '-c', confDir, '--local', '--out=json', 'grains.item', 'rack_units', 'rack_of']);
  assert.match(done.stdout, /"rack_units": 2\.0/);
  assert.match(done.stdout, /"rack_of": "Linux"/);
});

site.test('a reader that cannot wait gets the grains that were left for later, and the same', async () => {
  const plain = join(site.dir, 'plain');
  const late = ((await call(plain, 'test.opts_pkg')) as { grains: Record<string, unknown> }).grains;
  const all = await call(plain, 'grains.items') as Record<string, unknown>;
  assert.deepEqual(Object.keys(late).sort(), Object.keys(all).sort());
  // Addresses, volumes and the like may change between two commands.
  for (const name of ['os', 'osarch', 'virtual', 'host', 'ps', 'kernel', 'num_cpus', 'saltversion']) assert.deepEqual(late[name], all[name], name);
});

site.test('top data of a program, without a master', async () => {
  const nodes = site.write('nodes', '#!/bin/sh\necho "classes: [$1_$2]"\n');
  chmodSync(nodes, 0o755);
  site.write('tops/minion', JSON.stringify({ root_dir: join(site.dir, 'tops'), id: 'one', file_client: 'local', master_tops: { ext_nodes: `${nodes} of` } }));
  assert.deepEqual(await call(join(site.dir, 'tops'), 'state.show_top'), { base: ['of_one'] });
});

site.test('templates see all grains', async () => {
  const plain = join(site.dir, 'plain');
  const host = await call(plain, 'grains.get', 'host');
  assert.deepEqual(Object.keys(await call(plain, 'state.apply', 'late') as object), [`test_|-${String(host)}_|-${String(host)}_|-nop`]);
});

site.test('a template gets what it names, whoever has to find it out', async () => {
  const plain = join(site.dir, 'plain');
  assert.deepEqual(await call(plain, 'slsutil.renderer', 'salt://map.sls'), { word: true, pillar: 'Linux', known: 0 });
  assert.deepEqual(await call(plain, 'pillar.items', 'unmask=True'), { os: 'Linux', late: false });
  const host = (await call(plain, 'grains.get', 'host')) as string;
  assert.equal(await call(plain, 'slsutil.renderer', "string={{ grains['host'] }}", 'default_renderer=jinja'), host);
  assert.equal(await call(plain, 'slsutil.renderer', "string={{ salt['grains.get']('host') }}", 'default_renderer=jinja'), host);
});
