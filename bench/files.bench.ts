/**
 * The file server of a master: pieces and hashes for many minions, a long list, and one large file to a minion. Ours, then real Salt's.
 * Arguments: minions, megabytes of the large file, files of the long list.
 */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sayConditions } from './kit/conditions.js';
import { pause, prepareMaster, program, startMaster, startMinion, timed, type Host, type Side } from './kit/hosts.js';
import { cpuSeconds, pssMegabytes } from './kit/processes.js';
import { startSwarm } from './kit/swarm.js';
import { printHead, printRow, RATIO_COLUMNS, say, shown } from './kit/table.js';

const [count = 16, megabytes = 1024, listed = 20_000] = process.argv.slice(2).map(Number);
const PIECES_EACH = 20;
const HASHES_EACH = 100;
const LISTS_EACH = 2;
const SAMPLE_MS = 200;
const WITHIN_MS = 300_000;

interface Figures {
  pieces: number;
  hashes: number;
  list: number;
  large: number;
  masterGrowth: number;
  minionGrowth: number;
  cpu: Record<string, number>;
  failures: string[];
}
const none = Number.NaN;
const noFigures = (): Figures => ({ pieces: none, hashes: none, list: none, large: none, masterGrowth: none, minionGrowth: none, cpu: {}, failures: [] });
const [ours, real] = [noFigures(), noFigures()];

/** Files of a kilobyte in folders of a hundred, one file of 32 MB, and the large one, which takes no room on the disk. */
function makeTree(root: string): void {
  for (let at = 0; at < listed; at += 1) {
    const folder = join(root, 'srv', 'many', String(Math.floor(at / 100)));
    if (at % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${at}.conf`), 'x'.repeat(1024));
  }
  for (const [name, size] of [['pieces.bin', 32], ['large.bin', megabytes]] as const) {
    closeSync(openSync(join(root, 'srv', name), 'w'));
    truncateSync(join(root, 'srv', name), size * 1024 * 1024);
  }
}

async function measureRequests(host: Host, figures: Figures): Promise<void> {
  const swarm = await startSwarm(host, count);
  const pid = host.child.pid ?? 0;
  const part = async (name: 'pieces' | 'hashes' | 'list', each: number, load: Record<string, unknown>): Promise<number> => {
    const before = cpuSeconds(pid);
    const seconds = await swarm.run(`ask ${each} ${JSON.stringify(load)}`);
    figures.cpu[name] = ((cpuSeconds(pid) - before) / (count * each)) * 1000;
    return (count * each) / seconds;
  };
  try {
    await swarm.run('connect');
    // The first of each is not counted: caches are warm on both sides.
    await swarm.run(`ask 1 ${JSON.stringify({ cmd: '_file_hash', path: 'many/0/file-1.conf', saltenv: 'base' })}`);
    figures.hashes = await part('hashes', HASHES_EACH, { cmd: '_file_hash', path: 'many/0/file-1.conf', saltenv: 'base' });
    figures.pieces = await part('pieces', PIECES_EACH, { cmd: '_serve_file', path: 'pieces.bin', saltenv: 'base', loc: 7 * 1024 * 1024 });
    figures.list = await part('list', LISTS_EACH, { cmd: '_file_list', saltenv: 'base', prefix: '' });
  } catch (error) {
    figures.failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await swarm.stop();
  }
}

/** One minion fetches the large file, while the memory of both is looked at. */
async function measureLarge(side: Side, host: Host, figures: Figures): Promise<void> {
  const minion = await startMinion(side, 'fetcher', host);
  const dest = mkdtempSync(join(tmpdir(), 'tsb'));
  try {
    const call = (...words: string[]) => timed([...program(side, ''), '-c', host.configDir, '-t', '300', 'fetcher', ...words, '--out=txt']);
    const until = Date.now() + WITHIN_MS;
    while (!(await call('test.ping')).stdout.includes('True')) {
      if (Date.now() > until) throw new Error('the minion does not answer');
      await pause(500);
    }
    await call('cp.get_file', 'salt://pieces.bin', join(dest, 'pieces'));
    const memory = (): readonly [number, number] => [pssMegabytes(host.child.pid ?? 0), pssMegabytes(minion.child.pid ?? 0)];
    const before = memory();
    const most: [number, number] = [...before];
    const timer = setInterval(() => {
      for (const [at, now] of memory().entries()) most[at as 0 | 1] = Math.max(most[at as 0 | 1], now);
    }, SAMPLE_MS);
    const { seconds, stdout } = await call('cp.get_file', 'salt://large.bin', join(dest, 'large'));
    clearInterval(timer);
    if (!stdout.includes(dest)) figures.failures.push(`the large file did not come: ${stdout}`);
    figures.large = seconds;
    [figures.masterGrowth, figures.minionGrowth] = [most[0] - before[0], most[1] - before[1]];
  } catch (error) {
    figures.failures.push(error instanceof Error ? error.message : String(error));
  } finally {
    await minion.stop();
    rmSync(dest, { recursive: true, force: true });
  }
}

sayConditions();
process.on('exit', () => {
  const besides = (name: string): string => `CPU of the master for each: ${shown(ours.cpu[name] ?? none)} and ${shown(real.cpu[name] ?? none)} ms`;
  printHead(`File server, ${count} minions at once`, RATIO_COLUMNS);
  printRow({ what: 'hashes of a small file', unit: '/s', tsalt: ours.hashes, salt: real.hashes, isRate: true, wanted: 1, besides: besides('hashes') });
  printRow({ what: 'pieces of 1 MiB', unit: '/s', tsalt: ours.pieces, salt: real.pieces, isRate: true, wanted: 1, besides: besides('pieces') });
  printRow({ what: `lists of ${listed.toLocaleString('en-US')} files`, unit: '/s', tsalt: ours.list, salt: real.list, isRate: true, besides: besides('list') });
  printRow({ what: `${megabytes} MB to one minion, command included`, unit: 's', tsalt: ours.large, salt: real.large });
  printRow({ what: 'memory the master takes more for that (PSS)', unit: 'MB', tsalt: ours.masterGrowth, salt: real.masterGrowth });
  printRow({ what: 'memory the minion takes more for that (PSS)', unit: 'MB', tsalt: ours.minionGrowth, salt: real.minionGrowth });
  for (const [side, { failures }] of Object.entries({ tsalt: ours, salt: real })) for (const text of failures) say(`\n${side}: ${text}`);
});

for (const [side, figures] of [['tsalt', ours], ['salt', real]] as const) {
  const place = await prepareMaster();
  makeTree(place.root);
  const host = await startMaster(side, {}, place);
  const until = Date.now() + WITHIN_MS;
  // Real Salt's backends are ready later than its port.
  while ((await timed([...program(side, 'run'), '-c', place.configDir, 'fileserver.envs', '--out=txt'])).code !== 0 && Date.now() < until) await pause(500);
  await measureRequests(host, figures);
  await measureLarge(side, host, figures);
  await host.stop();
}
process.exit([ours, real].some(({ failures }) => failures.length > 0) ? 1 : 0);
