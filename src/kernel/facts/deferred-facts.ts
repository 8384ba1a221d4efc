/**
 * Grains of which only a part is known: whoever reads one of the others, or all of them, gets them as if they had been there. Most runs
 * of a command read two or three, and the rest asks a dozen programs.
 *
 * Refuses to know: how grains are gathered. Start at `DeferredFacts`.
 */
import type { PlainMap } from '../std/value.js';

export interface DeferredSources {
  /** The usual way. */
  all(): Promise<PlainMap>;
  /** For a reader that cannot wait. */
  allNow(): PlainMap;
}

export class DeferredFacts {
  readonly #sources: DeferredSources;
  readonly #later: ReadonlySet<PropertyKey>;
  readonly #partial: PlainMap;
  #whole: PlainMap | undefined;
  #gathering: Promise<void> | undefined;

  /** `later`: the names that are not known yet. */
  constructor(known: PlainMap, later: Iterable<string>, sources: DeferredSources) {
    this.#sources = sources;
    this.#later = new Set(later);
    this.#partial = new Proxy(known, this.#traps());
  }

  /** The plain map when all are gathered; before that one that gathers when it has to. */
  get grains(): PlainMap {
    return this.#whole ?? this.#partial;
  }

  /** True when one of these is not known yet. */
  lacks(names: Iterable<string>): boolean {
    return this.#whole === undefined && [...names].some((name) => this.#later.has(name));
  }

  /** Gathers what is missing, once. */
  complete(): Promise<void> {
    if (this.#whole !== undefined) return Promise.resolve();
    this.#gathering ??= this.#sources.all().then((grains) => void (this.#whole ??= grains));
    return this.#gathering;
  }

  #all(): PlainMap {
    this.#whole ??= this.#sources.allNow();
    return this.#whole;
  }

  #traps(): ProxyHandler<PlainMap> {
    /** Who has the answer: the known part as long as it has one, or can tell that there is none. */
    const holder = (known: PlainMap, name: PropertyKey): PlainMap =>
      (this.#whole === undefined && (Object.hasOwn(known, name) || !this.#later.has(name)) ? known : this.#all());
    return {
      get: (known, name) => Reflect.get(holder(known, name), name) as unknown,
      has: (known, name) => Reflect.has(holder(known, name), name),
      ownKeys: () => Reflect.ownKeys(this.#all()),
      // Those of the known part may be seen as they are; of others the engine wants to hear that they can be changed.
      getOwnPropertyDescriptor: (known, name) => {
        const found = Reflect.getOwnPropertyDescriptor(holder(known, name), name);
        return found === undefined ? undefined : { ...found, configurable: true };
      },
      set: (_, name, value) => Reflect.set(this.#all(), name, value),
      deleteProperty: (_, name) => Reflect.deleteProperty(this.#all(), name),
      defineProperty: (_, name, descriptor) => Reflect.defineProperty(this.#all(), name, descriptor),
    };
  }
}
