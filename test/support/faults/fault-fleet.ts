/** A master, minions as processes behind proxies of their own, and a crowd, whose jobs are written into a history. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askMaster, DOOR_NAME, MasterUnreachableError, type DoorRequest } from '../../../src/client/door.js';
import { sleep } from '../../../src/kernel/std/async.js';
import { newJid } from '../../../src/kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { Hearing } from '../fleet/events.js';
import { MasterHost, type Kind } from '../fleet/master.js';
import { enrol, MinionHost } from '../fleet/minion.js';
import type { Launch } from '../fleet/program.js';
import { userName, type Site } from '../fleet/site.js';
import { until } from '../fleet/until.js';
import { checkHistory } from './check-history.js';
import { Crowd } from './crowd.js';
import { History, markingJob } from './history.js';
import { newSeed, seededRandom, type Random } from './scale.js';
import { TcpProxy } from './tcp-proxy.js';

export interface FaultFleetOptions {
  readonly ids: readonly string[];
  readonly masterKind?: Kind;
  readonly minionKind?: Kind;
  readonly crowd?: number;
  readonly master?: PlainMap;
  readonly minion?: PlainMap;
  readonly masterLaunch?: Launch;
  readonly minionLaunch?: (id: string) => Launch;
}

/** The short waits that make faults show within the time of a test. */
const QUICK: PlainMap = { request_channel_timeout: 4, request_channel_tries: 1, auth_timeout: 3, recon_default: 100, recon_max: 500 };

export class FaultFleet {
  readonly seed: number;
  readonly random: Random;
  readonly history: History;
  readonly master: MasterHost;
  readonly minions: readonly MinionHost[];
  readonly requests: TcpProxy;
  readonly publications: TcpProxy;
  crowd: Crowd | undefined;
  readonly #site: Site;
  #life = 0;
  #hearing: Hearing | undefined;
  #heard = 0;
  readonly #asked: Promise<void>[] = [];
  /** Jobs that were looked up in the job store, once they were at rest. */
  readonly #settled = new Set<string>();
  /** Broken promises of which an earlier verdict spoke. */
  readonly #said = new Set<string>();

  private constructor(site: Site, seed: number, parts: { master: MasterHost; minions: readonly MinionHost[]; proxies: readonly [TcpProxy, TcpProxy] }) {
    this.#site = site;
    this.seed = seed;
    this.random = seededRandom(seed);
    this.history = new History(join(site.dir, 'history.jsonl'));
    this.master = parts.master;
    this.minions = parts.minions;
    [this.requests, this.publications] = parts.proxies;
  }

  /** Starts all of it, and waits until every minion answers. Minions reach the master through the proxies only. */
  static async start(site: Site, options: FaultFleetOptions): Promise<FaultFleet> {
    const seed = newSeed();
    process.stdout.write(`faults: TSALT_FAULTS_SEED=${seed}\n`);
    const master = await MasterHost.prepare(site, options.masterKind ?? 'tsalt', 'master', { timeout: 30, ...options.master });
    master.launch = options.masterLaunch ?? {};
    const proxies = [site.own(await TcpProxy.to(master.requestPort, seed)), site.own(await TcpProxy.to(master.publishPort, seed + 1))] as const;
    const minions = options.ids.map((id) => {
      const minion = new MinionHost(site, options.minionKind ?? 'tsalt', id, master, {
        ...(options.minionKind === 'salt' ? {} : QUICK), master_port: proxies[0].port, publish_port: proxies[1].port, ...options.minion,
      });
      const launch = options.minionLaunch?.(id) ?? {};
      minion.launch = { ...launch, env: { ...launch.env, FAULTS_ID: id, FAULTS_MARKS: minion.path('marks') } };
      return minion;
    });
    const fleet = new FaultFleet(site, seed, { master, minions, proxies });
    await master.start();
    await fleet.listen();
    if (fleet.#hearing !== undefined) await enrol(master, fleet.#hearing, minions);
    if (master.kind === 'tsalt') await master.allAnswer(...options.ids);
    if (options.crowd !== undefined) await fleet.#startCrowd(options.crowd);
    return fleet;
  }

  /** Around a master that is started here, and minions that the test starts itself; the proxies are there, and nobody needs to use them. */
  static async around(site: Site, master: MasterHost, minions: readonly MinionHost[]): Promise<FaultFleet> {
    const seed = newSeed();
    process.stdout.write(`faults: TSALT_FAULTS_SEED=${seed}\n`);
    const proxies = [site.own(await TcpProxy.to(master.requestPort, seed)), site.own(await TcpProxy.to(master.publishPort, seed + 1))] as const;
    const fleet = new FaultFleet(site, seed, { master, minions, proxies });
    await master.start();
    await fleet.listen();
    return fleet;
  }

  async #startCrowd(count: number): Promise<void> {
    const { history, master } = this;
    this.crowd = this.#site.own(await Crowd.make({ count, prefix: 'crowd', history, requestPort: this.requests.port, publishPort: this.publications.port }));
    for (const [id, pem] of Object.entries(this.crowd.publicKeys)) writeFileSync(master.path('pki/minions', id), pem);
    await this.crowd.connect();
  }

