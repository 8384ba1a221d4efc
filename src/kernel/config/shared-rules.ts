/** Rules that hold for master and minion: renamed options, paths that follow others, normal forms. Each changes `opts`. */
import { totalmem, userInfo } from 'node:os';
import { basename, isAbsolute } from 'node:path';
import { updateMap } from '../std/merge.js';
import { str } from '../std/python-text.js';
import { isMap, isTruthy, mapEntries, mapFrom, mapGet, mapKeys, mapSize, mapWith, type PlainMap, type Value } from '../std/value.js';
import { ConfigError } from './config-error.js';
import type { Notices } from './notice.js';
import { joinPath } from './root-dir.js';
import { normalRoots } from './roots.js';

export type Role = 'master' | 'minion';

/** Text of an option, or empty text. */
export function text(opts: PlainMap, name: string): string {
  const value = opts[name];
  return typeof value === 'string' ? value : '';
}

/** Name of the account this process runs under. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch (err) {
    // A user id without an entry in the account table, as containers have them.
    if (err instanceof Error && 'code' in err) return String(process.getuid?.() ?? 0);
    throw err;
  }
}

/** `log_dir` moves a relative log file, or the default one. */
export function placeLogFile(overrides: PlainMap, usual: string): void {
  const folder = text(overrides, 'log_dir');
  if (folder === '') return;
  const file = text(overrides, 'log_file');
  if (file === '') overrides['log_file'] = joinPath(folder, basename(usual));
  else if (!isAbsolute(file)) overrides['log_file'] = joinPath(folder, file);
}

/** `environment` is the old name of `saltenv`. */
export function renameEnvironment(opts: PlainMap, role: Role, notices: Notices): void {
  const old = opts['environment'];
  if (old === undefined) return;
  const saltenv = opts['saltenv'] ?? null;
  if (saltenv !== null) {
    notices.add('warning', `The 'saltenv' and 'environment' ${role} config options cannot both be used. Ignoring 'environment' in favor of 'saltenv'.`);
    opts['environment'] = saltenv;
  } else {
    notices.add('warning', `The 'environment' ${role} config option has been renamed to 'saltenv'. Using ${str(old)} as the 'saltenv' config value.`);
    opts['saltenv'] = old;
  }
}

/** Old short names of file server backends. */
export function nameBackends(opts: PlainMap): void {
  const backends = opts['fileserver_backend'];
  if (!Array.isArray(backends)) return;
  opts['fileserver_backend'] = backends.map((name: Value) => (['git', 'hg', 'svn', 'minion'].includes(name as string) ? `${name as string}fs` : name));
}

/** Paths that follow other options when they are unset or too long for a socket. */
export function deriveFolders(opts: PlainMap): void {
  const cachedir = text(opts, 'cachedir');
  if (text(opts, 'sock_dir').length > cachedir.length + 10) opts['sock_dir'] = joinPath(cachedir, '.salt-unix');
  if (!isTruthy(opts['extension_modules'])) opts['extension_modules'] = joinPath(cachedir, 'extmods');
  if (!isTruthy(opts['utils_dirs'])) opts['utils_dirs'] = [joinPath(text(opts, 'extension_modules'), 'utils')];
}

/** A twentieth of the memory, but 10 MiB at least; half of it is the buffer. */
export function setWriteBuffer(opts: PlainMap): void {
  if (opts['ipc_write_buffer'] === 'dynamic') opts['ipc_write_buffer'] = Math.trunc(Math.max(totalmem() * 0.05, 10 * 2 ** 20) * 0.5);
}

/** Environments, hash name, TLS and discovery in their normal forms. @throws ConfigError */
export function normalise(opts: PlainMap, role: Role, notices: Notices): void {
  opts['open_mode'] = opts['open_mode'] === true;
  opts['file_roots'] = normalRoots('file_roots', opts['file_roots'] ?? null, ['/srv/salt'], notices);
  opts['pillar_roots'] = normalRoots(
    role === 'master' ? 'file_roots' : 'pillar_roots', opts['pillar_roots'] ?? null, [role === 'master' ? '/srv/salt' : '/srv/pillar'], notices,
  );
  opts['hash_type'] = str(opts['hash_type'] ?? 'sha256').toLowerCase();
  opts['ssl'] = normalSsl(opts['ssl'] ?? null);
  opts['discovery'] = normalDiscovery(opts['discovery'] ?? null, role);
}

/** Forms that options get only after their types were checked. */
export function reshapeChecked(opts: PlainMap, role: Role): void {
  if (Array.isArray(opts['return'])) opts['return'] = opts['return'].map((name: Value) => str(name)).join(',');
  if (role === 'master') opts['nodegroups'] = normalNodegroups(opts['nodegroups'] ?? null);
}

/** A list of mappings with one key each becomes one mapping; no value becomes an empty one. */
function normalNodegroups(value: Value): Value {
  if (value === null) return {};
  if (!Array.isArray(value) || value.length === 0 || !value.every((item: Value) => isMap(item) && mapSize(item) === 1)) return value;
  return mapFrom(new Map(value.flatMap((item: Value) => (isMap(item) ? mapEntries(item) : []))));
}

/** Numbers of Python's `ssl` constants. */
const SSL_NAMES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  cert_reqs: { CERT_NONE: 0, CERT_OPTIONAL: 1, CERT_REQUIRED: 2 },
  ssl_version: {
    PROTOCOL_SSLv23: 2, PROTOCOL_TLS: 2, PROTOCOL_TLS_CLIENT: 16, PROTOCOL_TLS_SERVER: 17,
    PROTOCOL_TLSv1: 3, PROTOCOL_TLSv1_1: 4, PROTOCOL_TLSv1_2: 5,
  },
};

function normalSsl(value: Value): Value {
  if (value === null || value === false) return null;
  if (value === true) return {};
  if (!isMap(value)) throw new ConfigError(`SSL option 'ssl' must be a mapping or a boolean`);
  let ssl = value;
  for (const [key, numbers] of Object.entries(SSL_NAMES)) {
    const name = mapGet(ssl, key) ?? null;
    if (name === null) continue;
    const number = typeof name === 'string' ? numbers[name] : undefined;
    if (number === undefined) {
      throw new ConfigError(`SSL option '${key}' must be set to one of the following values: '${Object.keys(numbers).join("', '")}'.`);
    }
    ssl = mapWith(ssl, key, number);
  }
  return ssl;
}

function normalDiscovery(value: Value, role: Role): Value {
  if (value === null || value === false) return value;
  const given = isMap(value) ? value : {};
  const usual: PlainMap = { attempts: 3, pause: 5, port: 4520, match: 'any', mapping: {} };
  for (const key of mapKeys(given)) {
    if (typeof key !== 'string' || !Object.hasOwn(usual, key)) throw new ConfigError(`Unknown discovery option: ${str(key)}`);
  }
  if (role === 'master') for (const key of ['attempts', 'pause', 'match']) delete usual[key];
  return updateMap(usual, given, { mergeLists: true });
}

const ALGORITHMS = {
  signing: ['PKCS1v15-SHA1', 'PKCS1v15-SHA224'],
  encryption: ['OAEP-SHA1', 'OAEP-SHA224'],
} as const;

/** @throws ConfigError with Salt's words, its spelling included */
export function checkAlgorithm(opts: PlainMap, name: string, kind: keyof typeof ALGORITHMS, subject: string): void {
  const value = opts[name] ?? null;
  const valid: readonly Value[] = ALGORITHMS[kind];
  if (valid.includes(value)) return;
  throw new ConfigError(`${subject} '${str(value)}' is not valid. Please specify one of ${valid.join(',')}.`);
}
