/**
 * Many minions in the process of the test, over the real protocol: each with its own key, session and connections. They run marking
 * jobs (`markingJob`) by waiting, and keep their return until it is acknowledged.
 */
import { MasterLink } from '../../../src/bus/channel/master-link.js';
import { MasterTrust } from '../../../src/bus/channel/master-trust.js';
import type { Publication } from '../../../src/kernel/contract/job.js';
import type { Logger } from '../../../src/kernel/contract/log.js';
import { sleep } from '../../../src/kernel/std/async.js';
import { isList, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { testKeys } from '../../../src/swarm/keys.js';
import { ZmtpConnection, ZmtpRequester } from '../../../src/swarm/zmtp.js';
import { type History, valueOf } from './history.js';

const TRIES = { timeoutMs: 5000, tries: 1 };
const AGAIN_MS = 200;
const none = (): void => undefined;
const silent: Logger = { error: none, warn: none, info: none, debug: none, trace: none, child: () => silent };

export interface CrowdOptions {
  readonly count: number;
  readonly prefix: string;
  readonly requestPort: number;
  readonly publishPort: number;
  readonly history: History;
}

export class Crowd implements AsyncDisposable {
  readonly members: readonly Member[];

  private constructor(members: readonly Member[]) {
    this.members = members;
  }

  static async make(options: CrowdOptions): Promise<Crowd> {
    const keys = await testKeys(options.count, undefined);
    return new Crowd(keys.map((key, at) => new Member(`${options.prefix}${String(at + 1).padStart(3, '0')}`, key, options)));
  }

  get ids(): string[] {
    return this.members.map(({ id }) => id);
  }

  /** Public keys by id, to be accepted beforehand. */
  get publicKeys(): Record<string, string> {
    return Object.fromEntries(this.members.map(({ id, publicPem }) => [id, publicPem]));
  }

  async connect(): Promise<void> {
    for (const member of this.members) await member.connect();
  }

  /** Returns that are not acknowledged yet, and jobs that run. */
  get busy(): number {
    return this.members.reduce((sum, { busy }) => sum + busy, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.members) member.close();
    await Promise.resolve();
  }
}

class Member {
  readonly id: string;
  readonly publicPem: string;
  readonly #options: CrowdOptions;
  readonly #link: MasterLink;
  readonly #requester: ZmtpRequester;
  readonly #seen = new Set<string>();
  #subscription: ZmtpConnection | undefined;
  #closed = false;
  busy = 0;

  constructor(id: string, privateKey: Awaited<ReturnType<typeof testKeys>>[number], options: CrowdOptions) {
    this.id = id;
    this.publicPem = privateKey.publicKey.toPem();
    this.#options = options;
    this.#requester = new ZmtpRequester('127.0.0.1', options.requestPort);
    this.#link = new MasterLink({
      id, privateKey, publicPem: this.publicPem, log: silent, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', signMessages: false,
      verifyPublications: false, trust: firstContact(),
      client: {
        request: (frame, { timeoutMs }) => this.#requester.request(frame, timeoutMs),
        [Symbol.asyncDispose]: () => Promise.resolve(this.#requester.close()),
      },
    });
  }

  async connect(): Promise<void> {
    await this.#insist(() => this.#link.signIn(TRIES));
    await this.#insist(() => this.#subscribe());
  }

  async #subscribe(): Promise<void> {
    const connection = new ZmtpConnection('127.0.0.1', this.#options.publishPort, 'SUB', {
      message: (frames) => void this.#take(frames.at(-1) ?? Buffer.alloc(0)),
      close: () => {
        if (this.#subscription !== connection) return;
        this.#subscription = undefined;
        void this.#insist(() => this.#subscribe());
      },
    });
    await connection.ready;
    this.#subscription = connection;
    connection.subscribe('');
    const topic = this.#link.presenceTopic();
    if (topic !== undefined) connection.subscribe(topic);
  }

  async #take(frame: Buffer): Promise<void> {
    const job = await this.#link.openPublication(frame, TRIES).catch(() => undefined);
    if (job === undefined || this.#closed || !isList(job.tgt) || !job.tgt.includes(this.id) || this.#seen.has(job.jid)) return;
    this.#seen.add(job.jid);
    this.busy += 1;
    try {
      const value = typeof job.fun === 'string' && job.fun.startsWith('saltutil.') ? {} : await this.#work(job);
      await this.#insist(() => this.#link.request(this.#returnOf(job, value), TRIES));
      if (job.fun === 'cmd.run' && !this.#closed) this.#options.history.add({ what: 'acknowledged', jid: job.jid, id: this.id });
    } finally {
      this.busy -= 1;
    }
  }

  async #work(job: Publication): Promise<string> {
    const seconds = Number(/sleep ([\d.]+)/.exec(String(job.arg[0]))?.[1] ?? 0);
    this.#options.history.add({ what: 'started', jid: job.jid, id: this.id });
    await sleep(seconds * 1000);
    this.#options.history.add({ what: 'done', jid: job.jid, id: this.id });
    return valueOf(job.jid, this.id);
  }

  #returnOf(job: Publication, value: Value): PlainMap {
    return {
      cmd: '_return', id: this.id, success: true, return: value, retcode: 0, jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun],
      fun_args: job.arg, user: job.user,
    };
  }

  /** Again and again until it works, or the crowd is closed. */
  async #insist(attempt: () => Promise<unknown>): Promise<void> {
    while (!this.#closed) {
      try {
        await attempt();
        return;
      } catch {
        // The fault under test; what stays undone is seen in the history.
        await sleep(AGAIN_MS);
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#requester.close();
    this.#subscription?.close();
  }
}

/** Trusts the first key it sees, in memory. */
function firstContact(): MasterTrust {
  let known: string | undefined;
  const memory = { place: 'memory', read: () => known, write: (pem: string): void => void (known = pem) };
  return new MasterTrust({ memory, fingerprint: '', hashType: 'sha256', openMode: false, signingPub: undefined, alwaysVerifySignature: false });
}
