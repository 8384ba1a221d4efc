/**
 * Compiles pillars for whoever asks the master: from what is kept, else in threads of their own, so that the loop of the
 * master never waits for a template and no pillar for another. Start at `PillarDesk.pillar`.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { decodeBus, encodeBus } from '../../bus/codec/codec.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PluginKind } from '../../kernel/contract/plugin.js';
import { asError, TaskGroup } from '../../kernel/std/async.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { PillarRequest } from '../../sls/pillar/request.js';
import { CompiledPillars } from './compiled-pillars.js';
import type { PackedPillar, Wanted } from './messages.js';
import { PlainPillars } from './plain-pillars.js';
import { PillarThread, ThreadLostError } from './pillar-thread.js';

export interface DeskLimits {
  /** How long one pillar may take. */
  readonly ms: number;
  /** How long one that was told to stop may take to do so, before its thread is ended. */
  readonly stopMs: number;
  readonly threads: number;
  /** Pillars under way in one thread: most of them wait for somebody. */
  readonly inOneThread: number;
  readonly bytesMax: number;
  /** A thread without work ends after so long. */
  readonly idleMs: number;
}

const USUAL: DeskLimits = {
  ms: 60_000, stopMs: 1000, threads: Math.max(2, Math.min(4, availableParallelism())), inOneThread: 16, bytesMax: 32 * 1024 * 1024, idleMs: 20_000,
};
/** A pillar whose thread ended is begun anew once: the thread may have ended because of another. */
const ATTEMPTS = 2;
/** A pillar that waited so long for its turn begins in a further thread: a thread costs 0.2 s and 20 MB. */
const WAIT_MS = 1000;
/** Threads beside the usual ones for pillars of a thread that stalled. */
const SUSPECTS_AT_ONCE = 3;
/** No port: files of the master as a file client in the thread asks for them. */
const FILE_SOURCE = 'fileSource';
const KINDS: readonly PluginKind[] = ['modules', 'pillar', 'renderers', 'sdb', 'matchers', 'serializers'];

export interface DeskParts {
  readonly distDir: string;
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly userDirs: (kind: PluginKind) => readonly string[];
  /** What functions in templates may reach of the master. */
  readonly ports: () => Readonly<Record<string, object>>;
  readonly limits?: Partial<DeskLimits>;
}

/** A compiled pillar: as bytes for the reply and for the cache on disk, or as a value. */
export class CompiledPillar {
  readonly network: Uint8Array;
  readonly bus: Uint8Array;

  constructor({ network, bus }: Pick<PackedPillar, 'network' | 'bus'>) {
    this.network = network;
    this.bus = bus;
  }

  value(): PlainMap {
    const value = decodeBus(this.bus);
    return isPlainMap(value) ? value : {};
  }
}