  get ids(): string[] {
    return [...this.minions.map(({ id }) => id), ...(this.crowd?.ids ?? [])];
  }

  /** Listens to the bus of the master of now; after each start of it. */
  async listen(): Promise<void> {
    this.#takeEvents();
    this.#life += 1;
    this.#heard = 0;
    this.#hearing = await this.master.hear();
  }

  get hearing(): Hearing {
    if (this.#hearing === undefined) throw new Error('Nobody listens to the master yet');
    return this.#hearing;
  }

  /** Asks for one job; what comes of it goes into the history. Resolves when the master has published it, or cannot. */
  async ask(ids: readonly string[], seconds: number, timeoutMs = 60_000): Promise<string> {
    const jid = newJid();
    this.history.add({ what: 'asked', jid, minions: ids });
    const load: PlainMap = {
      fun: 'cmd.run', arg: [markingJob(jid, seconds), { python_shell: true, __kwarg__: true }], tgt: [...ids], tgt_type: 'list', jid,
      timeout_ms: timeoutMs, gather_timeout_ms: 3000, kwargs: {},
    };
    let isOut: () => void = () => undefined;
    const out = new Promise<void>((resolve) => {
      isOut = resolve;
    });
    this.#asked.push(this.#follow(jid, load, isOut).finally(isOut));
    await out;
    return jid;
  }

  async #follow(jid: string, load: PlainMap, published: () => void): Promise<void> {
    try {
      for await (const frame of this.#door({ op: 'publish', load })) {
        if (frame['kind'] === 'published') {
          this.history.add({ what: 'published', jid, minions: (frame['minions'] as Value[]).map(String) });
          published();
        } else if (frame['kind'] === 'return' && isPlainMap(frame['load'])) {
          const { success, return: value } = frame['load'];
          this.history.add({ what: 'shown', jid, id: String(frame['id']), success: success !== false, text: textOf(value) });
        } else if (frame['kind'] === 'missing') this.history.add({ what: 'missing', jid, id: String(frame['id']) });
        else if (frame['kind'] === 'noted') this.history.add({ what: 'record', jid, id: String(frame['id']), state: String(frame['state']) });
        else if (frame['kind'] === 'refused' || frame['kind'] === 'no_minions') this.history.add({ what: 'not_published', jid, why: JSON.stringify(frame['error'] ?? frame) });
      }
    } catch (error) {
      // The master died or could not be asked: the job may have been published.
      if (!(error instanceof MasterUnreachableError)) throw error;
      this.history.fault(`${jid}: ${error.message}`);
    }
  }

