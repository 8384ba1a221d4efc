/** What every measurement shares: a master of ours and a real one, swarms against them, times and memory. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export type Side = 'tsalt' | 'salt';

/** The virtual environment with real Salt. */
export function saltVenv(): string {
  return process.env['TSALT_SALT_VENV'] ?? join(repository, 'build', 'salt-venv');
}

export interface Host {
  readonly side: Side;
  readonly root: string;
  readonly configDir: string;
  readonly requestPort: number;
  readonly publishPort: number;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Command line of one of the programs, `master`, `minion`, `key`, `run`, `call` or nothing. */
export function program(side: Side, name: string): [string, ...string[]] {
  const suffix = name === '' ? '' : `-${name}`;
  return side === 'tsalt' ? [process.execPath, join(repository, 'bin', `tsalt${suffix}`)] : [join(saltVenv(), 'bin', `salt${suffix}`)];
}

export async function startMaster(side: Side, options = ''): Promise<Host> {
  const root = mkdtempSync(join(tmpdir(), 'tsb'));
  const [requestPort, publishPort] = [await freePort(), await freePort()];
  const configDir = join(root, 'conf');
  mkdirSync(configDir);
  mkdirSync(join(root, 'srv'));
  writeFileSync(join(configDir, 'master'), [
    `root_dir: ${root}`, 'interface: 127.0.0.1', `ret_port: ${requestPort}`, `publish_port: ${publishPort}`, 'pki_dir: pki', 'cachedir: cache',
    'sock_dir: run', 'log_file: log', 'pidfile: pid', 'auto_accept: True', 'user: root', `file_roots: {base: [${join(root, 'srv')}]}`,
    `pillar_roots: {base: [${join(root, 'pillar')}]}`, options, '',
  ].join('\n'));
  return startDaemon(side, 'master', { root, configDir, requestPort, publishPort });
}

export async function startMinion(side: Side, id: string, master: { requestPort: number; publishPort: number }): Promise<Host> {
  const root = mkdtempSync(join(tmpdir(), 'tsb'));
  const configDir = join(root, 'conf');
  mkdirSync(configDir);
  writeFileSync(join(configDir, 'minion'), [
    `root_dir: ${root}`, `id: ${id}`, 'master: 127.0.0.1', `master_port: ${master.requestPort}`, `publish_port: ${master.publishPort}`, 'pki_dir: pki',
    'cachedir: cache', 'sock_dir: run', 'log_file: log', 'pidfile: pid', 'acceptance_wait_time: 1', 'user: root', '',
  ].join('\n'));
  return startDaemon(side, 'minion', { root, configDir, requestPort: master.requestPort, publishPort: master.publishPort });
}

async function startDaemon(
  side: Side, name: string, place: { root: string; configDir: string; requestPort: number; publishPort: number },
): Promise<Host> {
  const [command, ...args] = program(side, name);
  const child = spawn(command, [...args, '-c', place.configDir], { stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  if (name === 'master') await untilOpen(place.requestPort);
  return {
    side, ...place, child,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, pause(8000)]);
      if (child.exitCode === null) child.kill('SIGKILL');
      rmSync(place.root, { recursive: true, force: true });
    },
  };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function untilOpen(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ host: '127.0.0.1', port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await pause(50);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Runs a command of one side to its end; wall time in seconds. @throws when it fails */
export function timed(command: readonly string[], input = ''): { seconds: number; stdout: string; code: number } {
  const [file, ...args] = [...command] as [string, ...string[]];
  const began = process.hrtime.bigint();
  const done = spawnSync(file, args, { encoding: 'utf8', input, maxBuffer: 256 * 1024 * 1024 });
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, stdout: done.stdout, code: done.status ?? -1 };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Proportional memory of a process and all below it, in MB. */
export function pssMegabytes(pid: number): number {
  return family(pid).reduce((sum, member) => sum + rollup(member, 'Pss'), 0) / 1024;
}

export function privateMegabytes(pid: number): number {
  return family(pid).reduce((sum, member) => sum + rollup(member, 'Private_Clean') + rollup(member, 'Private_Dirty'), 0) / 1024;
}

function rollup(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter((word) => word !== '').map(Number));
  return [pid, ...children.flatMap(family)];
}

/** A swarm in a process of its own, told what to do by lines. */
export interface SwarmProcess {
  /** Does one thing with all members; gives its wall time in seconds. */
  run(action: 'connect' | 'pillar' | 'signInAgain' | `events ${number} ${number}`): Promise<number>;
  stop(): Promise<void>;
}

export async function startSwarm(host: Host, count: number): Promise<SwarmProcess> {
  const file = join(repository, 'build', 'bench', 'swarm-process.js');
  const child = spawn(process.execPath, [file, String(count), String(host.requestPort), String(host.publishPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let lines = '';
  let waiting: ((line: string) => void) | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text;
    for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n')) {
      const line = lines.slice(0, end);
      lines = lines.slice(end + 1);
      waiting?.(line);
    }
  });
  const next = (): Promise<string> => new Promise((resolve, reject) => {
    waiting = resolve;
    child.once('exit', () => reject(new Error('the swarm ended')));
  });
  const ready = next();
  await ready;
  return {
    async run(action) {
      const answer = next();
      child.stdin.write(`${action}\n`);
      return Number(await answer);
    },
    async stop() {
      child.kill('SIGKILL');
      await pause(100);
    },
  };
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Smaller is better for times and memory; the ratio is always salt / tsalt, or tsalt / salt for rates. */
  readonly tsalt: number;
  readonly salt: number;
  readonly isRate?: boolean;
  readonly wanted?: number;
}

export function printRow(row: Row): void {
  const ratio = row.isRate === true ? row.tsalt / row.salt : row.salt / row.tsalt;
  const wanted = row.wanted === undefined ? '' : ` | ${row.wanted}`;
  process.stdout.write(`| ${row.what} | ${row.tsalt.toPrecision(3)} ${row.unit} | ${row.salt.toPrecision(3)} ${row.unit} | ${ratio.toFixed(1)}${wanted} |\n`);
}

/** Sum of the sizes of files below a folder, and how many there are. */
export function diskUse(folder: string): { bytes: number; files: number } {
  const out = execFileSync('find', [folder, '-type', 'f', '-printf', '%b\n'], { encoding: 'utf8' }).trim().split('\n').filter((line) => line !== '');
  return { bytes: out.reduce((sum, blocks) => sum + Number(blocks) * 512, 0), files: out.length };
}
