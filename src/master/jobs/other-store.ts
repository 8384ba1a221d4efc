/**
 * Another job store than the master's own (`master_job_cache`, `ext_job_cache`): jobs and returns are handed to it once they are stored
 * here, and it is read by the runner `jobs`. Start at `OtherStore`.
 *
 * Source: read, Salt 3008.3. Differs: what the other store cannot take now waits on disk and is handed over later.
 */
import type { ReturnerQueue, ReturnerQueues } from '../../bus/returners/returner-queue.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { JobFilter, JobStorePort } from '../../kernel/contract/ports.js';
import type { OpenReturner } from '../../kernel/loader/open-returner.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { jidToTime, jidToUnixMs, newJid } from '../../kernel/std/time.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { JobStore, StoredJob, StoredReturn } from './job-store.js';

/** The name under which the master's own store goes, as Salt's. */
export const OWN_STORE = 'local_cache';
/** Old jobs are looked for so often: a store may have to read all. */
const CLEAN_EVERY_MS = 10 * 60_000;

export interface OtherStoreParts {
  readonly queues: ReturnerQueues;
  readonly opts: Readonly<PlainMap>;
}

export class OtherStore {
  readonly #parts: OtherStoreParts;
  #cleanedMs = 0;

  constructor(parts: OtherStoreParts) {
    this.#parts = parts;
  }

  /** Names of the stores that get jobs, and of the one that also gets returns: those go to an external one from the minions. */
  #names(): { jobs: string[]; returns: string[] } {
    const { opts } = this.#parts;
    const external = textOf(opts['ext_job_cache']);
    const master = textOf(opts['master_job_cache']);
    const jobs = [external, master].filter((name) => name !== '' && name !== OWN_STORE);
    return { jobs, returns: external === '' ? jobs : [] };
  }

  /** What the master's own store tells. */
  hears(log: Logger): NonNullable<JobStore['onStored']> {
    const failed = (err: unknown): void => log.error({ err }, 'other job store not told');
    return { job: (job) => void this.#job(job).catch(failed), returned: (ret) => void this.#returned(ret).catch(failed) };
  }

  async #job({ jid, load, minions }: StoredJob): Promise<void> {
    for (const queue of await this.#queues(this.#names().jobs)) {
      queue.put('prepJid', false, jid);
      queue.put('saveLoad', jid, load, [...minions]);
    }
  }

  async #returned({ jid, load }: StoredReturn): Promise<void> {
    for (const queue of await this.#queues(this.#names().returns)) {
      queue.put('returner', load);
      if (this.#parts.opts['job_cache_store_endtime'] === true) queue.put('updateEndtime', jid, jidToTime(newJid()));
    }
  }

  async clean(nowMs: number): Promise<void> {
    if (nowMs - this.#cleanedMs < CLEAN_EVERY_MS) return;
    this.#cleanedMs = nowMs;
    for (const { returner } of await this.#queues(this.#names().jobs)) if (returner.has('cleanOldJobs')) await returner.call('cleanOldJobs', []);
  }

  /** Undefined when there is no returner of that name, or it keeps no jobs. */
  async reader(name: string): Promise<JobStorePort | undefined> {
    const returner = await this.#parts.queues.returner(name);
    return returner?.has('getLoad') === true && returner.has('getJid') ? new ReturnerReader(returner) : undefined;
  }

  async #queues(names: readonly string[]): Promise<ReturnerQueue[]> {
    const queues = await Promise.all(names.map((name) => this.#parts.queues.of(name)));
    return queues.filter((queue) => queue !== undefined);
  }
}

/** Jobs as the runner asks for them, out of what a returner gives. */
class ReturnerReader implements JobStorePort {
  readonly #returner: OpenReturner;

  constructor(returner: OpenReturner) {
    this.#returner = returner;
  }

  async list(filter: JobFilter): Promise<PlainMap[]> {
    for (const word of ['minion', 'result'] as const) {
      if (filter[word] !== undefined) throw new InvocationError(`The job store '${this.#returner.name}' cannot list jobs by ${word}`);
    }
    const { count = Infinity, offset = 0 } = filter;
    const jobs = (await this.#all(count + offset, filter)).filter(([jid, load]) => isWanted(jid, load, filter));
    return jobs.sort(([a], [b]) => (a < b ? 1 : -1)).slice(offset, offset + count).map(([jid, load]) => ({ ...load, jid }));
  }

  /** Where only the newest are wanted, it need not give all. */
  async #all(wanted: number, { functions, targets, user, startUnixMs, endUnixMs }: JobFilter): Promise<[string, PlainMap][]> {
    const isFiltered = [functions, targets, user, startUnixMs, endUnixMs].some((value) => value !== undefined);
    if (Number.isFinite(wanted) && !isFiltered && this.#returner.has('getJidsFilter')) {
      return (await this.#returner.call('getJidsFilter', [wanted, false])).map((job) => [String(job['JID']), loadOf(job)]);
    }
    if (!this.#returner.has('getJids')) throw new CommandExecutionError(`The job store '${this.#returner.name}' cannot list jobs`);
    return Object.entries(await this.#returner.call('getJids', [])).map(([jid, job]) => [jid, isPlainMap(job) ? loadOf(job) : {}]);
  }

  async load(jid: string): Promise<PlainMap | undefined> {
    const { Minions: minions, ...load } = await this.#returner.call('getLoad', [jid]);
    return Object.keys(load).length === 0 ? undefined : { ...load, jid, minions: Array.isArray(minions) ? [...minions] as Value[] : [] };
  }

  returns(jid: string): Promise<PlainMap> {
    return this.#returner.call('getJid', [jid]);
  }

  async endTime(jid: string): Promise<string | undefined> {
    return this.#returner.has('getEndtime') ? this.#returner.call('getEndtime', [jid]) : undefined;
  }
}

/** What was published, as far as a listing has it. */
function loadOf({ Function: fun, Arguments: arg, Target: tgt, 'Target-type': kind, User: user, Metadata: metadata }: PlainMap): PlainMap {
  const load = { fun, arg, tgt, tgt_type: kind, user, metadata };
  return Object.fromEntries(Object.entries(load).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

function isWanted(jid: string, load: PlainMap, { functions, targets, user, startUnixMs = -Infinity, endUnixMs = Infinity }: JobFilter): boolean {
  const fits = (value: Value | undefined, patterns: readonly string[] | undefined): boolean => {
    const texts = (isList(value ?? null) ? [...(value as readonly Value[])] : [value ?? '']).map(String);
    return patterns === undefined || patterns.some((pattern) => texts.some((text) => fnmatch(text, pattern)));
  };
  if (!fits(load['fun'], functions) || !fits(load['tgt'], targets) || (user !== undefined && load['user'] !== user)) return false;
  const startedMs = jidToUnixMs(jid);
  return startedMs === undefined ? startUnixMs === -Infinity && endUnixMs === Infinity : startedMs >= startUnixMs && startedMs <= endUnixMs;
}

const textOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '');
