/** The configuration of commands that talk to a master on the same host: the master's, and what the user has. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isNumber, type PlainMap, type Value } from '../std/value.js';
import { deepFreeze } from './freeze.js';
import { loadMasterConfig, type ConfigRequest, type LoadedConfig } from './load.js';
import { Notices } from './notice.js';
import { readConfigFile } from './read-file.js';

/** As `loadMasterConfig`, with `.saltrc`, the user's token file, and the address at which the master is reached. @throws ConfigError */
export async function loadClientConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const env = request.env ?? process.env;
  const { overrides = {}, ...rest } = request;
  const loaded = await loadMasterConfig(rest);
  const notices = new Notices();
  const home = env['HOME'] || homedir();
  const own = userPlaces(home, env['XDG_CONFIG_HOME']);
  const opts: PlainMap = { ...loaded.opts };
  opts['token_file'] ??= join(own.folder, 'salt_token');
  const named = env['SALT_CLIENT_CONFIG'];
  const path = named !== undefined && isFile(named) ? named : own.saltrc;
  const files = [...loaded.files];
  if (isFile(path)) {
    Object.assign(opts, readConfigFile(path, notices));
    files.push(path);
  }
  opts['token_file'] = resolve(String(opts['token_file']).replace(/^~(?=\/|$)/, home));
  const token = freshToken(opts['token_file'], opts['token_expire'] ?? null);
  if (token !== undefined) opts['token'] = token;
  opts['interface'] = reachable(opts['interface'] ?? null);
  opts['master_uri'] ??= `tcp://${bracketed(String(opts['interface']))}:${String(opts['ret_port'])}`;
  Object.assign(opts, overrides);
  return { opts: deepFreeze(opts), notices: [...loaded.notices, ...notices.list], files };
}

function userPlaces(home: string, xdg: string | undefined): { folder: string; saltrc: string } {
  const folder = join(xdg || join(home, '.config'), 'salt');
  const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isThere ? { folder, saltrc: join(folder, 'saltrc') } : { folder: home, saltrc: join(home, '.saltrc') };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** The stored login, unless it is too old to be valid. */
function freshToken(path: string, expire: Value): string | undefined {
  if (!isFile(path)) return undefined;
  const ageSeconds = (Date.now() - statSync(path).mtimeMs) / 1000;
  return ageSeconds < (isNumber(expire) ? Number(expire) : 43200) ? readFileSync(path, 'utf8').trim() : undefined;
}

/** An address that means "all of them" cannot be connected to everywhere. */
function reachable(address: Value): Value {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}

function bracketed(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address;
}
