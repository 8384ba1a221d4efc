/**
 * What the master knows minions' pillars by: for targeting, and with `pillar_cache` as the answer until it is older than
 * `pillar_cache_ttl`.
 *
 * Source: read, Salt 3008.3; config `pillar_cache`, `pillar_cache_ttl`, `minion_data_cache`.
 */
import { encodeNetwork } from '../../bus/codec/codec.js';
import { isMap, mapSize, type PlainMap } from '../../kernel/std/value.js';
import type { PillarRequest } from '../../sls/pillar/request.js';
import type { KnownStore } from '../known/known-store.js';
import { CompiledPillar } from './pillar-desk.js';

const BANK = 'pillar';
const TTL_SECONDS = 3600;

export class KeptPillars {
  readonly #known: KnownStore;
  readonly #isCache: boolean;
  readonly #ttlMs: number;

  constructor(known: KnownStore, opts: Readonly<PlainMap>) {
    this.#known = known;
    this.#isCache = opts['pillar_cache'] === true;
    this.#ttlMs = Number(opts['pillar_cache_ttl'] ?? TTL_SECONDS) * 1000;
  }

  /** The kept pillar where the configuration takes it as the answer. An override or a source of its own is asked for afresh. */
  find(request: PillarRequest): CompiledPillar | undefined {
    if (!this.#isCache || mapSize(request.override) > 0 || request.external !== undefined) return undefined;
    const age = this.#known.ageMs(BANK, keyOf(request));
    if (age === undefined || age > this.#ttlMs) return undefined;
    const packed = this.#known.packedNow(BANK, keyOf(request));
    const value = packed === undefined ? undefined : new CompiledPillar({ network: packed, bus: packed }).value();
    if (packed === undefined || !isMap(value ?? null) || mapSize(value ?? {}) === 0) return undefined;
    return new CompiledPillar({ network: encodeNetwork(value ?? {}), bus: packed });
  }

  keep(request: PillarRequest, { bus }: CompiledPillar): void {
    const { id, pillarenv } = request;
    if (pillarenv === null || this.#isOnlyEnvironment(request)) this.#known.setPacked(BANK, id, bus);
    if (pillarenv !== null) this.#known.setPacked(BANK, keyOf(request), bus);
  }

  /**
   * Differs: in Salt a minion with a fixed `pillarenv` cannot be targeted by its pillar. Here that of its environment stands
   * for it, as long as the minion asks for no other; one that is asked for once besides changes nothing.
   */
  #isOnlyEnvironment(request: PillarRequest): boolean {
    const whole = this.#known.packedNow(BANK, request.id);
    const before = this.#known.packedNow(BANK, keyOf(request));
    return whole === undefined || (before !== undefined && Buffer.compare(whole, before) === 0);
  }
}

/** Pillars of an environment are kept beside that of the minion, by which it is targeted. */
const keyOf = ({ id, pillarenv }: PillarRequest): string => (pillarenv === null ? id : `${id}:${pillarenv}`);