  #door(request: Pick<DoorRequest, 'op' | 'load'>): AsyncGenerator<PlainMap> {
    const key = readFileSync(this.master.path('cache', `.${userName}_key`), 'utf8');
    return askMaster(this.master.path('run', DOOR_NAME), { ...request, key, user: userName }, AbortSignal.timeout(300_000));
  }

  async runner(fun: string, ...arg: readonly Value[]): Promise<Value> {
    for await (const frame of this.#door({ op: 'runner', load: { fun, arg: [...arg] } })) {
      if (frame['kind'] === 'result' && isPlainMap(frame['data'])) return frame['data']['return'] ?? null;
    }
    throw new Error(`${fun} gave no result`);
  }

  /** Ends the master at once. */
  async killMaster(): Promise<void> {
    this.history.fault('master killed');
    this.master.process.kill();
    await this.master.process.ended();
  }

  /** Starts the master anew and listens to it. */
  async startMaster(): Promise<void> {
    await this.master.start();
    await this.listen();
    this.history.fault('master started');
  }

  /** Ends a minion at once, with or without what it started. */
  async killMinion(minion: MinionHost): Promise<void> {
    minion.process.kill();
    await minion.ended();
    this.takeMarks();
    this.history.add({ what: 'died', id: minion.id });
  }

  takeMarks(): void {
    for (const minion of this.minions) this.history.takeMarks(minion.path('marks'), minion.id);
  }

  /** Returns that wait on the minions' disks. */
  waiting(): number {
    return this.minions.reduce((sum, minion) => sum + keptReturns(minion), 0);
  }

  /** Waits until all asked jobs are at rest, takes in what is stored, and gives the broken promises. Everything must be healed. */
  async verdict(withinMs = 60_000): Promise<string[]> {
    const { history, master, crowd } = this;
    await until('the end of all jobs', async () => {
      this.takeMarks();
      if ((crowd?.busy ?? 0) > 0 || this.waiting() > 0) return false;
      for (const { id } of this.minions) if (!await isAtRest(master, id)) return false;
      return true;
    }, withinMs);
    await Promise.all(this.#asked.splice(0));
    this.takeMarks();
    this.#takeEvents();
    await this.#takeStored();
    const broken = checkHistory(history.facts).filter((sentence) => !this.#said.has(sentence));
    for (const sentence of broken) this.#said.add(sentence);
    return broken;
  }

  /** @throws AssertionError with the broken promises; the history is kept then, and its path printed */
  async assertKept(withinMs?: number): Promise<void> {
    const broken = await this.verdict(withinMs).catch((error: unknown) => this.keepHistory(error));
    if (broken.length > 0) this.keepHistory(new assert.AssertionError({ message: `Promises were broken:\n${broken.slice(0, 20).join('\n')}` }));
  }

  keepHistory(error: unknown): never {
    const path = join(mkdtempSync(join(tmpdir(), 'tsalt-faults-')), 'history.jsonl');
    copyFileSync(this.history.path, path);
    process.stdout.write(`faults: TSALT_FAULTS_SEED=${this.seed} failed; history in ${path}\n`);
    throw error;
  }

  #takeEvents(): void {
    const events = this.#hearing?.events ?? [];
    for (const { tag, data } of events.slice(this.#heard)) {
      const [, jid = '', id = ''] = /^salt\/job\/(\d+)\/ret\/(.+)$/.exec(tag) ?? [];
      if (jid !== '' && data['fun'] === 'cmd.run') this.history.add({ what: 'event', jid, id, life: this.#life });
    }
    this.#heard = events.length;
  }

  /**
   * What the master says became of each part. Nobody waits for a job whose asker was cut off by the end of the master: somebody has to
   * ask after it, as `tsalt-run jobs.follow` does.
   */
  async #takeRecord(jid: string): Promise<void> {
    let record = await this.runner('jobs.delivery', jid);
    if (statesOf(record).some(([, state]) => OPEN.has(state))) {
      for await (const frame of this.#door({ op: 'follow', load: { jid, timeout_ms: 1000, gather_timeout_ms: 3000 } })) {
        if (frame['kind'] === 'missing') this.history.add({ what: 'missing', jid, id: String(frame['id']) });
      }
      record = await this.runner('jobs.delivery', jid);
    }
    for (const [id, state] of statesOf(record)) this.history.add({ what: 'record', jid, id, state });
  }

  async #takeStored(): Promise<void> {
    for (const { jid } of this.history.facts.filter((fact) => fact.what === 'asked')) {
      if (this.#settled.has(jid)) continue;
      this.#settled.add(jid);
      await this.#takeRecord(jid);
      const job = await this.runner('jobs.list_job', jid);
      const results = isPlainMap(job) && isPlainMap(job['Result']) ? job['Result'] : {};
      for (const [id, result] of Object.entries(results)) {
        if (!isPlainMap(result)) continue;
        this.history.add({ what: 'stored', jid, id, success: result['success'] !== false, text: textOf(result['return']) });
      }
    }
  }
}

/** States of parts of which more is to come. */
const OPEN: ReadonlySet<string> = new Set(['published', 'received', 'running']);

function statesOf(record: Value): [string, string][] {
  return isPlainMap(record) ? Object.entries(record).flatMap(([id, facts]) => (isPlainMap(facts) ? [[id, String(facts['state'])]] : [])) : [];
}

export function keptReturns(minion: MinionHost): number {
  const folder = minion.path('cache/outbox');
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.p')).length : 0;
}

async function isAtRest(master: MasterHost, id: string): Promise<boolean> {
  const { returns } = await master.job({ tgt: [id], tgtType: 'list', fun: 'saltutil.running', timeoutMs: 3000 });
  const running = returns[id];
  return Array.isArray(running) && running.length === 0;
}

function textOf(value: Value | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** A pause of some milliseconds from the seed. */
export const randomPause = (random: Random, maxMs: number): Promise<void> => sleep(random.below(maxMs), undefined, true);
