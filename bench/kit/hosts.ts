/** Masters, minions and commands of both sides, as processes of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

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
  if (side === 'tsalt') return [process.execPath, join(repository, 'bin', `tsalt${suffix}`)];
  const path = join(saltVenv(), 'bin', `salt${suffix}`);
  if (!existsSync(path)) throw new Error(`There is no ${path}: node scripts/make-salt-venv.mjs makes it, TSALT_SALT_VENV names another place`);
  return [path];
}

export interface MasterSetup {
  /** Lines of its configuration file. */
  readonly options?: string;
  /** Of the node that runs our master. */
  readonly nodeArgs?: readonly string[];
}

/** Where a master will be, before it is started. */
export interface Place {
  readonly root: string;
  readonly configDir: string;
  readonly requestPort: number;
  readonly publishPort: number;
}

export async function prepareMaster({ options = '' }: MasterSetup = {}): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'tsb'));
  const [requestPort, publishPort] = [await freePort(), await freePort()];
  const configDir = join(root, 'conf');
  mkdirSync(configDir);
  mkdirSync(join(root, 'srv'));
  mkdirSync(join(root, 'pillar'));
  writeFileSync(join(root, 'pillar', 'top.sls'), "base:\n  '*':\n    - common\n");
  writeFileSync(join(root, 'pillar', 'common.sls'), 'role: web\nports: [80, 443]\n');
  writeFileSync(join(configDir, 'master'), [
    `root_dir: ${root}`, 'interface: 127.0.0.1', `ret_port: ${requestPort}`, `publish_port: ${publishPort}`, 'pki_dir: pki', 'cachedir: cache',
    'sock_dir: run', 'log_file: log', 'pidfile: pid', 'auto_accept: True', 'user: root', `file_roots: {base: [${join(root, 'srv')}]}`,
    `pillar_roots: {base: [${join(root, 'pillar')}]}`, options, '',
  ].join('\n'));
  return { root, configDir, requestPort, publishPort };
}

/** Starts it and waits until it listens. */
export async function startMaster(side: Side, setup: MasterSetup = {}, place?: Place): Promise<Host> {
  const host = startDaemon(side, 'master', place ?? (await prepareMaster(setup)), setup.nodeArgs);
  await untilOpen(host.requestPort);
  return host;
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

export function startDaemon(side: Side, name: 'master' | 'minion' | 'api', place: Place, nodeArgs: readonly string[] = []): Host {
  const [command, ...args] = program(side, name);
  // A group of its own: a real minion has a process below it that would outlive it.
  const child = spawn(command, [...nodeArgs, ...args, '-c', place.configDir], { stdio: ['ignore', 'ignore', 'ignore'], detached: true });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  running.set(child, place.root);
  return {
    side, ...place, child,
    async stop() {
      child.kill('SIGTERM');
      await Promise.race([ended, pause(8000)]);
      killGroup(child);
      running.delete(child);
      rmSync(place.root, { recursive: true, force: true });
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whatever ends this program ends them too, and their folders. */
const running = new Map<ChildProcess, string>();
process.on('exit', () => {
  for (const [child, root] of running) {
    killGroup(child);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function untilOpen(port: number): Promise<void> {
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

/** Runs a command of one side to its end; wall time in seconds. */
export async function timed(command: readonly string[]): Promise<{ seconds: number; stdout: string; code: number }> {
  const [file, ...args] = [...command] as [string, ...string[]];
  const began = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve(status ?? -1));
  });
  return { seconds: (performance.now() - began) / 1000, stdout: Buffer.concat(chunks).toString('utf8'), code };
}
