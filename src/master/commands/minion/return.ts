/**
 * `_return`: the answer of a minion. Acknowledged only when it is stored.
 *
 * Source: wire-protocol section 8; golden events/job-*.
 * Differs: the id comes from the session, never from the load; a `resource_id` counts only when that minion registered the resource
 * and no minion has the name; what cannot be stored is not acknowledged.
 * Returns of jobs that were not published to the minion go to quarantine: `jobs/returns-allowed.ts` has the rule.
 */
import { parseJid, parseMinionId, type Jid } from '../../../kernel/contract/job.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { jidToUnixMs, newJid, stampNow } from '../../../kernel/std/time.js';
import { isList, isNumber, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { EventBus } from '../../../bus/event/bus.js';
import { returnWord } from '../../../bus/wire/return-words.js';
import type { ActiveJob, ActiveJobs } from '../../jobs/active-jobs.js';
import type { Deliveries, ReturnMeaning } from '../../jobs/deliveries.js';
import { JobStoreError, type JobStore } from '../../jobs/job-store.js';
import type { Quarantine } from '../../jobs/quarantine.js';
import { unsolicited } from '../../jobs/returns-allowed.js';
import { reply, SIZES, type MinionCommand, type MinionSender } from '../../requests/command.js';
import { shownName } from '../../requests/refusals.js';

export interface ReturnParts {
  readonly bus: EventBus;
  readonly jobs: JobStore;
  readonly active: ActiveJobs;
  readonly deliveries: Deliveries;
  readonly quarantine: Quarantine;
  readonly storeJobs: boolean;
  /** What is wrong with the signature of a message, or undefined. */
  readonly signatureFault: (load: PlainMap, sender: MinionSender) => string | undefined;
  readonly requireSignature: boolean;
  readonly dropUnsigned: boolean;
  /** True when the minion registered a resource of this name. */
  readonly ownsResource: (id: string, resource: string) => boolean;
  readonly log: Logger;
}

const STATE_NAME = /^[a-z_]\w{0,63}$/i;
/** A return may have waited for the master so long. */
const OWN_JID_AGE_MS_MAX = 7 * 86_400_000;
const RETCODE_MAX = 2 ** 31 - 1;
/** Returns of jobs that only ask after other jobs are not worth keeping. */
const NOT_KEPT = new Set(['saltutil.find_job']);
/** In place of a job id: the return of a schedule that is to be told and not kept (`return_job: nocache`). Source: observed, Salt 3008.3. */
const TOLD_ONLY = 'nocache';

export function returnCommand(parts: ReturnParts): MinionCommand {
  return {
    name: '_return', from: 'minion', bytesMax: SIZES.large,
    rule: 'An accepted minion, for itself: the return is filed under the id of its session',
    async run(received, sender) {
      if (!isSignedAsAsked(parts, received, sender)) return reply(null);
      const { sig, ...unsigned } = received;
      void sig;
      const id = nameFor(parts, sender.id, unsigned['resource_id']);
      const load: PlainMap = { ...unsigned, id };
      if (load['jid'] === TOLD_ONLY) {
        announce(parts, TOLD_ONLY, id, { ...load, _stamp: load['_stamp'] ?? stampNow() });
        return reply(null);
      }
      if (load['jid'] === 'req') await adopt(parts, load, newJid());
      else if (isOwnSchedule(parts, load)) await adopt(parts, load, String(load['jid']));
      const jid = parseJid(load['jid']);
      if (jid === undefined) {
        parts.log.warn({ id: sender.id, jid: shownName(load['jid']) }, 'return refused: no job id');
        return reply(null);
      }
      load['_stamp'] ??= stampNow();
      const job = parts.deliveries.job(jid);
      const fun = funText(load['fun']);
      const nowMs = Date.now();
      let isNew: boolean;
      try {
        // Of a resource, the minion that manages it may have been the target.
        const why = unsolicited(job, id, parts.storeJobs) && unsolicited(job, sender.id, parts.storeJobs);
        if (why !== undefined) {
          // The answer to a question about jobs that nobody waits for any more.
          if (!NOT_KEPT.has(fun)) await parts.quarantine.take({ jid, id, fun, why, load, atMs: nowMs });
          return reply(null);
        }
        const meaning = meaningOf(load, nowMs);
        isNew = await store(parts, { jid, id, fun, job, meaning, load, nowMs });
        if (job !== undefined) parts.deliveries.returned(job, id, meaning, nowMs);
      } catch (error) {
        if (!(error instanceof JobStoreError)) throw error;
        parts.log.error({ err: error, jid, id }, 'return not stored: not acknowledged');
        return { kind: 'nothing' };
      }
      // A second copy, of a minion that did not hear of the first one's acknowledgement, is no news.
      if (isNew) announce(parts, jid, id, load);
      return reply(null);
    },
  };
}

/** The minion's own name, or that of a resource it registered. */
function nameFor(parts: ReturnParts, id: string, resource: Value | undefined): string {
  if (resource === undefined) return id;
  const name = parseMinionId(resource);
  if (name !== undefined && parts.ownsResource(id, name)) return name;
  parts.log.warn({ id, resource: shownName(resource) }, 'return of a resource that is not the minion\'s: filed under the minion');
  return id;
}

function isSignedAsAsked(parts: ReturnParts, load: PlainMap, sender: MinionSender): boolean {
  const { id } = sender;
  if (load['sig'] === undefined) {
    if (!parts.requireSignature) return true;
    parts.log.warn({ id }, 'return refused: it is not signed (require_minion_sign_messages)');
    return false;
  }
  const fault = parts.signatureFault(load, sender);
  if (fault === undefined) return true;
  parts.log.warn({ id, fault }, 'signature of a return does not fit');
  return !parts.dropUnsigned;
}

/** A scheduled run whose minion gave it an id, since a returner has it too: time-like and not used by any job. */
function isOwnSchedule(parts: ReturnParts, { schedule, jid }: PlainMap): boolean {
  const startedMs = typeof schedule === 'string' && typeof jid === 'string' ? jidToUnixMs(jid) : undefined;
  if (startedMs === undefined || Math.abs(Date.now() - startedMs) > OWN_JID_AGE_MS_MAX) return false;
  return parts.deliveries.job(parseJid(jid) as Jid) === undefined;
}

/** A run without a published job (`salt-call`, schedules): the master gives it an id and keeps it as a job. */
async function adopt(parts: ReturnParts, load: PlainMap, jid: string): Promise<void> {
  load['jid'] = jid;
  load['arg'] ??= load['fun_args'] ?? [];
  load['tgt'] ??= load['id'] ?? '';
  load['tgt_type'] ??= 'glob';
  const job: PlainMap = {
    fun: load['fun'] ?? '', arg: load['arg'] ?? [], tgt: load['tgt'] ?? '', tgt_type: 'glob', jid, ret: '', user: load['user'] ?? 'root',
  };
  const minions = [String(load['id'])];
  parts.active.start(jid, minions, job);
  if (parts.storeJobs && load['nocache'] !== true) await parts.jobs.saveJob({ jid, load: job, minions, startedUnixMs: Date.now() });
}

interface Arrival {
  readonly jid: string;
  readonly id: string;
  readonly fun: string;
  readonly job: ActiveJob | undefined;
  readonly meaning: ReturnMeaning;
  readonly load: PlainMap;
  readonly nowMs: number;
}

/** False for a return that came before. Of one that is not kept only the master's memory can tell. */
async function store(parts: ReturnParts, { jid, id, fun, job, meaning, load, nowMs }: Arrival): Promise<boolean> {
  if (!parts.storeJobs || load['nocache'] === true || NOT_KEPT.has(fun)) return job?.returned.has(id) !== true;
  const tally = job === undefined ? {} : parts.deliveries.tallyOf(job, id, meaning);
  return parts.jobs.saveReturn({ jid, id, fun, retcode: retcodeOf(load['retcode']), success: load['success'] !== false, load, tally }, nowMs);
}

function meaningOf(load: PlainMap, atMs: number): ReturnMeaning {
  const isFailed = retcodeOf(load['retcode']) !== 0 || load['success'] === false;
  const word = returnWord(load);
  if (word === undefined) return { isFailed };
  if (word.kind === 'refused') return { isFailed, special: { state: 'refused', atMs, why: word.why } };
  return { isFailed, special: { state: 'failed', atMs, why: 'interrupted: the minion ended while the job ran', isInterrupted: true } };
}

function announce(parts: ReturnParts, jid: string, id: string, load: PlainMap): void {
  parts.bus.fire(`salt/job/${jid}/ret/${id}`, load);
  if (retcodeOf(load['retcode']) === 0 || (load['fun'] !== 'state.sls' && load['fun'] !== 'state.highstate')) return;
  const states = load['return'];
  if (!isPlainMap(states)) return;
  for (const [tag, state] of Object.entries(states)) {
    if (!isPlainMap(state) || state['result'] !== false) continue;
    const names = tag.split('_|-');
    const [module = ''] = names;
    const fun = names.at(-1) ?? '';
    // The names become a tag: anything else than names could look like an event of the master.
    if (![module, fun].every((name) => STATE_NAME.test(name))) continue;
    const data: PlainMap = { ...state, name: state['name'] ?? '', success: false, id, fun: load['fun'] ?? '', jid, tag, retcode: load['retcode'] ?? 1 };
    parts.bus.fire(`${module}.${fun}`, data);
    parts.bus.fire(`salt/job/${jid}/sub/${id}/error/${String(load['fun'])}`, data);
  }
}

/** One code for several functions: the largest. */
function retcodeOf(value: Value | undefined): number {
  const codes: readonly Value[] = isPlainMap(value) ? Object.values(value) : isList(value) ? value : [];
  if (codes.length > 0) return codes.reduce<number>((worst, code) => Math.max(worst, isNumber(code) ? retcodeOf(code) : 0), 0);
  const code = isNumber(value) || typeof value === 'boolean' ? Number(value) : 0;
  return Number.isNaN(code) ? 0 : Math.trunc(Math.min(RETCODE_MAX, Math.max(-RETCODE_MAX, code)));
}

const funText = (fun: Value | undefined): string => (Array.isArray(fun) ? fun.join(',') : String(fun ?? ''));
