/**
 * Pillars of plain files, made on the loop of the master: cheaper than asking a thread. Minions that the top files give the same
 * have the same pillar, as the same bytes.
 */
import { encodeBus, encodeNetwork } from '../../bus/codec/codec.js';
import type { Logger } from '../../kernel/contract/log.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { mapHas, mapSize, type PlainMap } from '../../kernel/std/value.js';
import { createSys } from '../../kernel/sys/sys.js';
import { matchPillar, type MatchedPillar, type PillarHost } from '../../sls/pillar/compile.js';
import { isPlainSetup, NotPlainError, plainRenderer } from '../../sls/pillar/plain.js';
import { optionsFor } from '../../sls/pillar/options.js';
import type { PillarRequest } from '../../sls/pillar/request.js';
import type { CompiledPillars } from './compiled-pillars.js';
import { packedPillar, type PackedPillar } from './messages.js';

const ENVIRONMENTS_MAX = 100;

/** What goes wrong is told by the thread, which meets the same. */
const SILENT: Logger = {
  error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined, trace: () => undefined, child: () => SILENT,
};

export class PlainPillars {
  readonly #host: PillarHost;
  readonly #isPlainSetup: boolean;
  readonly #kept: CompiledPillars;
  readonly #bytesMax: number;
  /** Nothing here waits for others. */
  readonly #never = new AbortController();
  /** Pillars being made: who gets the same meanwhile waits for that. */
  readonly #making = new Map<string, Promise<PackedPillar | undefined>>();

  readonly #log: Logger;
  readonly #options = new BoundedCache<string, Readonly<PlainMap>>(ENVIRONMENTS_MAX);

  constructor(opts: Readonly<PlainMap>, kept: CompiledPillars, { bytesMax, log }: { bytesMax: number; log: Logger }) {
    this.#log = log;
    this.#isPlainSetup = isPlainSetup(opts);
    this.#kept = kept;
    this.#bytesMax = bytesMax;
    this.#host = {
      opts, sys: createSys(), log: SILENT, optionsFor: (request) => this.#optionsFor(request, opts), openRenderer: ({ facts, log }) => plainRenderer(facts.opts, log),
      modules: () => {
        throw new NotPlainError('Plain pillars call nothing');
      },
    };
  }

  /** Undefined when it has to be made in a thread: templates, sources, something large, or an error. */
  async make(request: PillarRequest): Promise<PackedPillar | undefined> {
    if (!this.#isPlainSetup || request.external !== undefined || mapSize(request.override) > 0) return undefined;
    const whole = await orUndefined(() => matchPillar(request, this.#host, this.#never.signal));
    if (whole === undefined || whole.errors.length > 0) return undefined;
    const key = JSON.stringify([request.saltenv, request.pillarenv, ...whole.matched]);
    const making = this.#making.get(key) ?? this.#findOrCompile(key, request, whole).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    const made = await making;
    if (made !== undefined) this.#log.debug({ minion: request.id, matched: Object.fromEntries(whole.matched) }, 'pillar top matched');
    return made;
  }

  /** Whose options they are nothing asks here: there are hundreds, and a copy for each request is most of the work. */
  #optionsFor({ saltenv, pillarenv }: PillarRequest, opts: Readonly<PlainMap>): Readonly<PlainMap> {
    return this.#options.get(JSON.stringify([saltenv, pillarenv]), () => optionsFor({ id: '', grains: {}, saltenv, pillarenv }, opts));
  }

  async #findOrCompile(key: string, request: PillarRequest, whole: MatchedPillar): Promise<PackedPillar | undefined> {
    const kept = await this.#kept.find(key, request);
    if (kept !== undefined) return kept;
    const made = await orUndefined(() => whole.compile());
    if (made === undefined || mapHas(made.pillar, '_errors')) return undefined;
    const packed = packedPillar(encodeNetwork(made.pillar), encodeBus(made.pillar), made.inputs);
    if (packed.network.length > this.#bytesMax) return undefined;
    this.#kept.keep(key, packed);
    return packed;
  }
}

async function orUndefined<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    // Not plain, or wrong: the thread finds out and says why.
    return undefined;
  }
}
