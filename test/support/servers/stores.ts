/** Real servers of Debian, each with a folder of its own. */
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, ProgramServer } from './program-server.js';

export interface Store extends AsyncDisposable {
  readonly port: number;
}

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
const programOf = (name: string): string | undefined => FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));

function skipWithout(name: string, debianPackage: string): string | false {
  return programOf(name) === undefined ? `${debianPackage} is not installed` : false;
}

export const skipWithoutRedis = skipWithout('redis-server', 'redis-server');
export const skipWithoutEtcd = skipWithout('etcd', 'etcd-server');
export const skipWithoutNats = skipWithout('nats-server', 'nats-server');
export const skipWithoutInflux = skipWithout('influxd', 'influxdb');
export const skipWithoutCarbon = skipWithout('carbon-cache', 'graphite-carbon');

async function start(port: number, name: string, args: readonly string[]): Promise<Store> {
  const server = new ProgramServer([programOf(name) ?? name, ...args]);
  try {
    await server.listens(port);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return { port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

export async function startRedis(root: string, { port, password }: { port?: number; password?: string } = {}): Promise<Store> {
  const at = port ?? await freePort();
  const login = password === undefined ? [] : ['--requirepass', password];
  return start(at, 'redis-server', ['--port', String(at), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', mkdtempSync(join(root, 'redis-')), ...login]);
}

export async function startEtcd(root: string): Promise<Store> {
  const [port, peer] = [await freePort(), await freePort()];
  const [client, other] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  return start(port, 'etcd', [
    '--data-dir', mkdtempSync(join(root, 'etcd-')), '--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', other,
    '--initial-advertise-peer-urls', other, '--initial-cluster', `default=${other}`,
  ]);
}

export async function startNats(options: { readonly args?: readonly string[] } = {}): Promise<Store> {
  const port = await freePort();
  return start(port, 'nats-server', ['-a', '127.0.0.1', '-p', String(port), ...options.args ?? []]);
}

export async function startInflux(root: string): Promise<Store> {
  const [port, other] = [await freePort(), await freePort()];
  const dir = mkdtempSync(join(root, 'influx-'));
  const config = join(dir, 'influxdb.conf');
  writeFileSync(config, [
    'reporting-disabled = true', `bind-address = "127.0.0.1:${other}"`, '[meta]', `dir = "${dir}/meta"`, '[data]', `dir = "${dir}/data"`, `wal-dir = "${dir}/wal"`,
    '[http]', `bind-address = "127.0.0.1:${port}"`, 'auth-enabled = false', 'log-enabled = false', '',
  ].join('\n'));
  return start(port, 'influxd', ['run', '-config', config]);
}

export interface Carbon extends Store {
  readonly picklePort: number;
  /** Where the file of each metric appears. */
  readonly data: string;
}

export async function startCarbon(root: string): Promise<Carbon> {
  const dir = mkdtempSync(join(root, 'carbon-'));
  const [port, picklePort, queryPort] = [await freePort(), await freePort(), await freePort()];
  for (const folder of ['data', 'log']) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, 'storage-schemas.conf'), '[all]\npattern = .*\nretentions = 1s:1h\n');
  writeFileSync(join(dir, 'carbon.conf'), [
    '[cache]', `STORAGE_DIR = ${dir}`, `CONF_DIR = ${dir}`, `LOG_DIR = ${dir}/log`, `PID_DIR = ${dir}`, `LOCAL_DATA_DIR = ${dir}/data`, 'LINE_RECEIVER_INTERFACE = 127.0.0.1',
    `LINE_RECEIVER_PORT = ${port}`, 'PICKLE_RECEIVER_INTERFACE = 127.0.0.1', `PICKLE_RECEIVER_PORT = ${picklePort}`, 'CACHE_QUERY_INTERFACE = 127.0.0.1',
    `CACHE_QUERY_PORT = ${queryPort}`, 'ENABLE_UDP_LISTENER = False', 'MAX_CREATES_PER_MINUTE = inf', 'MAX_UPDATES_PER_SECOND = inf', 'CARBON_METRIC_INTERVAL = 0', 'USER = ', 'ENABLE_TAGS = False', '',
  ].join('\n'));
  const store = await start(picklePort, 'carbon-cache', [`--config=${join(dir, 'carbon.conf')}`, '--nodaemon', 'start']);
  return { ...store, port, picklePort, data: join(dir, 'data') };
}
