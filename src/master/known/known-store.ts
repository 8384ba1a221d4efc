/**
 * What minions told the master, in Salt's cache layout: one msgpack file for each bank and key. Held in memory as well.
 *
 * Source: golden wire/events (cache_files); observed: `cachedir/<bank>/<key>.p`.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CodecError, decodeBus, encodeBus } from '../../bus/codec/codec.js';
import { LazyWriter } from '../../kernel/sys/lazy-writer.js';
import { isSafeName } from '../../kernel/sys/safe-path.js';
import { equalValues, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KnownPort } from '../../kernel/contract/ports.js';

const ENDING = '.p';

export class KnownStore implements KnownPort, AsyncDisposable {
  readonly #dir: string;
  /** Bank and key to value, or to the bytes of one that nobody asked for yet; null: known not to be there. */
  readonly #values = new Map<string, Value | Packed | null>();
  readonly #banks = new Map<string, Set<string>>();
  /** When values of `setPacked` were told. */
  readonly #told = new Map<string, number>();
  readonly #writer: LazyWriter;
  readonly #onError: (error: unknown, path: string) => void;

  /** Files are written a moment later: what is lost in a crash is told again by the minion. */
  constructor(cacheDir: string, onError: (error: unknown, path: string) => void) {
    this.#dir = cacheDir;
    this.#onError = onError;
    this.#writer = new LazyWriter({ mode: 0o600, onError });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }

  getNow(bank: string, key: string): Value | undefined {
    const at = `${bank}/${key}`;
    const known = this.#values.get(at);
    if (known !== undefined && !(known instanceof Packed)) return known ?? undefined;
    const value = known === undefined ? this.#read(bank, key) : decodeBus(known.bytes);
    this.#values.set(at, value ?? null);
    return value;
  }

  mapNow(bank: string, key: string): PlainMap | undefined {
    const value = this.getNow(bank, key);
    return isPlainMap(value) ? value : undefined;
  }

  setNow(bank: string, key: string, value: Value): void {
    const path = this.#path(bank, key);
    const at = `${bank}/${key}`;
    if (equalValues(this.getNow(bank, key), value)) return;
    this.#values.set(at, value);
    this.#banks.get(bank)?.add(key);
    this.#writer.write(path, encodeBus(value));
  }

  /** As `setNow`, for a value that is large and seldom asked for: bytes of `encodeBus`. */
  setPacked(bank: string, key: string, bytes: Uint8Array): void {
    const at = `${bank}/${key}`;
    this.#told.set(at, Date.now());
    const known = this.#values.get(at);
    if (known instanceof Packed && Buffer.compare(known.bytes, bytes) === 0) return;
    this.#values.set(at, new Packed(bytes));
    this.#banks.get(bank)?.add(key);
    this.#writer.write(this.#path(bank, key), bytes);
  }

  /** Bytes of a value as `encodeBus` writes it. */
  packedNow(bank: string, key: string): Uint8Array | undefined {
    const known = this.#values.get(`${bank}/${key}`);
    if (known instanceof Packed) return known.bytes;
    const value = this.getNow(bank, key);
    return value === undefined ? undefined : encodeBus(value);
  }

  /** How long ago a value was told; undefined when there is none. */
  ageMs(bank: string, key: string): number | undefined {
    if (this.getNow(bank, key) === undefined) return undefined;
    const told = this.#told.get(`${bank}/${key}`) ?? statSync(this.#path(bank, key), { throwIfNoEntry: false })?.mtimeMs;
    return told === undefined ? undefined : Date.now() - told;
  }

  get(bank: string, key: string): Promise<Value | undefined> {
    return Promise.resolve(this.getNow(bank, key));
  }

  set(bank: string, key: string, value: Value): Promise<void> {
    this.setNow(bank, key, value);
    return Promise.resolve();
  }

  list(bank: string): Promise<string[]> {
    return Promise.resolve([...this.keysNow(bank)].sort());
  }

  #keysOnDisk(bank: string): string[] {
    try {
      const names = readdirSync(join(this.#dir, checked(bank)));
      return names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -ENDING.length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  async flush(bank: string, key?: string): Promise<void> {
    const keys = key === undefined ? await this.list(bank) : [key];
    for (const each of keys) {
      this.#values.set(`${bank}/${each}`, null);
      this.#told.delete(`${bank}/${each}`);
      this.#banks.get(bank)?.delete(each);
      await this.#writer.remove(this.#path(bank, each));
    }
  }

  /** Has the next look at a name read its files again: another program changed them. */
  reread(name: string): void {
    for (const at of this.#values.keys()) if (at.endsWith(`/${name}`)) this.#values.delete(at);
  }

  async contains(bank: string, key?: string): Promise<boolean> {
    return key === undefined ? (await this.list(bank)).length > 0 : this.getNow(bank, key) !== undefined;
  }

  /** Keys of a bank: those on disk when it was first asked for, and those set since. */
  keysNow(bank: string): ReadonlySet<string> {
    const known = this.#banks.get(bank);
    if (known !== undefined) return known;
    const keys = new Set(this.#keysOnDisk(bank));
    for (const [at, value] of this.#values) if (value !== null && at.startsWith(`${bank}/`)) keys.add(at.slice(bank.length + 1));
    this.#banks.set(bank, keys);
    return keys;
  }

  /** A damaged file is told and is as good as none: the minion tells it again. */
  #read(bank: string, key: string): Value | undefined {
    const path = this.#path(bank, key);
    const pending = this.#writer.pending(path);
    try {
      return decodeBus(pending === undefined ? readFileSync(path) : Buffer.from(pending as Uint8Array));
    } catch (error) {
      if (error instanceof CodecError) this.#onError(error, path);
      else if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
  }

  #path(bank: string, key: string): string {
    return join(this.#dir, checked(bank), `${checked(key)}${ENDING}`);
  }
}

class Packed {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** Banks and keys are single names. @throws RangeError */
function checked(name: string): string {
  if (!name.split('/').every(isSafeName)) throw new RangeError(`'${name}' is no name of a cache bank or key`);
  return name;
}
