/**
 * Python's objects as templates see them. Plain values are those of `kernel/std/value.ts`; lists, tuples and sets are
 * arrays; everything else, dicts included, is a `Thing`. Templates reach nothing of JavaScript: every look into an object
 * goes through `Thing` or the tables of members.
 */
import { Tuple, tupleOf, ValueSet } from '../../../kernel/std/sequences.js';
import type { DateTime, Extension, Float, Value } from '../../../kernel/std/value.js';

export type Data = null | boolean | number | bigint | string | Uint8Array | Float | DateTime | Extension | Data[] | Thing;

/** A result that may have to be waited for: calls of functions. */
export type Later<T> = T | Promise<T>;

/** The value, or another where there is none. `??` would take None for nothing. */
export function orElse<T, U>(value: T | undefined, other: () => U): T | U {
  return value === undefined ? other() : value;
}

/** Arguments of a call. */
export interface Args {
  readonly list: readonly Data[];
  readonly named: ReadonlyMap<string, Data>;
}

const NONE_NAMED: ReadonlyMap<string, Data> = new Map();
export const NO_ARGS: Args = { list: [], named: NONE_NAMED };

export function argsOf(...list: Data[]): Args {
  return { list, named: NONE_NAMED };
}

/** What callables may use of the render they run in. */
export interface CallSite {
  /** Every use of an undefined value is an error. */
  readonly strict: boolean;
  /** Counts work; throws when the template has done too much. */
  step(count?: number): void;
  /** `owner.name` and `owner[key]` as templates see them. */
  attribute(owner: Data, name: string): Data;
  item(owner: Data, key: Data): Data;
}

let addresses = 0x7f0000000000;

/** An object with behaviour of its own. */
export abstract class Thing {
  /** Python's name of the type, as `int` or `dict`. */
  abstract readonly typeName: string;
  #address = 0;

  /** Python's `object_type_repr`: what stands before `has no attribute`. */
  get kindText(): string {
    return `${this.typeName} object`;
  }

  get address(): string {
    if (this.#address === 0) this.#address = (addresses += 16);
    return `0x${this.#address.toString(16)}`;
  }

  repr(): string {
    return `<${this.typeName} object at ${this.address}>`;
  }

  /** Python's `str()`. */
  text(): string {
    return this.repr();
  }

  truthy(): boolean {
    return true;
  }

  /** An attribute, or undefined when there is none. */
  member(_name: string): Data | undefined {
    return undefined;
  }

  equals(other: Data): boolean {
    return this === other;
  }

  iterate?(): Iterable<Data>;
  size?(): number;
  /** `thing[key]`, or undefined when there is none. */
  item?(key: Data): Data | undefined;
  contains?(item: Data): boolean;
  /** Names of what is inside, for those who misspelled one. */
  known?(): Iterable<string>;
  call?(args: Args, site: CallSite): Later<Data>;
}

/** A function or method made here. */
export class Builtin extends Thing {
  readonly typeName: string = 'builtin_function_or_method';
  readonly name: string;
  readonly #run: (args: Args, site: CallSite) => Later<Data>;
  readonly #owner: string | undefined;

  constructor(name: string, run: (args: Args, site: CallSite) => Later<Data>, owner?: string) {
    super();
    this.name = name;
    this.#run = run;
    this.#owner = owner;
  }

  override repr(): string {
    return this.#owner === undefined ? `<function ${this.name} at ${this.address}>` : `<built-in method ${this.name} of ${this.#owner} object at ${this.address}>`;
  }

  override call(args: Args, site: CallSite): Later<Data> {
    return this.#run(args, site);
  }
}

/** Values that are made once and handed out once: what `map`, `select` and `zip` give. */
export class OneTime extends Thing {
  readonly typeName: string;
  readonly #label: string;
  readonly #items: Iterator<Data>;

  constructor(items: Iterable<Data>, typeName = 'generator', label = typeName) {
    super();
    this.typeName = typeName;
    this.#label = label;
    this.#items = items[Symbol.iterator]();
  }

  override repr(): string {
    return `<${this.#label} at ${this.address}>`;
  }

  override iterate(): Iterable<Data> {
    return { [Symbol.iterator]: () => this.#items };
  }
}

export function tuple(items: Iterable<Data>): Data[] {
  return tupleOf(items as Iterable<Value>) as Data[];
}

declare const KIND: unique symbol;
type TupleData = Data[] & { readonly [KIND]: 'tuple' };
type SetData = Data[] & { readonly [KIND]: 'set' };

export function isTuple(data: Data): data is TupleData {
  return data instanceof Tuple;
}

/** A set of items known to be different. */
export function rawSet(items: Iterable<Data>): Data[] {
  const set = new ValueSet();
  for (const item of items) set.push(item as Value);
  return set as Data[];
}

export function isSet(data: Data): data is SetData {
  return data instanceof ValueSet;
}

/** A list that is neither tuple nor set. */
export function isList(data: Data): data is Data[] & { readonly [KIND]?: never } {
  return Array.isArray(data) && !(data instanceof Tuple) && !(data instanceof ValueSet);
}
