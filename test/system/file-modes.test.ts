/**
 * What master and minion write: every path has a line in the table, and its mode is exactly the one that stands there, although the
 * processes were started with a umask that forbids nothing.
 */
import assert from 'node:assert/strict';
import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fnmatch } from '../../src/kernel/std/fnmatch.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { MasterHost } from '../support/fleet/master.js';
import { askClear } from '../support/fleet/raw-minion.js';
import { Site, userName } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { MASTER_FILES, MINION_FILES, type FileModes } from './security/file-modes.data.js';

process.umask(0);
const site = new Site();
let master: MasterHost;
let minion: MinionHost;

/** What a program finds is what it makes itself. */
const OWN = ['cache', 'pki', 'run'];

site.setUp('a master and a minion that did a bit of everything', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', { file_recv: true, presence_events: true });
  minion = new MinionHost(site, 'tsalt', 'web1', master, { mine_functions: { 'test.ping': [] } });
  for (const dir of [master.dir, minion.dir]) for (const name of OWN) rmSync(join(dir, name), { recursive: true });
  for (const host of [master, minion]) rmSync(host.path('log', host === master ? 'master' : 'minion'), { force: true });
  master.serve('salt/hello.txt', 'hello\n');
  master.serve('salt/_modules/extra.js', 'export default 1;\n');
  master.serve('pillar/top.sls', 'base:\n  "*":\n    - data\n');
  master.serve('pillar/data.sls', 'secret: 1\n');
  await master.start();
  await enrol(master, await master.hear(), [minion]);
  await master.allAnswer('web1');
  await master.call('web1', 'cp.cache_file', ['salt://hello.txt']);
  await master.call('web1', 'cp.push', [minion.path('conf/minion')]);
  await master.call('web1', 'saltutil.sync_modules');
  await master.call('web1', 'mine.update');
  const key = readFileSync(master.path('cache', `.${userName}_key`), 'utf8');
  await askClear(master.requestPort, { cmd: 'publish', tgt: 'web1', fun: 'test.ping', arg: [], key, tgt_type: 'glob', ret: '', jid: '', user: userName });
  await until('the mine on disk', () => walk(master.dir).some((path) => path.startsWith('cache/mine/')));
});

/** All paths that the programs made, relative. */
function walk(dir: string): string[] {
  return OWN.flatMap((name) => [name, ...readdirSync(join(dir, name), { recursive: true }).map((path) => join(name, String(path)))])
    .concat(readdirSync(join(dir, 'log')).filter((name) => name !== 'output').map((name) => `log/${name}`));
}

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

function checkModes(dir: string, table: readonly FileModes[]): void {
  const wrong: string[] = [];
  const unused = new Set(table.filter(({ always }) => always));
  for (const path of walk(dir)) {
    const line = table.find(({ pattern }) => fnmatch(path, pattern));
    const found = lstatSync(join(dir, path), { throwIfNoEntry: false });
    if (found === undefined || found.isSymbolicLink()) continue;
    if (line !== undefined) unused.delete(line);
    if (line === undefined) wrong.push(`${path}: not in the table (${octal(found.mode)})`);
    else if (octal(found.mode) !== line.mode) wrong.push(`${path}: ${octal(found.mode)}, not ${line.mode}`);
  }
  assert.deepEqual(wrong, []);
  assert.deepEqual([...unused].map(({ pattern }) => pattern), [], 'in the table, but not made');
}

site.test('of the master', async () => {
  checkModes(master.dir, MASTER_FILES);
  await Promise.resolve();
});

site.test('of the minion', async () => {
  checkModes(minion.dir, MINION_FILES);
  await Promise.resolve();
});
