/**
 * The life of a connection: sign in until accepted, subscribe, fetch the pillar, announce, take publications; begin anew
 * when the master goes or changes, with the next one when there are several in reserve.
 *
 * Source: wire-protocol section 11; golden wire/startup, restart, rotation.
 */
import type { MasterLink } from '../../bus/channel/master-link.js';
import { SignInError } from '../../bus/channel/sign-in-error.js';
import { minionTopic } from '../../bus/crypto/digest.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { Subscriber } from '../../bus/transport/contract.js';
import { subscribe } from '../../bus/transport/zeromq.js';
import type { Publication } from '../../kernel/contract/job.js';
import { asError, backoffMs, deferred, sleep } from '../../kernel/std/async.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { AliveWatch, DISCONNECTED, FAILBACK, speaksOf } from './alive-watch.js';
import { Courier } from './courier.js';
import { answersPing, FRAME_BYTES_MAX, type LinkParts, type OpenLink } from './make-link.js';
import { MasterOrder } from './master-order.js';
import type { MasterPlan } from './master-plan.js';
import { sameMaster, type MasterAddress } from './masters.js';
import { reachMaster } from './reach-master.js';
import { Refusals, type Ended } from './refusals.js';
import { pillarLoad, resourcesLoad, startLoads } from './talk.js';

export interface ConnectionParts extends LinkParts {
  /** The masters of this connection: one, or several of which one at a time. */
  readonly plan: MasterPlan;
  readonly bus: EventBus;
  readonly onPublication: (job: Publication, master: MasterAddress) => void;
  /** After each successful start of a conversation. */
  readonly onConnected: (master: MasterAddress) => Promise<void>;
  /** The network connection broke and is there again: replies that were awaited will not come any more. */
  readonly onBack?: (master: MasterAddress) => void;
  readonly setPillar: (pillar: PlainMap) => void;
  /** Shared by all connections of a minion; one of its own when there is no other. */
  readonly refusals?: Refusals;
}

interface RequestOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Exit code of a minion that the master rejected. Source: wire-protocol 4.3. */
const REJECTED_EXIT = 77;
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MAX_MS = 10_000;

