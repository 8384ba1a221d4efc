/**
 * Compiled pillars by what went in: the request with all grains, and the files as they were. A pillar is given again only
 * after a look at its files; one that asked functions, external sources, the clock or chance is never kept.
 */
import { createHash } from 'node:crypto';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { Roots } from '../../kernel/sys/tree/roots.js';
import { stillHolds } from '../../sls/pillar/inputs.js';
import { optionsFor } from '../../sls/pillar/options.js';
import type { PillarRequest } from '../../sls/pillar/request.js';
import { pillarRoots } from '../../sls/pillar/tree.js';
import type { PackedPillar } from './messages.js';

const BYTES_MAX = 256 * 1024 * 1024;
/** A key and its place. */
const ENTRY_BYTES = 300;
const ENVIRONMENTS_MAX = 100;

interface Kept {
  readonly pillar: PackedPillar;
  readonly bytes: number;
}

export class CompiledPillars {
  readonly #opts: Readonly<PlainMap>;
  readonly #kept = new Map<string, Kept>();
  readonly #roots = new BoundedCache<string, Roots>(ENVIRONMENTS_MAX);
  #bytes = 0;

  constructor(opts: Readonly<PlainMap>) {
    this.#opts = opts;
  }

  static keyOf(request: Uint8Array): string {
    return createHash('sha256').update(request).digest('base64');
  }

  /** The kept pillar, if all that went in is what it was. */
  async find(key: string, request: PillarRequest): Promise<PackedPillar | undefined> {
    const kept = this.#kept.get(key);
    const roots = this.#rootsFor(request);
    if (kept === undefined) return undefined;
    const isGood = await stillHolds(kept.pillar.inputs, roots);
    // Another may have taken its place meanwhile.
    if (this.#kept.get(key) !== kept) return isGood ? kept.pillar : undefined;
    if (!isGood) {
      this.#drop(key);
      return undefined;
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.pillar;
  }

  /** `isShared`: its bytes are kept under another key as well. */
  keep(key: string, pillar: PackedPillar, isShared = false): void {
    if (pillar.inputs.fleeting !== '') return;
    this.#drop(key);
    const bytes = ENTRY_BYTES + (isShared ? 0 : sizeOf(pillar));
    this.#kept.set(key, { pillar, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= BYTES_MAX) return;
      this.#drop(oldest);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
  }

  #rootsFor(request: PillarRequest): Roots {
    return this.#roots.get(JSON.stringify([request.saltenv, request.pillarenv]), () => pillarRoots(optionsFor(request, this.#opts)));
  }
}

/** Bytes, and about what the names of the files take. */
const sizeOf = ({ network, bus, inputs }: PackedPillar): number => network.length + (bus === network ? 0 : bus.length) + 300 * inputs.files.length;
