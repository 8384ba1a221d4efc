/** Python's dict: mutable, in order of insertion, keys of any hashable type; 1, 1.0 and True are one key. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { Float, isBytes } from '../../../kernel/std/value.js';
import { type Data, isTuple, Thing } from './data.js';
import { typeError } from './errors.js';
import { Markup } from './markup.js';
import { nameOfType } from './type-name.js';
import { Undefined } from './undefined.js';

const ESCAPE = '\u0000';

/** What stands for a key in a Map: equal for keys that Python takes for the same. @throws PythonError for unhashable keys */
export function hashOf(key: Data): unknown {
  if (typeof key === 'string') return key.charCodeAt(0) === 0 ? `${ESCAPE}s${key}` : key;
  if (typeof key === 'number' || key === null || typeof key === 'bigint') return key;
  if (typeof key === 'boolean') return key ? 1 : 0;
  if (key instanceof Float) return Number.isSafeInteger(key.value) ? key.value + 0 : BigInt(key.value);
  if (key instanceof Markup) return hashOf(key.value);
  if (isTuple(key)) return `${ESCAPE}t${key.map((item) => partOf(hashOf(item))).join(',')}`;
  if (isBytes(key)) return `${ESCAPE}b${Buffer.from(key).toString('latin1')}`;
  if (key instanceof Undefined) key.check();
  if (Array.isArray(key) || key instanceof Dict || (key instanceof Thing && /^dict_(?:keys|items)$/.test(key.typeName))) throw typeError(`unhashable type: '${nameOfType(key)}'`);
  return key;
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

function partOf(hash: unknown): string {
  if (typeof hash === 'string') return JSON.stringify(hash);
  if (typeof hash !== 'object' || hash === null) return String(hash);
  const known = identities.get(hash) ?? ++identityCount;
  identities.set(hash, known);
  return `#${known}`;
}

/** Where the entries of a dict come from. What `get` gives for a key is the same each time, and what `fill` puts there. */
export interface DictSource {
  get(key: string): Data | undefined;
  has(key: string): boolean;
  fill(dict: Dict): void;
}

export class Dict extends Thing {
  readonly typeName: string = 'dict';
  /** True for `odict`: keeps its order where dumpers sort. */
  readonly ordered: boolean;
  readonly #kind: string | undefined;
  readonly #values = new Map<unknown, Data>();
  /** Keys that are not their own hash. */
  #keys: Map<unknown, Data> | undefined;
  #source: DictSource | undefined;
  #isTouched = false;

  /** `source`: the entries, taken when they are first needed. `kind` stands in error texts instead of `dict`. */
  constructor(options: { kind?: string; ordered?: boolean; source?: DictSource } = {}) {
    super();
    this.#kind = options.kind;
    this.ordered = options.ordered ?? false;
    this.#source = options.source;
  }

  static of(entries: Iterable<readonly [Data, Data]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  override get kindText(): string {
    return `${this.#kind ?? this.typeName} object`;
  }

  /** True while nobody has looked inside or changed anything. */
  get untouched(): boolean {
    return this.#source !== undefined && !this.#isTouched;
  }

  #filled(): Map<unknown, Data> {
    const source = this.#source;
    if (source !== undefined) {
      this.#source = undefined;
      source.fill(this);
    }
    return this.#values;
  }

  /** The source, for a key that it can look up by itself: one value of many needs no others. */
  #sourceOf(key: Data): DictSource | undefined {
    return this.#source !== undefined && typeof key === 'string' && key.charCodeAt(0) !== 0 ? this.#source : undefined;
  }

  get length(): number {
    return this.#filled().size;
  }

  get(key: Data): Data | undefined {
    const source = this.#sourceOf(key);
    if (source === undefined) return this.#filled().get(hashOf(key));
    this.#isTouched = true;
    return source.get(key as string);
  }

  has(key: Data): boolean {
    return this.#sourceOf(key)?.has(key as string) ?? this.#filled().has(hashOf(key));
  }

  set(key: Data, value: Data): void {
    const values = this.#filled();
    const hash = hashOf(key);
    if (hash !== key && !values.has(hash)) (this.#keys ??= new Map()).set(hash, key);
    values.set(hash, value);
  }

  delete(key: Data): boolean {
    const hash = hashOf(key);
    this.#keys?.delete(hash);
    return this.#filled().delete(hash);
  }

  clear(): void {
    this.#filled().clear();
    this.#keys = undefined;
  }

  *keys(): Generator<Data> {
    const values = this.#filled();
    if (this.#keys === undefined) yield* values.keys() as Iterable<Data>;
    else for (const hash of values.keys()) yield this.#keyOf(hash);
  }

  #keyOf(hash: unknown): Data {
    return this.#keys?.has(hash) === true ? this.#keys.get(hash) as Data : hash as Data;
  }

  values(): Iterable<Data> {
    return this.#filled().values();
  }

  *entries(): Generator<[Data, Data]> {
    for (const [hash, value] of this.#filled()) yield [this.#keyOf(hash), value];
  }

  override truthy(): boolean {
    return this.length > 0;
  }

  override size(): number {
    return this.length;
  }

  /** Keys; changing the dict meanwhile is an error, as in Python. */
  override *iterate(): Generator<Data> {
    const size = this.length;
    for (const key of this.keys()) {
      yield key;
      if (this.length !== size) throw new PythonError('RuntimeError', 'dictionary changed size during iteration');
    }
  }

  override item(key: Data): Data | undefined {
    return this.get(key);
  }

  override known(): Iterable<string> {
    return Array.from(this.keys()).filter((key) => typeof key === 'string');
  }

  override contains(key: Data): boolean {
    return this.has(key);
  }
}