export class MasterConnection implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  readonly #order: MasterOrder;
  readonly #courier: Courier;
  readonly #refusals: Refusals;
  readonly #stop = new AbortController();
  readonly #end = deferred<Ended>();
  readonly #heard: Disposable[] = [];
  #open: OpenLink | undefined;
  #link: MasterLink | undefined;
  #current: MasterAddress | undefined;
  #subscriber: Subscriber | undefined;
  #watch: AliveWatch | undefined;
  #isBroken = false;
  /** Aborted when the minion leaves this conversation by its own choice: who comes next is chosen already. */
  #talk = new AbortController();
  #loop: Promise<void> | undefined;
  #ready = deferred<void>();

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#order = new MasterOrder(parts.plan, parts.opts);
    this.#courier = new Courier(parts);
    this.#refusals = parts.refusals ?? new Refusals(parts.plan.masters.length);
  }

  /** The master of the conversation that goes on now. */
  get current(): MasterAddress | undefined {
    return this.#link === undefined ? undefined : this.#current;
  }

  /** The master of the last conversation; before there was one, that to try first. */
  get latest(): MasterAddress {
    return this.#current ?? this.#order.current;
  }

  /** Begins; the promise resolves when the minion must end. */
  start(): Promise<Ended> {
    const { bus } = this.#parts;
    this.#heard.push(
      bus.subscribe(DISCONNECTED, ({ data }) => {
        if (this.#current !== undefined && speaksOf(data, this.#current)) this.#leave(() => this.#order.lost());
      }),
      bus.subscribe(FAILBACK, ({ data }) => {
        const { preferred } = this.#order;
        if (preferred !== undefined && speaksOf(data, preferred)) this.#leave(() => this.#order.goBack());
      }),
    );
    this.#loop = this.#run();
    return this.#end.promise;
  }

  /** One conversation without publications and start events, for a single command: signs in and fetches the pillar. */
  async open(): Promise<void> {
    const rounds = Math.max(Number(this.#parts.opts['master_tries'] ?? -1), 1);
    for (let round = 1; ; ) {
      try {
        this.#current = this.#order.current;
        this.#open = await reachMaster(this.#parts, this.#current, { waits: false, signal: this.#stop.signal });
        break;
      } catch (err) {
        if (!this.#order.failed()) continue;
        if (round >= rounds) throw err;
        round += 1;
        await sleep(Number(this.#parts.opts['acceptance_wait_time'] ?? 10) * 1000, this.#stop.signal, true);
      }
    }
    this.#link = this.#open.link;
    this.#ready.resolve();
    this.#parts.setPillar(await this.#link.pillar(this.pillarLoad(), this.#tries({})));
  }

  /** True while in conversation with that master, and it is of our own kind, which takes more than a real one. */
  speaksToOurs(master: MasterAddress): boolean {
    return this.#link?.isOurMaster === true && sameMaster(master, this.#current);
  }

  /** Sends a load; waits for the connection when there is none yet. */
  async request(load: PlainMap, options: RequestOptions = {}): Promise<Value> {
    const link = await this.#linked(options.signal);
    return link.request(load, this.#tries(options));
  }

  /** Sends a load to this master: over the conversation, or by a courier when that is with another one. */
  async requestTo(master: MasterAddress, load: PlainMap, options: RequestOptions = {}): Promise<Value> {
    if (this.#order.size === 1 && sameMaster(master, this.#order.current)) return this.request(load, options);
    if (this.#link !== undefined && sameMaster(master, this.#current)) return this.#link.request(load, this.#tries(options));
    return this.#courier.request(master, load, { ...this.#tries(options), tries: 1 });
  }

  /** Sends a load to every master of the plan; gives what the current one answers. One that is away is said in the log. */
  async requestAll(load: PlainMap, options: RequestOptions = {}): Promise<Value> {
    const { plan, log } = this.#parts;
    await this.#linked(options.signal);
    const others = plan.masters.filter((master) => !sameMaster(master, this.#current));
    const told = others.map((master) => this.requestTo(master, load, options).catch((err: unknown) => log.warn({ err, master: master.host }, 'one of several masters was not reached')));
    const answer = await this.request(load, options);
    await Promise.all(told);
    return answer;
  }

  async pillar(load: PlainMap): Promise<PlainMap> {
    const link = await this.#linked();
    return link.pillar(load, this.#tries({}));
  }

  /** Fetches the pillar, keeps it, and tells anew what depends on it. Source: golden events/refresh. */
  async refreshPillar(more: PlainMap = {}): Promise<PlainMap> {
    const pillar = await this.pillar(this.pillarLoad(more));
    this.#parts.setPillar(pillar);
    await this.request(resourcesLoad(this.#parts.id));
    return pillar;
  }

  pillarLoad(more: PlainMap = {}): PlainMap {
    return pillarLoad(this.#parts, more);
  }

  #tries({ timeoutMs, signal }: RequestOptions) {
    const { opts } = this.#parts;
    return {
      timeoutMs: timeoutMs ?? Number(opts['request_channel_timeout'] ?? 60) * 1000, tries: Number(opts['request_channel_tries'] ?? 3),
      signal: signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    };
  }

  async #linked(signal?: AbortSignal): Promise<MasterLink> {
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    stop.throwIfAborted();
    const aborted = deferred<never>();
    const onAbort = (): void => aborted.reject(asError(stop.reason));
    stop.addEventListener('abort', onAbort, { once: true });
    try {
      while (this.#link === undefined) await Promise.race([this.#ready.promise, aborted.promise]);
      return this.#link;
    } finally {
      stop.removeEventListener('abort', onAbort);
      aborted.promise.catch(() => undefined);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let rounds = 0;
    while (!signal.aborted) {
      const master = this.#order.current;
      try {
        await this.#connect(master);
        rounds = 0;
        await this.#takePublications();
      } catch (err) {
        if (signal.aborted) return;
        if (this.#talk.signal.aborted) continue;
        const ended = this.#endOf(err, master);
        if (ended !== undefined) return this.#end.resolve(ended);
        // Accepted before and pending now: signing in anew waits, and says so.
        if (this.#order.size === 1 && err instanceof SignInError && err.why === 'pending') continue;
        const isRoundOver = this.#order.failed();
        if (isRoundOver) rounds += 1;
        await this.#waitAfter(err, master, isRoundOver ? rounds : 0).catch(() => undefined);
      } finally {
        await this.#disconnect();
      }
    }
  }

  /** The next of several masters comes at once; after a round of all of them the wait grows. */
  async #waitAfter(err: unknown, master: MasterAddress, rounds: number): Promise<void> {
    const { opts, log } = this.#parts;
    const about = { err, master: master.host, port: master.requestPort };
    if (rounds === 0) return log.warn(about, 'master not reached: trying the next one');
    const tries = Number(opts['master_tries'] ?? -1);
    const isExhausted = tries > 0 && rounds % tries === 0;
    const patience = Number(opts['acceptance_wait_time_max'] ?? 0) || Number(opts['acceptance_wait_time'] ?? 10);
    const waitMs = isExhausted ? Math.max(patience * 1000, RECONNECT_MAX_MS) : backoffMs(rounds - 1, RECONNECT_FIRST_MS, RECONNECT_MAX_MS);
    log.warn({ ...about, waitMs }, 'master not reached');
    if (isExhausted) log.error({ waitMs }, 'No master could be reached or all masters denied the minion\'s connection attempt.');
    await sleep(waitMs, this.#stop.signal, true);
  }

  /** Why the minion ends, when no master is left that might let it in. */
  #endOf(err: unknown, master: MasterAddress): Ended | undefined {
    const why = this.#refusalOf(err);
    if (why === undefined) {
      this.#refusals.forget(master);
      return undefined;
    }
    const ended = this.#refusals.note(master, why);
    if (ended === undefined) this.#parts.log.error({ master: master.host, port: master.requestPort }, why.reason);
    return ended;
  }

  #refusalOf(err: unknown): Ended | undefined {
    if (!(err instanceof SignInError)) return undefined;
    if (err.why === 'untrusted') return { exitCode: 1, reason: err.message };
    if (err.why !== 'rejected' || this.#parts.opts['rejected_retry'] === true) return undefined;
    return { exitCode: REJECTED_EXIT, reason: `${err.message}. Accept it with: tsalt-key -a ${this.#parts.id} --include-rejected --include-denied` };
  }

  async #connect(master: MasterAddress): Promise<void> {
    const { id, log, bus, onConnected, setPillar } = this.#parts;
    this.#current = master;
    this.#talk = new AbortController();
    this.#open = await reachMaster(this.#parts, master, { waits: this.#order.size === 1, signal: this.#stop.signal });
    const { link } = this.#open;
    this.#subscribe(this.#open);
    this.#link = link;
    this.#watchOver(master);
    const tries = this.#tries({ signal: this.#talk.signal });
    setPillar(await link.pillar(this.pillarLoad(), tries));
    this.#ready.resolve();
    this.#refusals.forget(master);
    log.info({ master: master.host, port: master.requestPort, id }, 'connected to the master');
    for (const load of startLoads(this.#parts)) await link.request(load, tries);
    bus.fire('__master_connected', { master: master.host });
    void onConnected(master).catch((err: unknown) => log.warn({ err }, 'work after connecting failed'));
  }

  #subscribe({ link, at }: OpenLink): void {
    const { opts, id } = this.#parts;
    const own = opts['publish_port'];
    const port = typeof own === 'number' && own !== 4506 ? own : (link.publishPort ?? 4505);
    const topics = opts['zmq_filtering'] === true ? ['broadcast', minionTopic(id)] : [''];
    const presence = link.presenceTopic();
    const firstMs = Number(opts['recon_default'] ?? 1000);
    this.#subscriber = subscribe({
      address: `tcp://${at.address}:${port}`, ipv6: at.ipv6, frameBytesMax: FRAME_BYTES_MAX, tcpKeepaliveIdleSeconds: Number(opts['tcp_keepalive_idle'] ?? 300),
      topics: presence === undefined ? topics : [...topics, presence],
      reconnectMs: opts['recon_randomize'] === false ? firstMs : Math.round(firstMs * (1 + Math.random())), reconnectMaxMs: Number(opts['recon_max'] ?? 10_000),
      onConnection: (up) => this.#connectionChanged(up),
    });
  }

  #connectionChanged(up: boolean): void {
    const wasBroken = this.#isBroken;
    this.#isBroken = !up;
    if (!up) this.#watch?.look();
    else if (wasBroken && this.#current !== undefined) this.#parts.onBack?.(this.#current);
  }

  #watchOver(current: MasterAddress): void {
    const { opts, bus, log } = this.#parts;
    this.#watch = new AliveWatch({
      opts, bus, log, current, preferred: this.#order.preferred, answers: (master, options) => answersPing(opts, master, options),
    });
  }

  /** Ends the conversation: the loop goes on with whoever is next then. */
  #leave(choose: () => void): void {
    if (this.#link === undefined || this.#talk.signal.aborted) return;
    choose();
    this.#talk.abort(new Error('The minion turns to another master'));
    void this.#subscriber?.[Symbol.asyncDispose]();
  }

  async #takePublications(): Promise<void> {
    const { log, opts, onPublication } = this.#parts;
    const timeoutMs = Number(opts['auth_timeout'] ?? 5) * 1000;
    const [link, master] = [this.#link, this.#current];
    if (link === undefined || master === undefined) return;
    for await (const frames of this.#subscriber ?? []) {
      const frame = frames.at(-1);
      if (frame === undefined || frames.length > 2) {
        log.warn({ frames: frames.length }, 'publication refused: it has too many frames');
        continue;
      }
      try {
        const job = await link.openPublication(frame, this.#tries({ timeoutMs }));
        if (job !== undefined) onPublication(job, master);
      } catch (err) {
        if (err instanceof SignInError) throw err;
        log.warn({ err }, 'publication refused');
      }
    }
  }

  async #disconnect(): Promise<void> {
    this.#link = undefined;
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    // Who waits looks again and waits for the next connection; nobody is left with a promise that is not kept any more.
    const before = this.#ready;
    this.#ready = deferred<void>();
    before.resolve();
    await this.#subscriber?.[Symbol.asyncDispose]();
    await this.#open?.[Symbol.asyncDispose]();
    this.#subscriber = undefined;
    this.#open = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The minion stops'));
    for (const subscription of this.#heard.splice(0)) subscription[Symbol.dispose]();
    await this.#courier[Symbol.asyncDispose]();
    await this.#disconnect();
    await this.#loop;
  }
}
