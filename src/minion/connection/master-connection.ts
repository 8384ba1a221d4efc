/**
 * The life of a connection: sign in until accepted, subscribe, fetch the pillar, announce, take publications; begin anew
 * when the master goes or changes.
 *
 * Source: wire-protocol section 11; golden wire/startup, restart, rotation.
 */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { KeyPair } from '../../bus/channel/key-files.js';
import { MasterLink } from '../../bus/channel/master-link.js';
import { keyFile, MasterTrust } from '../../bus/channel/master-trust.js';
import { SignInError } from '../../bus/channel/sign-in-error.js';
import { isEncryptionAlgorithm, isSignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import { isHashType, minionTopic } from '../../bus/crypto/digest.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { RequestClient, Subscriber } from '../../bus/transport/contract.js';
import { requestClient, subscribe } from '../../bus/transport/zeromq.js';
import type { Publication } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import { asError, backoffMs, deferred, sleep } from '../../kernel/std/async.js';
import { asctime } from '../../kernel/std/time.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { addressOf, type MasterAddress } from './masters.js';

export interface ConnectionParts {
  readonly masters: readonly MasterAddress[];
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly pair: KeyPair;
  readonly log: Logger;
  readonly bus: EventBus;
  readonly onPublication: (job: Publication) => void;
  /** After each successful start of a conversation. */
  readonly onConnected: () => Promise<void>;
  readonly compileLoad: () => { grains: PlainMap };
  readonly setPillar: (pillar: PlainMap) => void;
}

export interface Ended {
  readonly exitCode: number;
  readonly reason: string;
}

/** Exit code of a minion that the master rejected. Source: wire-protocol 4.3. */
const REJECTED_EXIT = 77;
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MAX_MS = 10_000;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

export class MasterConnection implements AsyncDisposable {
  readonly #parts: ConnectionParts;
  readonly #stop = new AbortController();
  readonly #end = deferred<Ended>();
  #client: RequestClient | undefined;
  #link: MasterLink | undefined;
  #subscriber: Subscriber | undefined;
  #loop: Promise<void> | undefined;
  #ready = deferred<void>();

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Begins; the promise resolves when the minion must end. */
  start(): Promise<Ended> {
    this.#loop = this.#run();
    return this.#end.promise;
  }

  /** One conversation without publications and start events, for a single command: signs in and fetches the pillar. */
  async open(): Promise<void> {
    const [master] = this.#parts.masters;
    if (master === undefined) throw new SignInError('unreadable', 'No master is configured');
    const { link } = await this.#makeLink(master);
    await this.#signIn(link);
    this.#link = link;
    this.#ready.resolve();
    this.#parts.setPillar(await link.pillar(this.pillarLoad(), this.#tries({})));
  }

  /** Sends a load; waits for the connection when there is none yet. */
  async request(load: PlainMap, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Value> {
    const link = await this.#linked(options.signal);
    return link.request(load, this.#tries(options));
  }

  async pillar(load: PlainMap): Promise<PlainMap> {
    const link = await this.#linked();
    return link.pillar(load, this.#tries({}));
  }

  /** Fetches the pillar, keeps it, and tells anew what depends on it. Source: golden events/refresh. */
  async refreshPillar(more: PlainMap = {}): Promise<PlainMap> {
    const pillar = await this.pillar(this.pillarLoad(more));
    this.#parts.setPillar(pillar);
    await this.request(this.#resourcesLoad());
    return pillar;
  }

  #resourcesLoad(): PlainMap {
    return { cmd: '_register_resources', id: this.#parts.id, resources: {}, resource_grains: {} };
  }

  /** Order of the fields as real Salt: golden wire/startup. */
  pillarLoad(more: PlainMap = {}): PlainMap {
    const { id, opts } = this.#parts;
    return {
      id, grains: this.#parts.compileLoad().grains, saltenv: opts['saltenv'] ?? null, pillarenv: opts['pillarenv'] ?? null,
      pillar_override: {}, extra_minion_data: {}, ver: '2', cmd: '_pillar', ...more,
    };
  }

  #tries(options: { timeoutMs?: number; signal?: AbortSignal }) {
    const { opts } = this.#parts;
    const signal = options.signal === undefined ? this.#stop.signal : AbortSignal.any([options.signal, this.#stop.signal]);
    return { timeoutMs: options.timeoutMs ?? Number(opts['request_channel_timeout'] ?? 60) * 1000, tries: Number(opts['request_channel_tries'] ?? 3), signal };
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
    let attempt = 0;
    while (!signal.aborted) {
      const master = this.#parts.masters[attempt % this.#parts.masters.length];
      if (master === undefined) return this.#end.resolve({ exitCode: 1, reason: 'No master is configured' });
      try {
        await this.#connect(master);
        attempt = 0;
        await this.#takePublications();
      } catch (err) {
        if (signal.aborted) return;
        const ended = this.#endOf(err);
        if (ended !== undefined) return this.#end.resolve(ended);
        // Accepted before and pending now: signing in anew waits, and says so.
        if (err instanceof SignInError && err.why === 'pending') continue;
        const waitMs = backoffMs(attempt, RECONNECT_FIRST_MS, RECONNECT_MAX_MS);
        attempt += 1;
        this.#parts.log.warn({ err, master: master.host, waitMs }, 'master not reached');
        await sleep(waitMs, signal, true).catch(() => undefined);
      } finally {
        await this.#disconnect();
      }
    }
  }

  #endOf(err: unknown): Ended | undefined {
    if (!(err instanceof SignInError)) return undefined;
    if (err.why === 'untrusted') return { exitCode: 1, reason: err.message };
    if (err.why !== 'rejected' || this.#parts.opts['rejected_retry'] === true) return undefined;
    return { exitCode: REJECTED_EXIT, reason: `${err.message}. Accept it with: tsalt-key -a ${this.#parts.id} --include-rejected --include-denied` };
  }

  async #connect(master: MasterAddress): Promise<void> {
    const { id, log } = this.#parts;
    const { link, address, ipv6 } = await this.#makeLink(master);
    await this.#signIn(link);
    this.#subscribe(link, address, ipv6);
    this.#link = link;
    const pillar = await link.pillar(this.pillarLoad(), this.#tries({}));
    this.#parts.setPillar(pillar);
    this.#ready.resolve();
    log.info({ master: master.host, id }, 'connected to the master');
    await this.#announce(link);
    this.#parts.bus.fire('__master_connected', { master: master.host });
    void this.#parts.onConnected().catch((err: unknown) => log.warn({ err }, 'work after connecting failed'));
  }

  async #makeLink(master: MasterAddress): Promise<{ link: MasterLink; address: string; ipv6: boolean }> {
    const { opts, pair, id, log } = this.#parts;
    const ipv6 = opts['ipv6'] === true || master.host.includes(':');
    const address = await addressOf(master.host, ipv6);
    this.#client = requestClient({
      address: `tcp://${address}:${master.requestPort}`, ipv6, frameBytesMax: FRAME_BYTES_MAX,
      tcpKeepaliveIdleSeconds: Number(opts['tcp_keepalive_idle'] ?? 300),
    });
    const encAlgo = opts['encryption_algorithm'];
    const sigAlgo = opts['signing_algorithm'];
    const link = new MasterLink({
      id, privateKey: pair.privateKey, publicPem: pair.publicPem, client: this.#client, log, trust: this.#trust(),
      encAlgo: isEncryptionAlgorithm(encAlgo) ? encAlgo : 'OAEP-SHA1', sigAlgo: isSignatureAlgorithm(sigAlgo) ? sigAlgo : 'PKCS1v15-SHA1',
      signMessages: opts['minion_sign_messages'] === true, verifyPublications: opts['sign_pub_messages'] === true,
      autosignGrains: this.#autosignGrains(),
    });
    return { link, address, ipv6 };
  }

  /** Waits while the key is pending, as often as it takes. */
  async #signIn(link: MasterLink): Promise<void> {
    const { opts, log } = this.#parts;
    const waitMs = Number(opts['acceptance_wait_time'] ?? 10) * 1000;
    const waitMaxMs = Number(opts['acceptance_wait_time_max'] ?? 0) * 1000;
    const timeoutMs = Number(opts['auth_timeout'] ?? 5) * 1000;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await link.signIn({ timeoutMs, tries: 1, signal: this.#stop.signal });
        return;
      } catch (err) {
        if (!(err instanceof SignInError) || (err.why !== 'pending' && err.why !== 'full')) throw err;
        const wait = waitMaxMs > 0 ? Math.min(waitMs * 2 ** attempt, waitMaxMs) : waitMs;
        log[attempt === 0 ? 'warn' : 'info']({ waitMs: wait }, err.message);
        await sleep(wait, this.#stop.signal, true);
      }
    }
  }

  #subscribe(link: MasterLink, address: string, ipv6: boolean): void {
    const { opts, id } = this.#parts;
    const own = opts['publish_port'];
    const port = typeof own === 'number' && own !== 4506 ? own : (link.publishPort ?? 4505);
    const topics = opts['zmq_filtering'] === true ? ['broadcast', minionTopic(id)] : [''];
    const presence = link.presenceTopic();
    const firstMs = Number(opts['recon_default'] ?? 1000);
    this.#subscriber = subscribe({
      address: `tcp://${address}:${port}`, ipv6, frameBytesMax: FRAME_BYTES_MAX, tcpKeepaliveIdleSeconds: Number(opts['tcp_keepalive_idle'] ?? 300),
      topics: presence === undefined ? topics : [...topics, presence],
      reconnectMs: opts['recon_randomize'] === false ? firstMs : Math.round(firstMs * (1 + Math.random())), reconnectMaxMs: Number(opts['recon_max'] ?? 10_000),
    });
  }

  async #takePublications(): Promise<void> {
    const { log } = this.#parts;
    for await (const frames of this.#subscriber ?? []) {
      const frame = frames.at(-1);
      if (frame === undefined || frames.length > 2) {
        log.warn({ frames: frames.length }, 'publication refused: it has too many frames');
        continue;
      }
      try {
        const job = await this.#link?.openPublication(frame, this.#tries({ timeoutMs: Number(this.#parts.opts['auth_timeout'] ?? 5) * 1000 }));
        if (job !== undefined) this.#parts.onPublication(job);
      } catch (err) {
        if (err instanceof SignInError) throw err;
        log.warn({ err }, 'publication refused');
      }
    }
  }

  /** Source: wire-protocol section 11, point 4; golden events/minion-start. */
  async #announce(link: MasterLink): Promise<void> {
    const { id, opts } = this.#parts;
    const data = `Minion ${id} started at ${asctime(new Date())}`;
    const event = (tag: string): PlainMap => ({ id, cmd: '_minion_event', pretag: null, data, tag, ...this.#startGrains() });
    if (opts['enable_legacy_startup_events'] !== false) await link.request(event('minion_start'), this.#tries({}));
    await link.request(this.#resourcesLoad(), this.#tries({}));
    await link.request(event(`salt/minion/${id}/start`), this.#tries({}));
  }

  #startGrains(): PlainMap {
    const names = this.#parts.opts['start_event_grains'];
    if (!Array.isArray(names) || names.length === 0) return {};
    const { grains } = this.#parts.compileLoad();
    return { grains: Object.fromEntries(names.map(String).filter((name) => name in grains).map((name) => [name, grains[name] ?? null])) };
  }

  #trust(): MasterTrust {
    const { opts } = this.#parts;
    const pki = String(opts['pki_dir']);
    const signName = `${String(opts['master_sign_key_name'] ?? 'master_sign')}.pub`;
    return new MasterTrust({
      memory: keyFile(join(pki, 'minion_master.pub')),
      fingerprint: typeof opts['master_finger'] === 'string' ? opts['master_finger'] : '',
      hashType: isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256',
      openMode: opts['open_mode'] === true,
      signingPub: opts['verify_master_pubkey_sign'] === true ? readFileSync(join(pki, signName), 'utf8') : undefined,
      alwaysVerifySignature: opts['always_verify_signature'] === true,
    });
  }

  #autosignGrains(): PlainMap | undefined {
    const names = this.#parts.opts['autosign_grains'];
    if (!Array.isArray(names)) return undefined;
    const { grains } = this.#parts.compileLoad();
    return Object.fromEntries(names.map(String).map((name) => [name, grains[name] ?? null]));
  }

  async #disconnect(): Promise<void> {
    this.#link = undefined;
    // Who waits looks again and waits for the next connection; nobody is left with a promise that is not kept any more.
    const before = this.#ready;
    this.#ready = deferred<void>();
    before.resolve();
    await this.#subscriber?.[Symbol.asyncDispose]();
    await this.#client?.[Symbol.asyncDispose]();
    this.#subscriber = undefined;
    this.#client = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The minion stops'));
    await this.#disconnect();
    await this.#loop;
  }
}
