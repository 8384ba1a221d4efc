/**
 * Which id a minion has: configured, cached, made by a function, or the name of the host.
 *
 * Source: read and observed, Salt 3008.3.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { dirname, join } from 'node:path';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../std/value.js';
import { isMissing } from '../sys/files.js';
import { ConfigError } from './config-error.js';
import { hostNameForId, type HostFacts } from './host-name.js';
import type { Notices } from './notice.js';

/** Calls an execution function for `id_function`. Undefined answers mean that there is no such function. */
export type IdFunction = (name: string, kwargs: PlainMap) => Promise<Value | undefined>;

export interface IdSources {
  readonly notices: Notices;
  /** Write the generated id to the file `minion_id`; daemons do. */
  readonly cacheId: boolean;
  readonly idFunction: IdFunction | undefined;
  readonly host: HostFacts | undefined;
}

/** The file that keeps a generated id. It lies below `root_dir`, not in the folder of the configuration (observed). */
function cachePath(opts: PlainMap): string {
  const root = opts['root_dir'];
  return join(typeof root === 'string' && root !== '' ? root : '/', 'etc/salt/minion_id');
}

/** The id of a host whose configuration names none, and whether it is an address. */
export async function findId(opts: PlainMap, sources: IdSources): Promise<{ id: string; isAddress: boolean }> {
  const isCaching = isTruthy(opts['minion_id_caching'] ?? true);
  const cached = isCaching ? readCachedId(cachePath(opts)) : undefined;
  if (cached !== undefined) return { id: cached, isAddress: false };
  const made = isTruthy(opts['id_function']) ? await callIdFunction(opts, sources) : await hostNameForId(sources.host);
  const cased = isTruthy(opts['minion_id_lowercase']) ? made.toLowerCase() : made;
  const id = withoutDomain(cased, opts['minion_id_remove_domain'] ?? false);
  if (sources.cacheId && isCaching) writeCachedId(cachePath(opts), id, sources.notices);
  return { id, isAddress: isIPv4(id) };
}

/** The id with `append_domain`, unless it ends so already or is complete with a final dot. */
export function withDomain(id: string, domain: Value | undefined): string {
  if (typeof domain !== 'string' || id.endsWith(domain) || id.endsWith('.')) return id;
  return `${id}.${domain}`;
}

function readCachedId(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (err) {
    if (isMissing(err) || (err instanceof Error && 'code' in err)) return undefined;
    throw err;
  }
  const id = (text.split('\n')[0] ?? '').replace(/^\uFEFF/, '').trim();
  return id === '' || id === 'localhost' ? undefined : id;
}

function writeCachedId(path: string, id: string, notices: Notices): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, id);
  } catch (err) {
    notices.add('error', `Could not cache minion ID: ${err instanceof Error ? err.message : String(err)}`);
  }
}

function withoutDomain(id: string, option: Value): string {
  if (option === true) return id.split('.')[0] ?? id;
  if (typeof option !== 'string' || option === '') return id;
  return id.toUpperCase().endsWith(`.${option.toUpperCase()}`) ? id.slice(0, -option.length - 1) : id;
}

async function callIdFunction(opts: PlainMap, { idFunction }: IdSources): Promise<string> {
  const option = opts['id_function'] ?? null;
  const [name, kwargs] = typeof option === 'string' ? [option, null] : isPlainMap(option) ? Object.entries(option)[0] ?? ['', null] : ['', null];
  if (name === '') throw new ConfigError("'id_function' option is neither a string nor a dictionary");
  const id = await idFunction?.(name, isPlainMap(kwargs) ? kwargs : {});
  if (id === undefined) throw new ConfigError(`Failed to load module ${name}`);
  if (typeof id !== 'string' || id === '') throw new ConfigError(`Function ${name} returned a value that is no text or empty instead of an id`);
  return id;
}
