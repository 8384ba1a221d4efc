/**
 * Plays many minions in one process over the real protocol: each with its own key, connections and session. For sizing a
 * master, ours or a real one. What they share: a publication that is the same for all is opened once.
 */
import { MasterLink } from '../bus/channel/master-link.js';
import { MasterTrust } from '../bus/channel/master-trust.js';
import { SignInError } from '../bus/channel/sign-in-error.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import { sleep, TaskGroup } from '../kernel/std/async.js';
import { stampNow } from '../kernel/std/time.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { fnmatch } from '../kernel/std/fnmatch.js';
import { testKeys } from './keys.js';
import { ZmtpConnection, ZmtpRequester } from './zmtp.js';

export interface SwarmOptions {
  readonly host: string;
  readonly requestPort: number;
  readonly publishPort: number;
  readonly count: number;
  /** Ids are this and a number: `swarm0001`. */
  readonly prefix: string;
  readonly grains: PlainMap;
  /** Bytes of text that `test.ping`-like jobs return beside true; 0: just true. */
  readonly returnBytes: number;
  /** How many sign in at once. */
  readonly signInsAtOnce: number;
  readonly log: Logger;
}

const TRIES = { timeoutMs: 120_000, tries: 1 };
const PENDING_WAIT_MS = 1000;

interface Member {
  readonly id: string;
  readonly link: MasterLink;
  readonly requester: ZmtpRequester;
  subscription: ZmtpConnection | undefined;
}

export interface SwarmCounters {
  signedIn: number;
  published: number;
  returned: number;
  failed: number;
}

export class Swarm implements AsyncDisposable {
  readonly #options: SwarmOptions;
  #members: Member[] = [];
  #opened: { frame: Buffer; job: Publication | undefined } | undefined;
  #closed = false;
  readonly counters: SwarmCounters = { signedIn: 0, published: 0, returned: 0, failed: 0 };

  constructor(options: SwarmOptions) {
    this.#options = options;
  }

  /** Makes keys; nothing is sent yet. */
  async prepare(): Promise<void> {
    const keys = await testKeys(this.#options.count);
    const { host, requestPort, prefix, log } = this.#options;
    const width = String(this.#options.count).length;
    this.#members = keys.map((privateKey, at) => {
      const requester = new ZmtpRequester(host, requestPort);
      const id = `${prefix}${String(at + 1).padStart(width, '0')}`;
      const link = new MasterLink({
        id, privateKey, publicPem: privateKey.publicKey.toPem(), log, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1',
        signMessages: false, verifyPublications: false, trust: firstContactTrust(),
        client: {
          request: (frame, { timeoutMs }) => requester.request(frame, timeoutMs),
          [Symbol.asyncDispose]: () => Promise.resolve(requester.close()),
        },
      });
      return { id, link, requester, subscription: undefined };
    });
  }

  /** All sign in and subscribe; resolves when all are there. */
  async connect(): Promise<void> {
    await this.#forAll(async (member) => {
      await this.#signIn(member);
      await this.#subscribe(member);
    });
  }

  /** All sign in once more, as after a rotation. */
  async signInAgain(): Promise<void> {
    await this.#forAll((member) => this.#signIn(member));
  }

  /** All ask for their pillar. */
  async pillar(): Promise<void> {
    await this.#forAll(async ({ link, id }) => {
      const load: PlainMap = {
        id, grains: { ...this.#options.grains, id }, saltenv: null, pillarenv: null, pillar_override: {}, extra_minion_data: {}, ver: '2', cmd: '_pillar',
      };
      await link.pillar(load, TRIES);
    });
  }

  /** Each sends so many events; `batch`: in one message. */
  async events(each: number, batch: number): Promise<void> {
    await this.#forAll(async ({ link, id }) => {
      for (let sent = 0; sent < each; sent += batch) {
        const events: Value[] = Array.from({ length: Math.min(batch, each - sent) }, (_none, at) => ({ tag: `swarm/${id}`, data: { number: sent + at } }));
        await link.request(batch === 1
          ? { id, cmd: '_minion_event', tag: `swarm/${id}`, data: { number: sent }, pretag: null }
          : { id, cmd: '_minion_event', events, pretag: null }, TRIES);
      }
    });
  }

  async #signIn({ link }: Member): Promise<void> {
    for (;;) {
      try {
        await link.signIn(TRIES);
        this.counters.signedIn += 1;
        return;
      } catch (error) {
        if (this.#closed || !(error instanceof SignInError) || error.why !== 'pending') throw error;
        await sleep(PENDING_WAIT_MS);
      }
    }
  }

  async #subscribe(member: Member): Promise<void> {
    const { host, publishPort } = this.#options;
    const connection = new ZmtpConnection(host, publishPort, 'SUB', {
      message: (frames) => void this.#publication(member, frames.at(-1) ?? Buffer.alloc(0)),
      close: () => {
        member.subscription = undefined;
        if (!this.#closed) void sleep(500).then(() => this.#subscribe(member)).catch((err: unknown) => this.#options.log.debug({ err }, 'subscription lost'));
      },
    });
    member.subscription = connection;
    await connection.ready;
    connection.subscribe('');
    const topic = member.link.presenceTopic();
    if (topic !== undefined) connection.subscribe(topic);
  }

  async #publication(member: Member, frame: Buffer): Promise<void> {
    try {
      const job = await this.#open(member, frame);
      if (job === undefined || !isFor(job, member.id)) return;
      this.counters.published += 1;
      await member.link.request(this.#answer(job, member.id), TRIES);
      this.counters.returned += 1;
    } catch (err) {
      this.counters.failed += 1;
      this.#options.log.warn({ err, id: member.id }, 'job failed');
    }
  }

  async #open(member: Member, frame: Buffer): Promise<Publication | undefined> {
    if (this.#opened !== undefined && this.#opened.frame.equals(frame)) return this.#opened.job;
    const job = await member.link.openPublication(frame, TRIES);
    if (job !== undefined) this.#opened = { frame, job };
    return job;
  }

  #answer(job: Publication, id: string): PlainMap {
    const value: Value = job.fun === 'saltutil.find_job' ? {} : this.#options.returnBytes > 0 ? 'x'.repeat(this.#options.returnBytes) : true;
    return {
      cmd: '_return', id, success: true, return: value, retcode: 0, jid: job.jid, fun: typeof job.fun === 'string' ? job.fun : [...job.fun],
      fun_args: job.arg, user: job.user, _stamp: stampNow(),
    };
  }

  async #forAll(work: (member: Member) => Promise<void>): Promise<void> {
    const errors: unknown[] = [];
    {
      await using group = new TaskGroup({ limit: this.#options.signInsAtOnce, onError: (error) => errors.push(error) });
      for (const member of this.#members) await group.start(() => work(member));
    }
    if (errors.length > 0) throw errors[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { requester, subscription } of this.#members) {
      requester.close();
      subscription?.close();
    }
    await Promise.resolve();
  }
}

function isFor(job: Publication, id: string): boolean {
  if (job.tgt_type === 'list') return Array.isArray(job.tgt) && job.tgt.includes(id);
  return job.tgt_type !== 'glob' || fnmatch(id, String(job.tgt));
}

/** Trusts the first key it sees, in memory. */
function firstContactTrust(): MasterTrust {
  let known: string | undefined;
  return new MasterTrust({
    memory: {
      place: 'memory',
      read: () => known,
      write: (pem) => {
        known = pem;
      },
    },
    fingerprint: '', hashType: 'sha256', openMode: false, signingPub: undefined, alwaysVerifySignature: false,
  });
}
