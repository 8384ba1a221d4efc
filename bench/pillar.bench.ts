/**
 * The pillar compiler beside real Salt's: many minions, each with small Jinja files of its own, and then the same pillars again.
 * Real Salt compiles as its master does, in one process and warm; it gets fewer minions, since each takes long.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../src/kernel/std/value.js';
import { PillarDesk } from '../src/master/pillar/pillar-desk.js';
import { listeningLog } from '../test/support/module-host.js';
import { repository, saltVenv } from './kit/hosts.js';
import { printHead, printRow, RATIO_COLUMNS, say } from './kit/table.js';

const MINIONS = Number(process.argv[2] ?? 1000);
const MINIONS_OF_SALT = Math.min(MINIONS, 60);

const root = mkdtempSync(join(tmpdir(), 'tsalt-pillar-bench-'));
const tree = join(root, 'pillar');
mkdirSync(join(tree, 'own'), { recursive: true });
writeFileSync(join(tree, 'top.sls'), "base:\n  '*':\n    - common\n    - own.{{ grains.id }}\n  'os:Debian':\n    - match: grain\n    - debian\n");
writeFileSync(join(tree, 'common.sls'), 'company: Example\nntp: {servers: [a, b]}\nid: {{ grains.id }}\n');
writeFileSync(join(tree, 'debian.sls'), "repo: {{ salt['grains.get']('oscodename', 'none') }}\n");
for (let at = 0; at < MINIONS; at += 1) {
  writeFileSync(join(tree, `own/m${at}.sls`), `{% set port = ${8000 + at} %}\nservice${at}:\n  port: {{ port }}\n  workers:\n  {%- for i in range(4) %}\n    - w{{ i }}_${at}\n  {%- endfor %}\n  tags: {{ ['t${at}', grains.os] | json }}\n`);
}
const options: PlainMap = { root_dir: root, id: 'master', pki_dir: join(root, 'pki'), cachedir: join(root, 'cache'), sock_dir: join(root, 'run'), log_level: 'quiet', renderer: 'jinja|yaml', pillar_roots: { base: [tree] }, file_roots: { base: [join(root, 'files')] } };
writeFileSync(join(root, 'master'), JSON.stringify(options));
const grainsOf = (at: number): PlainMap => ({ id: `m${at}`, os: 'Debian', os_family: 'Debian', oscodename: 'bookworm', num_cpus: 4, kernel: 'Linux' });

interface Times { readonly first: number; readonly again: number; readonly sample: string }

/** Milliseconds for each pillar, one after the other, so that wall time is work. */
async function ours(): Promise<Times> {
  await using desk = new PillarDesk({ distDir: join(repository, 'dist'), opts: options, log: listeningLog(), userDirs: () => [], ports: () => ({}) });
  const ask = (at: number, more: PlainMap = {}) => desk.pillar({ id: `m${at}`, grains: { ...grainsOf(at), ...more }, saltenv: null, pillarenv: null, override: {}, extra: {} });
  // Another grain: the thread is warm, the pillars are not kept.
  for (let at = 0; at < 300; at += 1) await ask(at % MINIONS, { warm: at });
  const timed = async (): Promise<number> => {
    const began = performance.now();
    for (let at = 0; at < MINIONS; at += 1) await ask(at);
    return (performance.now() - began) / MINIONS;
  };
  return { first: await timed(), again: await timed(), sample: JSON.stringify((await ask(7)).value()) };
}

const ASK_SALT = `
import json, logging, sys, time, warnings
warnings.simplefilter("ignore"); logging.disable(logging.CRITICAL)
import salt.config, salt.pillar
opts = salt.config.master_config(sys.argv[1]); opts["file_client"] = "local"
def ask(at):
    grains = {"id": "m%d" % at, "os": "Debian", "os_family": "Debian", "oscodename": "bookworm", "num_cpus": 4, "kernel": "Linux"}
    return salt.pillar.Pillar(opts, grains, "m%d" % at, None).compile_pillar()
count = int(sys.argv[2])
for at in range(5): ask(at)
def timed():
    began = time.perf_counter()
    for at in range(count): ask(at)
    return (time.perf_counter() - began) * 1000 / count
json.dump({"first": timed(), "again": timed(), "sample": json.dumps(dict(ask(7)), separators=(",", ":"))}, sys.stdout)
`;

function real(): Times {
  const done = spawnSync(join(saltVenv(), 'bin/python'), ['-c', ASK_SALT, join(root, 'master'), String(MINIONS_OF_SALT)], { encoding: 'utf8', timeout: 600_000 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as Times;
}

try {
  const [tsalt, salt] = [await ours(), real()];
  assert.deepEqual(JSON.parse(tsalt.sample), JSON.parse(salt.sample), 'both make the same of it');
  printHead(`Pillars of ${MINIONS} minions, each with a Jinja file of its own (\`pillar ${MINIONS}\`)`, RATIO_COLUMNS);
  printRow({ what: 'compiled', unit: 'ms', tsalt: tsalt.first, salt: salt.first, wanted: 5, besides: 'one after the other' });
  printRow({ what: 'asked for again, nothing changed', unit: 'ms', tsalt: tsalt.again, salt: salt.again, wanted: 20, besides: 'looking at the files' });
  say('');
} finally {
  rmSync(root, { recursive: true, force: true });
}
