/**
 * One beacon that runs: asked at its times, or when it says so; never twice at once. One that throws is asked again at its next time; one
 * that hangs is left behind, and not asked until it is back.
 */
import type { BeaconPlugin } from '../../kernel/contract/beacon.js';
import type { Context } from '../../kernel/contract/context.js';
import { TsaltError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import { asError, TIMER_MS_MAX, within } from '../../kernel/std/async.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { BeaconEntry } from './entry.js';
import { ChangesOnly } from './on-change.js';

export interface BeaconCall {
  readonly signal: AbortSignal;
  readonly memory: Map<string, unknown>;
}

export interface OpenBeaconParts {
  readonly id: string;
  /** How often a beacon without an interval is asked. */
  readonly loopMs: number;
  /** Longest that one call may take. */
  readonly callMs: number;
  context(module: string, call: BeaconCall): Context;
  isStateRunning(): boolean;
  tell(events: readonly PlainMap[]): void;
  /** It was asked for the only time (`run_once`). */
  onDone(name: string): void;
  readonly steadyNow: () => number;
  readonly log: Logger;
}

/** A beacon did not end its call in time. */
export class BeaconTimeoutError extends TsaltError {
  readonly code = 'beacon.timeout';
}

/** Events of one round. */
const EVENTS_MAX = 1000;
/** What happens within it is told together. */
const WAKE_MS = 20;
/** From the end of the time of a call until it is left behind: what it runs in is ended meanwhile. */
const GRACE_MS = 2000;
const CLOSE_MS = 2000;
const LATE = Symbol('late');

export class OpenBeacon implements AsyncDisposable {
  readonly entry: BeaconEntry;
  readonly plugin: BeaconPlugin;
  readonly #parts: OpenBeaconParts;
  readonly #memory = new Map<string, unknown>();
  readonly #changes: ChangesOnly | undefined;
  readonly #stop = new AbortController();
  #hearing: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #hanging: Promise<unknown> | undefined;
  #isWoken = false;
  #isDone = false;
  #lastFault = '';
  #dueSteady: number;

  constructor(entry: BeaconEntry, plugin: BeaconPlugin, parts: OpenBeaconParts) {
    this.entry = entry;
    this.plugin = plugin;
    this.#parts = parts;
    this.#changes = entry.onChangeOnly && plugin.knowsChanges !== true ? new ChangesOnly(entry.emitsAtStartup) : undefined;
    this.#dueSteady = parts.steadyNow();
  }

  get #periodMs(): number {
    return this.entry.periodMs ?? this.#parts.loopMs;
  }

  /** A beacon that hears begins at once; the others wait for their first time. */
  start(): void {
    if (this.plugin.watch === undefined) this.#plan();
    else this.#ask();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the beacon is closed'));
    clearTimeout(this.#timer);
    if (this.#asking !== undefined) await within(this.#asking, CLOSE_MS, undefined);
    await this.#close();
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (this.#stop.signal.aborted || this.#isDone) return;
    const now = this.#parts.steadyNow();
    const hears = this.#hearing !== undefined && this.entry.periodMs === undefined;
    if (hears && !this.#isWoken) return;
    if (!hears) this.#dueSteady = Math.max(this.#dueSteady + this.#periodMs, now);
    // Times that passed during a long call are left out.
    if (!hears && this.#dueSteady === now) this.#dueSteady = now + this.#periodMs;
    this.#timer = setTimeout(() => this.#ask(), hears ? WAKE_MS : Math.min(this.#dueSteady - now, TIMER_MS_MAX));
    this.#timer.unref();
  }

  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    if (this.entry.periodMs === undefined && this.#asking === undefined) this.#plan();
  }

  #ask(): void {
    if (this.#asking !== undefined || this.#stop.signal.aborted) return;
    this.#asking = this.#round().catch(async (err: unknown) => {
      this.#failed(asError(err));
      // What it heard by may be broken: it begins anew.
      if (this.plugin.watch !== undefined) await this.#close();
    }).finally(() => {
      this.#asking = undefined;
      this.#plan();
    });
  }

  async #round(): Promise<void> {
    if (this.#hanging !== undefined) return;
    if (this.entry.restsInStateRuns && this.#parts.isStateRunning()) {
      this.#parts.log.debug({ beacon: this.entry.name }, 'beacon rests: states run');
      await this.#close();
      return;
    }
    await this.#hear();
    this.#isWoken = false;
    const found = await this.#limited((ctx) => this.plugin.beacon(this.entry.config, ctx));
    this.#lastFault = '';
    if (this.#stop.signal.aborted) return;
    this.#tell(this.#changes?.pick(found) ?? found);
    this.#isDone = this.entry.runsOnce;
    if (this.#isDone) this.#parts.onDone(this.entry.name);
  }

  async #hear(): Promise<void> {
    if (this.plugin.watch === undefined || this.#hearing !== undefined) return;
    const hearing = new AbortController();
    const ctx = this.#parts.context(this.entry.module, { signal: hearing.signal, memory: this.#memory });
    await this.#limited(() => this.plugin.watch?.(this.entry.config, ctx, () => this.#wake()));
    this.#hearing = hearing;
  }

  async #close(): Promise<void> {
    this.#hearing?.abort(new Error('the beacon is closed'));
    this.#hearing = undefined;
    const { close } = this.plugin;
    if (close === undefined) return;
    const ctx = this.#parts.context(this.entry.module, { signal: AbortSignal.timeout(CLOSE_MS), memory: this.#memory });
    try {
      await within(Promise.resolve(close.call(this.plugin, this.entry.config, ctx)), CLOSE_MS, undefined);
    } catch (err) {
      this.#parts.log.warn({ err, beacon: this.entry.name }, 'beacon not closed');
    }
    this.#memory.clear();
  }

  #tell(found: readonly PlainMap[]): void {
    const { id, log } = this.#parts;
    if (!Array.isArray(found) || !found.every(isPlainMap)) throw new TypeError('a beacon gives a list of maps');
    if (found.length > EVENTS_MAX) log.warn({ beacon: this.entry.name, events: found.length, kept: EVENTS_MAX }, 'events of a beacon dropped: too many at once');
    const events = found.slice(0, EVENTS_MAX).map(({ tag = '', ...data }): PlainMap => ({
      tag: this.#tag(tag), data: 'id' in data ? data : { ...data, id }, beacon_name: this.entry.module,
    }));
    if (events.length > 0) this.#parts.tell(events);
  }

  #tag(rest: Value): string {
    return `salt/beacon/${this.#parts.id}/${this.entry.name}/${String(rest)}`;
  }

  /** Differs from Salt: the reason also stands in the data, which is all that a master fires. */
  #failed(err: Error): void {
    if (this.#stop.signal.aborted) return;
    const { id, log, tell } = this.#parts;
    const { name, module } = this.entry;
    const error = err.message;
    const level = error === this.#lastFault ? 'debug' : 'error';
    log[level]({ err, beacon: name }, `Unable to start ${name} beacon, ${error}`);
    this.#lastFault = error;
    tell([{ tag: this.#tag(''), error, data: { error, id }, beacon_name: module }]);
  }

  async #limited<T>(work: (ctx: Context) => Promise<T> | T): Promise<T> {
    const { callMs } = this.#parts;
    const end = new AbortController();
    const reason = new BeaconTimeoutError(`It did not end within ${callMs / 1000} s`, { context: { beacon: this.entry.name } });
    const timer = setTimeout(() => end.abort(reason), callMs);
    const onStop = (): void => end.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener('abort', onStop, { once: true });
    const ctx = this.#parts.context(this.entry.module, { signal: end.signal, memory: this.#memory });
    const running = (async () => work(ctx))();
    try {
      const value = await within(running, callMs + GRACE_MS, LATE);
      if (value !== LATE) return value;
      this.#hanging = running.catch(() => undefined).finally(() => (this.#hanging = undefined));
      throw reason;
    } catch (err) {
      throw end.signal.reason === reason ? reason : err;
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', onStop);
    }
  }
}
