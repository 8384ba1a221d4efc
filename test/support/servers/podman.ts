/** A real Podman service with a store of its own and one small image, `tsalt.test/busybox:1`, made from nothing but a static busybox. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DockerClient } from '../../../src/kernel/sys/docker/client.js';
import { isOsError } from '../../../src/kernel/std/os-error.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { until } from '../fleet/until.js';
import { ProgramServer } from './program-server.js';

export const IMAGE = 'tsalt.test/busybox:1';

const COMMAND_MS = 60_000;
/** A machine on which a container takes longer is none to try containers on. */
const PROBE_MS = 15_000;
const SILENCE_MS = 60_000;
/** So long a service that nobody asks goes on: one whose test was killed ends by itself, as the containers of the tests do. */
const IDLE_SECONDS = 120;
const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'];
const missing = (['podman', 'runc', 'conmon', 'busybox'] as const).filter((name) => !FOLDERS.some((folder) => existsSync(join(folder, name))));

/** Limits that any root may set; the defaults of Podman are above those of many machines. No network unless one is asked for: bridges belong to the whole machine. */
const settings = (folder: string): string => `
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
netns = "none"
[network]
network_backend = "cni"
network_config_dir = "${folder}/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
image_default_transport = "docker://"
tmp_dir = "${folder}/tmp"
volume_path = "${folder}/volumes"
`;

function files(folder: string, registry: string | undefined): NodeJS.ProcessEnv {
  for (const name of ['networks', 'tmp', 'volumes', 'rootfs/bin', 'rootfs/tmp']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'containers.conf'), settings(folder));
  writeFileSync(join(folder, 'storage.conf'), `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/store"\nrunroot = "${folder}/run"\n`);
  // No name is looked up anywhere else: what is not here is not there.
  const nowhere = '[[registry]]\nlocation = "blocked.test"\nblocked = true\n';
  const own = registry === undefined ? '' : `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`;
  writeFileSync(join(folder, 'registries.conf'), `unqualified-search-registries = []\nshort-name-mode = "disabled"\n${nowhere}${own}`);
  return {
    ...process.env, CONTAINERS_CONF: join(folder, 'containers.conf'), CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'), CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
  };
}

/** Runs a program to its end; its own words when it failed. */
function ran(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv, timeout = COMMAND_MS): string | undefined {
  const [program, ...args] = argv;
  const done = spawnSync(program, args, { env, encoding: 'utf8', timeout });
  return done.status === 0 ? undefined : `${argv.slice(0, 2).join(' ')}: ${done.error?.message ?? done.stderr.trim()}`;
}

function importImage(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const bin = join(folder, 'rootfs/bin');
  copyFileSync(FOLDERS.map((at) => join(at, 'busybox')).find((path) => existsSync(path)) ?? '', join(bin, 'busybox'));
  for (const name of ['sh', 'echo', 'sleep', 'cat', 'ls', 'true', 'false', 'env', 'date', 'wc', 'ps', 'test', 'sha256sum', 'mkdir']) symlinkSync('busybox', join(bin, name));
  const archive = join(folder, 'image.tar');
  return ran(['tar', '-C', join(folder, 'rootfs'), '-cf', archive, '.'], env) ?? ran(['podman', 'import', archive, IMAGE], env);
}

export interface Podman extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  /** Asks the service past the modules of tsalt. */
  ask(path: string): Promise<Value>;
  /** Removes all containers, volumes and networks. */
  clear(): Promise<void>;
}

/** The service, or why none runs here. `registry` is one that may be asked without TLS, `localhost:<port>`. */
export async function openPodman(registry?: string): Promise<Podman | { readonly skip: string }> {
  if (missing.length > 0) return { skip: `${missing.join(', ')} not installed` };
  if (process.getuid?.() !== 0) return { skip: 'only root may run containers here' };
  const folder = mkdtempSync(join(tmpdir(), 'ts-podman-'));
  const env = files(folder, registry);
  const failure = importImage(folder, env) ?? ran(['podman', 'run', '--rm', IMAGE, 'true'], env, PROBE_MS);
  if (failure === undefined) return startService(folder, env);
  const left = swept(folder, env);
  return { skip: `containers cannot run here: ${failure}${left === undefined ? '' : `; ${left}`}` };
}

/** Ends a process when it is a `conmon` of the store in this folder, which only this test has. */
function endGuard(id: string, folder: string): void {
  try {
    const words = readFileSync(`/proc/${id}/cmdline`, 'utf8').split('\0');
    if (basename(words[0] ?? '') === 'conmon' && words.some((word) => word.startsWith(`${folder}/`))) process.kill(Number(id), 'SIGKILL');
  } catch (error) {
    // Other than that it ended meanwhile.
    if (!isOsError(error)) throw error;
  }
}

/** Ends all containers and removes all files, by the program itself, also when the service is gone: a container left over would keep its mounts. */
function swept(folder: string, env: NodeJS.ProcessEnv): string | undefined {
  const failure = ran(['podman', 'rm', '--all', '--force', '--time', '0'], env);
  // The guards of programs that ran inside a container stay for five minutes, and would then clean what is there no more.
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) endGuard(id, folder);
  if (failure === undefined) rmSync(folder, { recursive: true, force: true });
  return failure;
}

async function startService(folder: string, env: NodeJS.ProcessEnv): Promise<Podman> {
  const url = `unix://${folder}/podman.sock`;
  const program = new ProgramServer(['podman', 'system', 'service', '--time', String(IDLE_SECONDS), url], { env });
  const client = new DockerClient(url);
  const ask = (path: string, method: 'GET' | 'DELETE' = 'GET', query: Record<string, string> = {}): Promise<Value> =>
    client.ask({ path, method, query, silenceMs: SILENCE_MS, signal: new AbortController().signal });
  const rows = async (path: string, key?: string): Promise<PlainMap[]> => {
    const answer = await ask(path);
    const list = key === undefined ? answer : isPlainMap(answer) ? answer[key] ?? null : null;
    return isList(list) ? list.filter(isPlainMap) : [];
  };
  const clear = async (): Promise<void> => {
    for (const { Id } of await rows('/containers/json?all=1')) await ask(`/containers/${String(Id)}`, 'DELETE', { force: 'true', v: 'true' });
    for (const { Name } of await rows('/volumes', 'Volumes')) await ask(`/volumes/${String(Name)}`, 'DELETE', { force: 'true' });
    for (const { Name } of await rows('/networks')) if (Name !== 'bridge' && Name !== 'podman') await ask(`/networks/${String(Name)}`, 'DELETE');
  };
  const close = async (): Promise<void> => {
    await program[Symbol.asyncDispose]();
    const failure = swept(folder, env);
    if (failure !== undefined) throw new Error(failure);
  };
  try {
    await until('the service of Podman to answer', () => existsSync(join(folder, 'podman.sock')));
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, url, ask: (path) => ask(path), clear, [Symbol.asyncDispose]: close };
}
