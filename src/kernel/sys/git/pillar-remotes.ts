/**
 * The remotes of `git`: `branch address`, or a map of that to options.
 *
 * Source: read, Salt 3008.3 `salt.pillar.git_pillar`, `salt.utils.gitfs`.
 */
import { CommandExecutionError } from '../../contract/errors.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../std/value.js';
import type { GitRemote } from './mirror.js';
import { shownAddress } from './url.js';

export interface PillarRemote {
  /** As it is configured, without a password that stands in its address. */
  readonly id: string;
  /** Empty when none was given. */
  readonly name: string;
  readonly remote: GitRemote;
  /** `__env__`: that of the minion. */
  readonly branch: string;
  /** Environment of its files. */
  readonly env: string;
  readonly fallback: string;
  readonly root: string;
  readonly mountpoint: string;
}

export const ANY = '__env__';
const BASE = 'base';
const OWN_OPTIONS = new Set([
  'name', 'env', 'branch', 'base', 'root', 'mountpoint', 'fallback', 'user', 'password', 'insecure_auth', 'privkey', 'pubkey', 'passphrase', 'ssl_verify', 'proxy', 'depth',
  'refspecs', 'all_saltenvs', 'update_interval',
]);

/** @throws CommandExecutionError for what is no remote */
export function remotesOf(configured: readonly Value[], opts: Readonly<PlainMap>): PillarRemote[] {
  return configured.map((entry) => {
    if (typeof entry === 'string') return readRemote(entry, {}, opts);
    const [only, ...others] = isMap(entry) ? mapEntries(entry) : [];
    if (only === undefined || others.length > 0) throw new CommandExecutionError('A remote of the external pillar git is a text or a map with one key');
    return readRemote(String(only[0]), optionsOf(only[1]), opts);
  });
}

/** A list of maps with one key each, or one map. */
function optionsOf(value: Value): PlainMap {
  const maps = Array.isArray(value) ? value as readonly Value[] : [value];
  const entries = maps.flatMap((map) => (isMap(map) ? mapEntries(map) : []));
  const unknown = entries.map(([name]) => String(name)).find((name) => !OWN_OPTIONS.has(name));
  if (unknown !== undefined) throw new CommandExecutionError(`'${unknown}' is no option of a remote of the external pillar git`);
  return Object.fromEntries(entries.map(([name, item]) => [String(name), item]));
}

function readRemote(text: string, own: PlainMap, opts: Readonly<PlainMap>): PillarRemote {
  const words = text.trim().split(/\s+/);
  const [branch, url] = words.length === 1 ? [optionText('branch', own, opts), words[0] ?? ''] : [words[0] ?? '', words[1] ?? ''];
  if (words.length > 2 || url === '') throw new CommandExecutionError(`A remote of the external pillar git is 'branch address', not '${words[0] ?? ''} ...'`);
  const base = optionText('base', own, opts) || 'master';
  return {
    id: text.replace(url, () => shownAddress(url)), name: typeof own['name'] === 'string' ? own['name'] : '',
    remote: remoteOf(url, own, opts), branch: branch || base, root: optionText('root', own, opts), mountpoint: optionText('mountpoint', own, opts),
    fallback: optionText('fallback', own, opts), env: optionText('env', own, opts) || (branch === base || branch === '' ? BASE : branch),
  };
}

function remoteOf(url: string, own: PlainMap, opts: Readonly<PlainMap>): GitRemote {
  const text = (name: string): string | undefined => optionText(name, own, opts) || undefined;
  const value = (name: string): Value | undefined => own[name] ?? opts[`git_pillar_${name}`];
  const [user, password, privateKey, passphrase, proxy] = ['user', 'password', 'privkey', 'passphrase', 'proxy'].map(text);
  const refspecs = value('refspecs');
  return {
    url, depth: Number(value('depth') ?? 0) || 0, ...(Array.isArray(refspecs) ? { refspecs: (refspecs as readonly Value[]).map(String) } : {}),
    auth: {
      insecureAuth: isTruthy(value('insecure_auth') ?? false), verifyTls: isTruthy(value('ssl_verify') ?? true),
      ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }), ...(privateKey === undefined ? {} : { privateKey }),
      ...(passphrase === undefined ? {} : { passphrase }), ...(proxy === undefined ? {} : { proxy }),
    },
  };
}

/** An option of the remote, else `git_pillar_<name>`. */
function optionText(name: string, own: PlainMap, opts: Readonly<PlainMap>): string {
  const value = own[name] ?? opts[`git_pillar_${name}`];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
