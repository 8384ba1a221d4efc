/**
 * What the configuration says of the remotes of the backend gitfs: options of all (`gitfs_*`), of one remote, and of one environment.
 * Source: read, Salt 3008.3, `salt.utils.gitfs`; its messages.
 */
import { createHash } from 'node:crypto';
import { FileserverConfigError } from '../../../kernel/contract/errors.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';
import type { GitAuth } from '../../../kernel/sys/git/credentials.js';
import { isSafeName } from '../../../kernel/sys/safe-path.js';

export interface EnvSettings {
  readonly ref?: string;
  readonly root?: string;
  readonly mountpoint?: string;
}

export interface RemoteSettings {
  /** The address as configured; also what updates name it by. */
  readonly id: string;
  readonly name: string | undefined;
  /** Name of its folder below the cache. */
  readonly folder: string;
  readonly base: string;
  readonly fallback: string;
  readonly root: string;
  readonly mountpoint: string;
  readonly allowed: readonly string[];
  readonly denied: readonly string[];
  readonly refspecs: readonly string[];
  readonly refTypes: readonly string[];
  readonly mapsRefs: boolean;
  readonly allSaltenvs: string | undefined;
  readonly updateSeconds: number;
  readonly depth: number;
  readonly auth: GitAuth;
  /** Settings of environments, those of the remote before those of all. */
  readonly envs: ReadonlyMap<string, EnvSettings>;
  /** Branch or tag to the environments it is mapped to. */
  readonly envsOfRef: ReadonlyMap<string, readonly string[]>;
}

const OVERRIDES = [
  'base', 'fallback', 'mountpoint', 'root', 'ssl_verify', 'saltenv_whitelist', 'saltenv_blacklist', 'refspecs', 'disable_saltenv_mapping', 'ref_types',
  'update_interval', 'proxy', 'depth', 'user', 'password', 'pubkey', 'privkey', 'passphrase', 'insecure_auth',
];
const VALID = [...OVERRIDES, 'all_saltenvs', 'name', 'saltenv'];
const REF_TYPES = ['branch', 'tag', 'sha'];

/** @throws FileserverConfigError with Salt's text */
export function readRemotes(opts: Readonly<PlainMap>): RemoteSettings[] {
  const given = opts['gitfs_remotes'];
  const read = (isList(given) ? given : []).map((remote) => {
    const [address = remote, params = null] = isMap(remote) ? mapEntries(remote)[0] ?? [] : [];
    return readRemote(opts, str(address), params);
  });
  for (const { folder } of read) {
    const same = read.filter((remote) => remote.folder === folder);
    if (same.length > 1) {
      throw new FileserverConfigError(`The following gitfs remotes have conflicting cachedirs: ${same.map(({ id }) => id).join(', ')}. Resolve this using a per-remote parameter called 'name'.`);
    }
  }
  return read;
}

function readRemote(opts: Readonly<PlainMap>, id: string, params: Value): RemoteSettings {
  const own = pairs(params);
  if (params !== null && own.size === 0) {
    throw new FileserverConfigError(`Invalid per-remote configuration for gitfs remote '${id}'. If no per-remote parameters are being specified, there may be a trailing colon after the URL, which should be removed. Check the master configuration file.`);
  }
  for (const param of own.keys()) {
    if (!VALID.includes(param)) {
      throw new FileserverConfigError(`Invalid gitfs configuration parameter '${param}' in remote '${id}'. Valid parameters are: ${VALID.join(', ')}. See the GitFS Walkthrough in the Salt documentation for further information.`);
    }
  }
  const option = (name: string): Value => own.get(name) ?? opts[`gitfs_${name}`] ?? null;
  const name = own.has('name') ? str(own.get('name') ?? '') : undefined;
  if (name !== undefined && !isSafeName(name)) throw new FileserverConfigError(`The name '${name}' of the gitfs remote '${id}' cannot be that of a folder`);
  const refTypes = textList(option('ref_types')).map((type) => type.toLowerCase());
  const wrongTypes = refTypes.filter((type) => !REF_TYPES.includes(type));
  if (wrongTypes.length > 0) {
    throw new FileserverConfigError(`The following ref_types for gitfs remote '${id}' are invalid: ${wrongTypes.join(', ')}. The supported values are: ${REF_TYPES.join(', ')}`);
  }
  const ownEnvs = envSettings(own.get('saltenv') ?? null);
  const base = ownEnvs.get('base')?.ref ?? text(option('base'), 'master');
  const allEnvs = envSettings(opts['gitfs_saltenv'] ?? null);
  const envs = new Map([...allEnvs, ...[...ownEnvs].map(([env, settings]) => [env, { ...allEnvs.get(env), ...settings }] as const)]);
  return {
    id, name, folder: name ?? digest(id, opts), base, envs, envsOfRef: mappedEnvs(ownEnvs, allEnvs),
    fallback: text(option('fallback'), ''), root: trimmed(text(option('root'), '')), mountpoint: mountpointOf(text(option('mountpoint'), '')),
    allowed: textList(option('saltenv_whitelist')), denied: textList(option('saltenv_blacklist')), refspecs: textList(option('refspecs')),
    refTypes: refTypes.length === 0 ? REF_TYPES : refTypes, mapsRefs: !isTruthy(option('disable_saltenv_mapping')),
    allSaltenvs: own.has('all_saltenvs') ? str(own.get('all_saltenvs') ?? '') : undefined,
    updateSeconds: number(option('update_interval'), 60), depth: depthOf(number(option('depth'), 1), [base, ...[...envs.values()].map(({ ref }) => ref ?? '')]),
    auth: authOf(option, text(opts['gitfs_known_hosts'] ?? null, '')),
  };
}

