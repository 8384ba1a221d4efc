/** A map that takes its entries one by one; a key that it has is not plain YAML. */
import { isPlainKey, type PlainMap, type Value, type ValueMap } from '../../std/value.js';
import { keyIdentity } from '../key-identity.js';
import { notPlain } from './cursor.js';

export class GrowingMap {
  #plain: PlainMap = {};
  #map: Map<Value, Value> | undefined;
  #seen = new Set<string>();

  get value(): ValueMap {
    return this.#map ?? this.#plain;
  }

  add(key: Value, value: Value): void {
    if (this.#map === undefined && isPlainKey(key)) {
      if (Object.hasOwn(this.#plain, key)) notPlain();
      this.#plain[key] = value;
      return;
    }
    this.#map ??= this.#widened();
    const identity = keyIdentity(key);
    if (this.#seen.has(identity)) notPlain();
    this.#seen.add(identity);
    this.#map.set(key, value);
  }

  #widened(): Map<Value, Value> {
    const entries = Object.entries(this.#plain);
    this.#seen = new Set(entries.map(([key]) => keyIdentity(key)));
    return new Map<Value, Value>(entries);
  }
}
