/** Secrets of the engines KV version 1 and 2; which of them a path has, Vault is asked. Source: documentation of Vault, "KV secrets engine"; Salt 3007. */
import { isList, isMap, isPlainMap, mapEntries, mapFrom, mapGet, type Value, type ValueMap } from '../../std/value.js';
import type { Vault } from './client.js';
import { DENIED, isVaultError, NOT_FOUND, UNSUPPORTED, VaultError } from './error.js';

type Part = 'data' | 'metadata' | 'delete' | 'destroy';

interface Place {
  readonly isVersioned: boolean;
  /** The path as the API wants it. */
  at(part: Part): string;
}

const trimmed = (path: string): string => path.replace(/^\/+|\/+$/g, '');
const mapIn = (value: Value, key: string): ValueMap => {
  const found = isMap(value) ? mapGet(value, key) ?? null : null;
  return isMap(found) ? found : {};
};

export class VaultKv {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** With metadata: `{data, metadata}`, on version 2. @throws VaultError */
  async read(path: string, withMetadata = false): Promise<ValueMap> {
    const place = await this.#placeOf(path);
    const found = mapIn(await this.#vault.ask('GET', place.at('data')), 'data');
    return place.isVersioned && !withMetadata ? mapIn(found, 'data') : found;
  }

  /** What Vault says of the new version; true on version 1. @throws VaultError */
  async write(path: string, data: Value): Promise<Value> {
    return this.#put(await this.#placeOf(path), data);
  }

  /** Keys with none go (JSON merge patch). Without the right to patch, it is read and written. @throws VaultError */
  async patch(path: string, data: ValueMap): Promise<Value> {
    const place = await this.#placeOf(path);
    if (!place.isVersioned) return this.#put(place, patched(await this.read(path), data));
    try {
      return told(await this.#vault.ask('PATCH', place.at('data'), { payload: { data }, contentType: 'application/merge-patch+json' }));
    } catch (error) {
      if (!isVaultError(error, DENIED, UNSUPPORTED)) throw error;
      const before = await this.read(path, true);
      // Only onto what was read: another's change in between is not lost.
      return this.#put(place, patched(mapIn(before, 'data'), data), mapGet(mapIn(before, 'metadata'), 'version') ?? null);
    }
  }

  /** On version 2 the data can come back. @throws VaultError */
  async remove(path: string, versions: readonly Value[]): Promise<Value> {
    const place = await this.#placeOf(path);
    if (versions.length === 0) return this.#vault.ask('DELETE', place.at('data'));
    if (!place.isVersioned) throw new VaultError('VaultInvocationError', 'Versioning support requires KV v2.');
    return this.#vault.ask('POST', place.at('delete'), { payload: { versions: versions.map(readVersion) } });
  }

  /** @throws VaultError */
  async destroy(path: string, versions: readonly Value[]): Promise<Value> {
    const place = await this.#placeOf(path);
    if (!place.isVersioned) throw new VaultError('VaultInvocationError', 'Destroy operation requires KV v2.');
    return this.#vault.ask('POST', place.at('destroy'), { payload: { versions: versions.map(readVersion) } });
  }

  /** @throws VaultError */
  async list(path: string): Promise<Value[]> {
    const keys = mapGet(mapIn(await this.#vault.ask('LIST', (await this.#placeOf(path)).at('metadata')), 'data'), 'keys') ?? null;
    return isList(keys) ? [...keys] : [];
  }

  async #put(place: Place, data: Value, cas: Value = null): Promise<Value> {
    const payload = place.isVersioned ? { data, ...(cas === null ? {} : { options: { cas } }) } : data;
    return told(await this.#vault.ask('POST', place.at('data'), { payload }));
  }

  /** What Vault does not tell of is taken as version 1, as Salt does. */
  async #placeOf(path: string): Promise<Place> {
    const whole = trimmed(path);
    const mount = await this.#mountOf(whole);
    const options = mapIn(mount, 'options');
    const name = trimmed(String(mapGet(mount, 'path') ?? ''));
    if (mapGet(options, 'version') !== '2' || !`${whole}/`.startsWith(`${name}/`)) return { isVersioned: false, at: () => whole };
    const [first = '', ...rest] = trimmed(whole.slice(name.length)).split('/');
    // A path as the API has it, `secret/data/x`, is understood too.
    const steps = first === 'data' || first === 'metadata' ? rest : [first, ...rest];
    return { isVersioned: true, at: (part) => trimmed([name, part, ...steps].join('/')) };
  }

  async #mountOf(path: string): Promise<ValueMap> {
    try {
      return mapIn(await this.#vault.ask('GET', `sys/internal/ui/mounts/${path}`), 'data');
    } catch (error) {
      if (isVaultError(error, DENIED, NOT_FOUND, 'VaultInvocationError')) return {};
      throw error;
    }
  }
}

const told = (answer: Value): Value => (isPlainMap(answer) ? answer['data'] ?? null : answer);

function readVersion(value: Value): number {
  const version = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof version === 'number' && Number.isSafeInteger(version)) return version;
  throw new VaultError('VaultInvocationError', 'Versions have to be specified as integers.');
}

function patched(data: ValueMap, patch: ValueMap): ValueMap {
  const entries = new Map(mapEntries(data));
  for (const [key, value] of mapEntries(patch)) {
    const old = entries.get(key) ?? null;
    if (value === null) entries.delete(key);
    else entries.set(key, isMap(value) ? patched(isMap(old) ? old : {}, value) : value);
  }
  return mapFrom(entries);
}
