/**
 * Loads configurations: files over defaults, rules over both, command line options over all; the result is frozen.
 * Refuses to know: what the options do. Start at `loadMasterConfig`.
 *
 * Source: observed, Salt 3008.3.
 */
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isTruthy, type PlainMap } from '../std/value.js';
import { deepFreeze } from './freeze.js';
import type { HostFacts } from './host-name.js';
import { readLayers, type Layers } from './layers.js';
import { aliasClusterPort, applyMasterRules } from './master-rules.js';
import { findId, withDomain, type IdFunction } from './minion-id.js';
import { applyMinionRules } from './minion-rules.js';
import { Notices, type Notice } from './notice.js';
import type { OptionTable } from './option.js';
import { optionsOf } from './option-tables.js';
import { reviewOptions } from './review.js';
import { resolveSdb, type SdbReader } from './sdb.js';
import { accountName, placeLogFile, reshapeChecked, text, type Role } from './shared-rules.js';

export { ConfigError } from './config-error.js';
export type { Notice } from './notice.js';

const USUAL_CONFIG_DIR = '/etc/salt';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigRequest {
  readonly configDir: string;
  /** Main file, relative to `configDir`; default `master` or `minion`. */
  readonly file?: string;
  /** Options of the command line: they win over all and are taken as they are, without any rule. */
  readonly overrides?: PlainMap;
  /** Default: the environment of this process. */
  readonly env?: Environment;
  /** Write a generated id to the file `minion_id`; daemons do. */
  readonly cacheMinionId?: boolean;
  readonly idFunction?: IdFunction;
  readonly sdb?: SdbReader;
  /** Where names of the host come from; for tests. */
  readonly host?: HostFacts;
}

export interface LoadedConfig {
  readonly opts: Readonly<PlainMap>;
  readonly notices: readonly Notice[];
  /** Files that were read, in order. */
  readonly files: readonly string[];
}

/** The folder of the configuration: what the command line says, else `SALT_CONFIG_DIR`, else the usual one. */
export function findConfigDir(given: string | undefined, env: Environment = process.env): string {
  return resolve(given ?? (env['SALT_CONFIG_DIR'] || USUAL_CONFIG_DIR));
}

/** @throws ConfigError when the main file is broken or an option makes the configuration useless */
export async function loadMasterConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const notices = new Notices();
  const table = await optionsOf('master');
  const layers = read(request, 'master', table, notices);
  aliasClusterPort(layers.options, notices);
  const opts = merge(request, 'master', table, layers);
  const { id, isGenerated } = await identify(opts, { ...request, cacheMinionId: false }, notices);
  opts['id'] = isGenerated ? `${id}_master` : id;
  applyMasterRules(opts, notices);
  return finish(opts, request, layers, notices, 'master');
}

/** @throws ConfigError when the main file is broken or an option makes the configuration useless */
export async function loadMinionConfig(request: ConfigRequest): Promise<LoadedConfig> {
  const notices = new Notices();
  const table = await optionsOf('minion');
  const layers = read(request, 'minion', table, notices);
  const opts = merge(request, 'minion', table, layers);
  opts['id'] = (await identify(opts, request, notices)).id;
  applyMinionRules(opts, notices);
  return finish(opts, request, layers, notices, 'minion');
}

function read(request: ConfigRequest, role: Role, table: OptionTable, notices: Notices): Layers {
  const path = resolve(request.configDir, request.file ?? role);
  const mainFile = fileFromEnvironment(path, role, request.env ?? process.env);
  return readLayers({ path, mainFile, defaultInclude: table['default_include']?.value ?? null, notices });
}

/** The variables count only when the usual file was asked for; with another `-c` they do not. */
function fileFromEnvironment(path: string, role: Role, env: Environment): string {
  if (path !== join(USUAL_CONFIG_DIR, role)) return path;
  const named = env[`SALT_${role.toUpperCase()}_CONFIG`];
  const candidate = isTruthy(named) ? named : env['SALT_CONFIG_DIR'] === undefined ? undefined : join(env['SALT_CONFIG_DIR'], role);
  return candidate !== undefined && (statSync(candidate, { throwIfNoEntry: false })?.isFile() ?? false) ? candidate : path;
}

function merge(request: ConfigRequest, role: Role, table: OptionTable, { options }: Layers): PlainMap {
  const opts: PlainMap = {};
  for (const [name, { value }] of Object.entries(table)) if (value !== undefined) opts[name] = structuredCloneOf(value);
  placeLogFile(options, text(opts, 'log_file'));
  opts['user'] = accountName();
  if (role === 'master') opts['ssh_config_file'] = join(homedir(), '.ssh', 'config');
  // Differs: Salt keeps /etc/salt/... when the main file is missing, and would then write beside a file nobody asked for.
  opts['conf_file'] = resolve(request.configDir, request.file ?? role);
  return Object.assign(opts, options, { __role: role, __cli: saltProgramName(process.argv[1]), ...(role === 'master' ? { __fs_update: true } : {}) });
}

/** Defaults stand in shared tables; freezing or changing a configuration must not reach them. */
function structuredCloneOf<T extends OptionTable[string]['value']>(value: T): T {
  if (Array.isArray(value)) return value.map(structuredCloneOf) as unknown as T;
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCloneOf(item)])) as T;
  }
  return value;
}

async function identify(opts: PlainMap, request: ConfigRequest, notices: Notices): Promise<{ id: string; isGenerated: boolean }> {
  const given = text(request.overrides ?? {}, 'id');
  if (given !== '') return { id: given, isGenerated: false };
  const configured = text(opts, 'id');
  if (configured !== '') return { id: withDomain(configured, opts['append_domain']), isGenerated: false };
  const found = await findId(opts, {
    notices, cacheId: request.cacheMinionId ?? false, idFunction: request.idFunction, host: request.host,
  });
  return { id: found.isAddress ? found.id : withDomain(found.id, opts['append_domain']), isGenerated: true };
}

/** Options of the other program in the same file are known too: one file may serve several. Its table is read only when it may have one. */
async function knownFor(role: Role, origins: ReadonlyMap<string, string>): Promise<OptionTable> {
  const own = await optionsOf(role);
  if ([...origins.keys()].every((name) => Object.hasOwn(own, name))) return own;
  return { ...await optionsOf(role === 'master' ? 'minion' : 'master'), ...own };
}

async function finish(
  opts: PlainMap, request: ConfigRequest, layers: Layers, notices: Notices, role: Role,
): Promise<LoadedConfig> {
  if (request.sdb !== undefined) await resolveSdb(opts, request.sdb);
  reviewOptions(opts, layers.origins, await knownFor(role, layers.origins), notices);
  reshapeChecked(opts, role);
  Object.assign(opts, request.overrides);
  return { opts: deepFreeze(opts), notices: notices.list, files: layers.files };
}

/** The name of Salt's program that ours stands for: formulas tell by it whether a minion or a command renders them. */
function saltProgramName(path = ''): string {
  return basename(path, '.js').replace(/^tsalt(?=$|-)/, 'salt');
}
