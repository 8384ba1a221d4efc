/** Objects of Python's own that are neither values nor containers of ours: ranges and views of dicts. */
import { PythonError } from '../../../kernel/contract/errors.js';
import { equal } from './compare.js';
import { Builtin, type Data, isTuple, Thing, tuple } from './data.js';
import type { Dict } from './dict.js';
import { valueError } from './errors.js';
import { RANGE_MAX } from './limits.js';
import { isInt } from './numbers.js';
import { reprOf } from './text.js';

/** `range(start, stop, step)` of whole numbers that JavaScript holds exactly. */
export class Range extends Thing {
  readonly typeName = 'range';
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly length: number;

  /** @throws PythonError OverflowError for more items than the sandbox allows */
  constructor(start: number, stop: number, step: number) {
    super();
    if (step === 0) throw valueError('range() arg 3 must not be zero');
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
    if (this.length > RANGE_MAX) {
      throw new PythonError('OverflowError', `Range too big. The sandbox blocks ranges larger than MAX_RANGE (${RANGE_MAX}).`);
    }
  }

  override repr(): string {
    return this.step === 1 ? `range(${this.start}, ${this.stop})` : `range(${this.start}, ${this.stop}, ${this.step})`;
  }

  override truthy(): boolean {
    return this.length > 0;
  }

  override size(): number {
    return this.length;
  }

  override *iterate(): Generator<Data> {
    for (let at = 0; at < this.length; at++) yield this.start + at * this.step;
  }

  override item(key: Data): Data | undefined {
    if (!isInt(key)) return undefined;
    const at = Number(key) < 0 ? Number(key) + this.length : Number(key);
    return at >= 0 && at < this.length ? this.start + at * this.step : undefined;
  }

  override equals(other: Data): boolean {
    return other instanceof Range && other.length === this.length && (this.length === 0 || (other.start === this.start && (this.length === 1 || other.step === this.step)));
  }

  /** `range[from:to:by]`; null stands for a part that is left out. @throws PythonError ValueError for a step of 0 */
  slice(from: number | null, to: number | null, by: number): Range {
    if (by === 0) throw valueError('slice step cannot be zero');
    const [lowest, highest] = by > 0 ? [0, this.length] : [-1, this.length - 1];
    const place = (at: number | null, missing: number): number => (at === null ? missing : Math.min(Math.max(at < 0 ? at + this.length : at, lowest), highest));
    const first = place(from, by > 0 ? lowest : highest);
    const end = place(to, by > 0 ? highest : lowest);
    return new Range(this.start + first * this.step, this.start + end * this.step, this.step * by);
  }

  #indexOf(item: Data): number {
    const at = Array.from(this.iterate()).findIndex((one) => equal(one, item));
    if (at < 0) throw valueError(`${reprOf(item)} is not in range`);
    return at;
  }

  override member(name: string): Data | undefined {
    if (name === 'count') return new Builtin(name, ({ list: [item = null] }) => Array.from(this.iterate()).filter((one) => equal(one, item)).length, 'range');
    if (name === 'index') return new Builtin(name, ({ list: [item = null] }) => this.#indexOf(item), 'range');
    return name === 'start' || name === 'stop' || name === 'step' ? this[name] : undefined;
  }
}

export type ViewKind = 'keys' | 'values' | 'items';

/** `d.keys()`, `d.values()`, `d.items()`: follow the dict. */
export class DictView extends Thing {
  readonly typeName: string;
  readonly #dict: Dict;
  readonly #kind: ViewKind;

  constructor(dict: Dict, kind: ViewKind) {
    super();
    this.#dict = dict;
    this.#kind = kind;
    this.typeName = `dict_${kind}`;
  }

  override repr(): string {
    return `${this.typeName}(${reprOf([...this.iterate()])})`;
  }

  override truthy(): boolean {
    return this.#dict.length > 0;
  }

  override size(): number {
    return this.#dict.length;
  }

  override *iterate(): Generator<Data> {
    const size = this.#dict.length;
    for (const [key, value] of this.#dict.entries()) {
      yield this.#kind === 'keys' ? key : this.#kind === 'values' ? value : tuple([key, value]);
      if (this.#dict.length !== size) throw new PythonError('RuntimeError', 'dictionary changed size during iteration');
    }
  }

  override contains(item: Data): boolean {
    if (this.#kind === 'keys') return this.#dict.has(item);
    if (this.#kind === 'values') return [...this.#dict.values()].some((value) => equal(value, item));
    if (!isTuple(item) || item.length !== 2) return false;
    const found = this.#dict.get(item[0] as Data);
    return found !== undefined && equal(found, item[1] as Data);
  }

  override equals(other: Data): boolean {
    if (this === other) return true;
    if (!(other instanceof DictView) || this.#kind === 'values' || other.#kind !== this.#kind || other.size() !== this.size()) return false;
    return [...this.iterate()].every((item) => other.contains(item));
  }
}
