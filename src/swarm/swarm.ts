/**
 * Plays many minions in one process over the real protocol: each with its own key, connections and session. For sizing a
 * master, ours or a real one. What they share: a publication that is the same for all is opened once.
 * Start at `Swarm.connect`.
 */
import { SignInError } from '../bus/channel/sign-in-error.js';
import type { Publication } from '../kernel/contract/job.js';
import { sleep, TaskGroup } from '../kernel/std/async.js';
import { fnmatch } from '../kernel/std/fnmatch.js';
import { stampNow } from '../kernel/std/time.js';
import { isNumber, isTruthy, type PlainMap, type Value } from '../kernel/std/value.js';
import { ANSWERS } from './answers.data.js';
import { testKeys } from './keys.js';
import { Member, type KnownMaster } from './member.js';
import { Publications } from './publications.js';
import { Tally } from './tally.js';
import { ZmtpConnection, ZmtpRequester } from './zmtp.js';

export interface SwarmOptions {
  readonly host: string;
  readonly requestPort: number;
  /** Undefined: as the master says at the sign-in. */
  readonly publishPort: number | undefined;
  readonly count: number;
  /** Ids are this and a number: `swarm0001`. */
  readonly prefix: string;
  readonly grains: PlainMap;
  /** Length of the text that functions return which are not in the table; 0: true. */
  readonly returnBytes: number;
  /** Milliseconds from a job to its answer. */
  readonly delayMs: number;
  /** How many ask something at once. */
  readonly atOnce: number;
  readonly timeoutMs: number;
  /** The same keys for the same text; undefined: new ones. */
  readonly seed: string | undefined;
  readonly signal: AbortSignal;
}

const PENDING_WAIT_MS = 1000;
const RECONNECT_MS = 500;

interface Place {
  readonly member: Member;
  readonly requester: ZmtpRequester;
  subscription: ZmtpConnection | undefined;
}

export class Swarm implements AsyncDisposable {
  readonly #options: SwarmOptions;
  readonly #publications = new Publications();
  #places: Place[] = [];
  #closed = false;
  readonly signIns = new Tally();
  /** From a publication to the acknowledgement of the return. */
  readonly answers = new Tally();
  readonly pillars = new Tally();
  readonly events = new Tally();
  /** Publications that were for a member. */
  published = 0;
  /** Members whose key waits to be accepted. */
  waiting = 0;
  /** Members that are subscribed. */
  connected = 0;

  constructor(options: SwarmOptions) {
    this.#options = options;
  }

  /** Makes keys; nothing is sent yet. */
  async prepare(): Promise<void> {
    const { host, requestPort, prefix, count, seed, timeoutMs } = this.#options;
    const master: KnownMaster = { pem: '' };
    const width = String(count).length;
    for (const [at, privateKey] of (await testKeys(count, seed)).entries()) {
      this.#options.signal.throwIfAborted();
      const requester = new ZmtpRequester(host, requestPort);
      const id = `${prefix}${String(at + 1).padStart(width, '0')}`;
      const member = new Member({
        id, privateKey, requester, master, timeoutMs, onSignIn: (holder) => this.#publications.signedIn(holder),
      });
      this.#places.push({ member, requester, subscription: undefined });
      // So that Ctrl-C is heard: a key takes a millisecond.
      if (at % 100 === 0) await sleep(0, undefined, true);
    }
  }

  /** All sign in and subscribe; resolves when all are there. @throws the first error */
  async connect(): Promise<void> {
    await this.#forAll((place) => this.#firstSignIn(place));
    this.settle();
    await this.#forAll((place) => this.#subscribe(place));
  }

  /** All sign in once more, as after a rotation. What each decrypts for itself waits for `settle`. */
  async signInAgain(): Promise<void> {
    await this.#forAll(({ member }) => this.#noted(this.signIns, member.signIn));
  }

  settle(): void {
    for (const { member } of this.#places) member.settle();
  }

  /** The first so many ask for their pillar. */
  async pillar(many: number): Promise<void> {
    await this.#forAll((place) => this.#pillar(place), many);
  }

  /** Ids and public keys. */
  keys(): { id: string; publicPem: string }[] {
    return this.#places.map(({ member: { id, publicPem } }) => ({ id, publicPem }));
  }

  /** The first so many lose their subscription, and come back by themselves. */
  dropSubscriptions(many: number): void {
    for (const { subscription } of this.#places.slice(0, many)) subscription?.close();
  }

  /** Each sends so many events; `batch`: in one message. */
  async sendEvents(each: number, batch: number): Promise<void> {
    await this.#forAll(async (place) => {
      for (let sent = 0; sent < each; sent += batch) await this.#events(place, Math.min(batch, each - sent));
    });
  }

