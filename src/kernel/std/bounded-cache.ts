/** A map that forgets what was not used for the longest time. */
export class BoundedCache<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #sizeMax: number;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The kept value, else the made one, which is then kept. What `make` throws is not kept. */
  get(key: Key, make: () => Value): Value {
    const known = this.#entries.get(key);
    if (known !== undefined || this.#entries.has(key)) {
      this.#entries.delete(key);
      this.#entries.set(key, known as Value);
      return known as Value;
    }
    const made = make();
    this.#entries.set(key, made);
    if (this.#entries.size > this.#sizeMax) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    return made;
  }
}