/** A commit that stands in the configuration may lie anywhere in the history. */
const depthOf = (depth: number, refs: readonly string[]): number => (refs.some(isHex) ? 0 : depth);

export const isHex = (text: string): boolean => /^[0-9a-f]{7,64}$/i.test(text);

function authOf(option: (name: string) => Value, knownHosts: string): GitAuth {
  const words = { user: text(option('user'), ''), password: text(option('password'), ''), privateKey: text(option('privkey'), ''), passphrase: text(option('passphrase'), ''), knownHosts };
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, word]) => word !== '')), verifyTls: option('ssl_verify') !== false,
    insecureAuth: isTruthy(option('insecure_auth')), proxy: text(option('proxy'), ''),
  };
}

/** Environments by ref; those that a remote maps itself are not mapped once more by the settings of all. */
function mappedEnvs(own: ReadonlyMap<string, EnvSettings>, all: ReadonlyMap<string, EnvSettings>): ReadonlyMap<string, readonly string[]> {
  const mapped = new Map<string, string[]>();
  const ownMapped = [...own].filter(([, { ref }]) => ref !== undefined);
  const rest = [...all].filter(([env, { ref }]) => ref !== undefined && !ownMapped.some(([other]) => other === env));
  for (const [env, { ref = '' }] of [...ownMapped, ...rest]) mapped.set(ref, [...mapped.get(ref) ?? [], env]);
  return mapped;
}

function envSettings(value: Value): ReadonlyMap<string, EnvSettings> {
  return new Map([...pairs(value)].map(([env, settings]) => {
    const words = pairs(settings);
    const word = (name: 'ref' | 'root' | 'mountpoint', tidy: (text: string) => string): EnvSettings => (words.has(name) ? { [name]: tidy(str(words.get(name) ?? '')) } : {});
    return [env, { ...word('ref', (ref) => ref), ...word('root', trimmed), ...word('mountpoint', mountpointOf) }];
  }));
}

/** A mapping, or a list of mappings of one key each, as Salt's files have it. */
function pairs(value: Value): ReadonlyMap<string, Value> {
  const maps = isList(value) ? value : [value];
  return new Map(maps.flatMap((map) => (isMap(map) ? mapEntries(map).map(([key, item]) => [str(key), item] as const) : [])));
}

/** The folder that real Salt has for a remote. */
function digest(id: string, opts: Readonly<PlainMap>): string {
  return createHash(text(opts['hash_type'] ?? null, 'sha256')).update(id).digest('base64').replaceAll('/', '_');
}

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, '');
const mountpointOf = (path: string): string => trimmed(path.replace(/^salt:\/\//, ''));
const text = (value: Value, fallback: string): string => (value === null || value === '' ? fallback : str(value));
const number = (value: Value, fallback: number): number => (Number.isSafeInteger(Number(value)) && value !== null && value !== '' ? Number(value) : fallback);

function textList(value: Value): string[] {
  if (isList(value)) return value.map(str);
  return typeof value === 'string' && value !== '' ? value.split(',').map((word) => word.trim()) : [];
}