  /** All ask the same so many times, one after the other each; what they get is thrown away. Gives how many got something. */
  async ask(load: PlainMap, each: number): Promise<number> {
    let answered = 0;
    await this.#forAll(async ({ member }) => {
      for (let asked = 0; asked < each; asked += 1) if (isTruthy(await member.request({ ...load, id: member.id }))) answered += 1;
    });
    return answered;
  }

  /** Some member asks for its pillar, or sends an event; which one goes round. */
  async onePillar(turn: number): Promise<void> {
    const place = this.#places[turn % this.#places.length];
    if (place !== undefined) await this.#pillar(place);
  }

  async oneEvent(turn: number): Promise<void> {
    await this.someEvents(turn, 1);
  }

  /** So many in one message. */
  async someEvents(turn: number, count: number): Promise<void> {
    const place = this.#places[turn % this.#places.length];
    if (place !== undefined) await this.#events(place, count);
  }

  #pillar({ member }: Place): Promise<void> {
    const grains = { ...this.#options.grains, id: member.id };
    const load: PlainMap = {
      id: member.id, grains, saltenv: null, pillarenv: null, pillar_override: {}, extra_minion_data: {}, ver: '2', cmd: '_pillar',
    };
    return this.#noted(this.pillars, () => member.pillar(load));
  }

  #events({ member }: Place, count: number): Promise<void> {
    const { id } = member;
    const tag = `swarm/${id}`;
    const load: PlainMap = count === 1
      ? { id, cmd: '_minion_event', tag, data: { number: 0 }, pretag: null }
      : { id, cmd: '_minion_event', events: Array.from({ length: count }, (_none, at) => ({ tag, data: { number: at } })), pretag: null };
    return this.#noted(this.events, () => member.request(load));
  }

  /** Waits as long as the key is pending. */
  async #firstSignIn({ member }: Place): Promise<void> {
    const { signal } = this.#options;
    let isWaiting = false;
    for (;;) {
      try {
        const began = performance.now();
        await member.signIn();
        this.signIns.add(performance.now() - began);
        if (isWaiting) this.waiting -= 1;
        return;
      } catch (error) {
        if (this.#closed || !(error instanceof SignInError) || error.why !== 'pending') throw error;
        if (!isWaiting) this.waiting += 1;
        isWaiting = true;
        await sleep(PENDING_WAIT_MS, signal, true);
      }
    }
  }

  async #subscribe(place: Place): Promise<void> {
    const { host, publishPort } = this.#options;
    const connection = new ZmtpConnection(host, publishPort ?? place.member.publishPort, 'SUB', {
      message: (frames) => void this.#publication(place, frames.at(-1) ?? Buffer.alloc(0)),
      close: () => this.#lost(place, connection),
    });
    place.subscription = connection;
    await connection.ready;
    this.connected += 1;
    connection.subscribe('');
    connection.subscribe(place.member.presenceTopic());
  }

  #lost(place: Place, connection: ZmtpConnection): void {
    if (place.subscription !== connection) return;
    place.subscription = undefined;
    if (connection.wasReady) this.connected -= 1;
    if (this.#closed || !connection.wasReady) return;
    void this.#reconnect(place);
  }

  async #reconnect(place: Place): Promise<void> {
    while (!this.#closed && place.subscription === undefined) {
      await sleep(RECONNECT_MS);
      // Told by the number of those that are connected.
      await this.#subscribe(place).catch(() => undefined);
    }
  }

  async #publication({ member }: Place, frame: Buffer): Promise<void> {
    const began = performance.now();
    try {
      const job = await this.#publications.open(frame, member, member.masterKey);
      if (!isFor(job, member.id)) return;
      this.published += 1;
      const delayMs = this.#options.delayMs + sleepMsOf(job);
      if (delayMs > 0) await sleep(delayMs, this.#options.signal);
      await member.request(this.#answer(job, member.id));
      this.answers.add(performance.now() - began - delayMs);
    } catch (error) {
      if (!this.#closed && !this.#options.signal.aborted) this.answers.fail(error);
    }
  }

  #answer(job: Publication, id: string): PlainMap {
    const fun = typeof job.fun === 'string' ? job.fun : job.fun.join(',');
    const { grains, returnBytes } = this.#options;
    const value: Value = ANSWERS[fun]?.({ fun, arg: job.arg, id, grains }) ?? (returnBytes > 0 ? 'x'.repeat(returnBytes) : true);
    return {
      cmd: '_return', id, success: true, return: value, retcode: 0, jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun],
      fun_args: job.arg, user: job.user, _stamp: stampNow(),
    };
  }

  /** Notes an error; after the end nothing is an error. */
  async #noted(tally: Tally, work: () => Promise<unknown>): Promise<void> {
    const began = performance.now();
    try {
      await work();
      tally.add(performance.now() - began);
    } catch (error) {
      if (!this.#closed) tally.fail(error);
    }
  }

  async #forAll(work: (place: Place) => Promise<void>, many = this.#places.length): Promise<void> {
    const errors: unknown[] = [];
    {
      await using group = new TaskGroup({ limit: this.#options.atOnce, onError: (error) => errors.push(error) });
      for (const place of this.#places.slice(0, many)) {
        if (errors.length > 0 || this.#options.signal.aborted) break;
        await group.start(() => work(place));
      }
    }
    this.#options.signal.throwIfAborted();
    if (errors.length > 0) throw errors[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { requester, subscription } of this.#places) {
      requester.close();
      subscription?.close();
    }
    await Promise.resolve();
  }
}

function isFor(job: Publication, id: string): boolean {
  if (job.tgt_type === 'list') return Array.isArray(job.tgt) ? job.tgt.includes(id) : String(job.tgt).split(',').includes(id);
  return job.tgt_type !== 'glob' || fnmatch(id, String(job.tgt));
}

/** `test.sleep` takes its time. */
function sleepMsOf({ fun, arg }: Publication): number {
  const [seconds] = arg;
  return fun === 'test.sleep' && isNumber(seconds) ? Number(seconds) * 1000 : 0;
}