export class PillarDesk implements AsyncDisposable {
  readonly #parts: DeskParts;
  readonly #limits: DeskLimits;
  readonly #kept: CompiledPillars;
  readonly #threads = new Set<PillarThread>();
  /** Pillars being made: who asks for the same meanwhile gets that. */
  readonly #making = new Map<string, Promise<PackedPillar>>();
  /** Threads for one pillar each. */
  readonly #ownThreads = new Set<PillarThread>();
  readonly #tasks: TaskGroup;
  readonly #suspects: TaskGroup;
  readonly #plain: PlainPillars;
  /** Asked for: kept as they were, made on the loop, made in a thread. */
  readonly #counters = { hits: 0, plain: 0, misses: 0 };
  #isClosed = false;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    this.#limits = { ...USUAL, ...parts.limits };
    this.#kept = new CompiledPillars(parts.opts);
    this.#plain = new PlainPillars(parts.opts, this.#kept, { bytesMax: this.#limits.bytesMax, log: parts.log });
    const onError = (err: unknown): void => parts.log.error({ err }, 'pillar task failed');
    this.#tasks = new TaskGroup({ limit: this.#limits.threads * this.#limits.inOneThread, onError });
    this.#suspects = new TaskGroup({ limit: SUSPECTS_AT_ONCE, onError });
  }

  get counters() {
    return { ...this.#counters, threads: this.#threads.size, waiting: this.#making.size };
  }

  /** Never fails for what is in pillar files or sources: then the pillar is an error under `_errors`. */
  async pillar(request: PillarRequest): Promise<CompiledPillar> {
    const bytes = encodeBus(plainRequest(request));
    const key = CompiledPillars.keyOf(bytes);
    const kept = await this.#kept.find(key, request);
    if (kept !== undefined) {
      this.#counters.hits += 1;
      return new CompiledPillar(kept);
    }
    const plain = await this.#plain.make(request);
    if (plain !== undefined) {
      this.#counters.plain += 1;
      this.#kept.keep(key, plain, true);
      return new CompiledPillar(plain);
    }
    this.#counters.misses += 1;
    try {
      const made = await this.#make(key, bytes);
      this.#kept.keep(key, made);
      return new CompiledPillar(made);
    } catch (error) {
      const err = asError(error);
      this.#parts.log.error({ minion: request.id, err }, 'pillar cannot be compiled');
      // The kind of failure is no secret; what the text of an unexpected one holds nobody knows.
      const told = err instanceof CommandExecutionError ? err.message : `The pillar failed to compile (${err.name}). Please see master log for details.`;
      const failed = { _errors: [told] };
      return new CompiledPillar({ network: encodeBus(failed), bus: encodeBus(failed) });
    }
  }

  /** The merged top files for a minion, and what is wrong with them. @throws what the compilation throws */
  async top(request: PillarRequest): Promise<{ top: Value; errors: readonly string[] }> {
    const { bus } = await this.#inThread('top', encodeBus(plainRequest(request)));
    const { top = {}, errors = [] } = decodeBus(bus) as PlainMap;
    return { top, errors: Array.isArray(errors) ? (errors as readonly Value[]).map(String) : [] };
  }

  /** Forgets all kept pillars, and has threads of later ones load the plugins of users anew. */
  forget(): void {
    this.#kept.clear();
    for (const thread of this.#threads) {
      // It gets nothing more, and ends with what it is at.
      this.#ownThreads.add(thread);
      this.#endIdle(thread);
    }
  }

  #endIdle(thread: PillarThread): void {
    if (!this.#ownThreads.has(thread) || thread.busy > 0) return;
    thread.end().catch((err: unknown) => this.#parts.log.error({ err }, 'a thread of pillars did not end'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#threads].map((thread) => thread.end()));
    await this.#tasks[Symbol.asyncDispose]();
    await this.#suspects[Symbol.asyncDispose]();
  }

  #make(key: string, bytes: Uint8Array): Promise<PackedPillar> {
    const making = this.#making.get(key) ?? this.#inThread('pillar', bytes).finally(() => this.#making.delete(key));
    this.#making.set(key, making);
    return making;
  }

  #inThread(wanted: Wanted, bytes: Uint8Array): Promise<PackedPillar> {
    const askedAt = performance.now();
    return new Promise((resolve, reject) => {
      this.#tasks.start(() => this.#tryThreads(wanted, bytes, askedAt).then(resolve, reject)).catch(reject);
    });
  }

  async #tryThreads(wanted: Wanted, bytes: Uint8Array, askedAt: number): Promise<PackedPillar> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#isClosed) throw new CommandExecutionError('The master is stopping');
      try {
        return await this.#attempt(wanted, bytes, askedAt);
      } catch (error) {
        if (!(error instanceof ThreadLostError) || attempt >= ATTEMPTS) throw error;
      }
    }
  }

  /**
   * When the thread stalls, nobody can tell which of its pillars computes without end: each is made once more in a thread
   * where it is alone, and the first answer counts.
   */
  async #attempt(wanted: Wanted, bytes: Uint8Array, askedAt: number): Promise<PackedPillar> {
    const thread = this.#thread(performance.now() - askedAt > WAIT_MS);
    const { stall } = thread;
    const work = thread.compile(wanted, bytes, this.#limits).finally(() => this.#endIdle(thread));
    if (await Promise.race([work, stall]) !== true) return work;
    try {
      return await Promise.any([work, this.#alone(wanted, bytes)]);
    } catch (error) {
      const all = (error as AggregateError).errors as unknown[];
      throw all.find((one) => !(one instanceof ThreadLostError)) ?? all[0] ?? error;
    }
  }

  #alone(wanted: Wanted, bytes: Uint8Array): Promise<PackedPillar> {
    return new Promise((resolve, reject) => {
      this.#suspects.start(async () => {
        if (this.#isClosed) return reject(new ThreadLostError('The master is stopping'));
        const thread = this.#newThread();
        await thread.compile(wanted, bytes, this.#limits).then(resolve, reject);
        await thread.end();
      }).catch(reject);
    });
  }

  /** The thread with the least work, or a new one where that would take long to begin. Those that stall get nothing more. */
  #thread(hasWaited: boolean): PillarThread {
    const able = [...this.#threads].filter((thread) => !thread.isStalled && !this.#ownThreads.has(thread));
    const least = able.toSorted((a, b) => a.busy - b.busy)[0];
    if (least === undefined) return this.#newThread(false);
    const isSlow = least.busy > 0 && least.isLoaded && (hasWaited || least.isSilent);
    return isSlow && able.length < this.#limits.threads ? this.#newThread(false) : least;
  }

  #newThread(isOwn = true): PillarThread {
    const { distDir, opts, userDirs, ports, log } = this.#parts;
    const reachable = ports();
    const made = new PillarThread({
      script: join(distDir, 'workers', 'pillar-worker.js'), log, ports: reachable, idleMs: this.#limits.idleMs,
      setup: {
        opts: encodeBus(opts as PlainMap), distDir, userDirs: Object.fromEntries(KINDS.map((kind) => [kind, userDirs(kind)])),
        ports: Object.keys(reachable).filter((name) => name !== FILE_SOURCE), bytesMax: this.#limits.bytesMax,
      },
    }, (thread) => {
      this.#threads.delete(thread);
      this.#ownThreads.delete(thread);
    });
    this.#threads.add(made);
    if (isOwn) this.#ownThreads.add(made);
    return made;
  }
}

/** Without what is undefined: that has no bytes. */
const plainRequest = (request: PillarRequest): PlainMap => {
  const { id, grains, saltenv, pillarenv, override, extra, external } = request;
  return { id, grains, saltenv, pillarenv, override, extra, ...(external === undefined ? {} : { external }) };
};
