/**
 * `_return`: the answer of a minion. Acknowledged only when it is stored.
 *
 * Source: wire-protocol section 8; golden events/job-*.
 * Differs: the id comes from the session, never from the load; what cannot be stored is not acknowledged.
 */
import { parseJid } from '../../../kernel/contract/job.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { newJid, stampNow } from '../../../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import type { EventBus } from '../../../bus/event/bus.js';
import type { ActiveJobs } from '../../jobs/active-jobs.js';
import { JobStoreError, type JobStore } from '../../jobs/job-store.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface ReturnParts {
  readonly bus: EventBus;
  readonly jobs: JobStore;
  readonly active: ActiveJobs;
  readonly storeJobs: boolean;
  /** What is wrong with the signature of a message, or undefined. */
  readonly signatureFault: (load: PlainMap, id: string) => string | undefined;
  readonly requireSignature: boolean;
  readonly dropUnsigned: boolean;
  readonly log: Logger;
}

/** Returns of jobs that only ask after other jobs are not worth keeping. */
const NOT_KEPT = new Set(['saltutil.find_job']);

export function returnCommand(parts: ReturnParts): MinionCommand {
  return {
    name: '_return', from: 'minion', bytesMax: SIZES.large,
    rule: 'An accepted minion, for itself: the return is filed under the id of its session',
    async run(received, sender) {
      if (!isSignedAsAsked(parts, received, sender.id)) return reply(null);
      const { sig, ...unsigned } = received;
      void sig;
      const load: PlainMap = { ...unsigned, id: sender.id };
      if (load['jid'] === 'req') await adopt(parts, load);
      const jid = parseJid(load['jid']);
      if (jid === undefined) {
        parts.log.warn({ id: sender.id, jid: String(load['jid']).slice(0, 80) }, 'return refused: no job id');
        return reply(null);
      }
      load['_stamp'] ??= stampNow();
      try {
        await store(parts, jid, sender.id, load);
      } catch (error) {
        if (!(error instanceof JobStoreError)) throw error;
        parts.log.error({ err: error, jid, id: sender.id }, 'return not stored: not acknowledged');
        return { kind: 'nothing' };
      }
      parts.active.returned(jid, sender.id);
      announce(parts, jid, sender.id, load);
      return reply(null);
    },
  };
}

function isSignedAsAsked(parts: ReturnParts, load: PlainMap, id: string): boolean {
  if (load['sig'] === undefined) {
    if (!parts.requireSignature) return true;
    parts.log.warn({ id }, 'return refused: it is not signed (require_minion_sign_messages)');
    return false;
  }
  const fault = parts.signatureFault(load, id);
  if (fault === undefined) return true;
  parts.log.warn({ id, fault }, 'signature of a return does not fit');
  return !parts.dropUnsigned;
}

/** A run without a published job (`salt-call`, schedules): the master gives it an id and keeps it as a job. */
async function adopt(parts: ReturnParts, load: PlainMap): Promise<void> {
  const jid = newJid();
  load['jid'] = jid;
  load['arg'] ??= load['fun_args'] ?? [];
  load['tgt'] ??= load['id'] ?? '';
  load['tgt_type'] ??= 'glob';
  if (!parts.storeJobs || load['nocache'] === true) return;
  const job: PlainMap = {
    fun: load['fun'] ?? '', arg: load['arg'] ?? [], tgt: load['tgt'] ?? '', tgt_type: 'glob', jid, ret: '', user: load['user'] ?? 'root',
  };
  await parts.jobs.saveJob({ jid, load: job, minions: [String(load['id'])], startedUnixMs: Date.now() });
}

async function store(parts: ReturnParts, jid: string, id: string, load: PlainMap): Promise<void> {
  const fun = funText(load['fun']);
  if (!parts.storeJobs || load['nocache'] === true || NOT_KEPT.has(fun)) return;
  await parts.jobs.saveReturn(
    { jid, id, fun, retcode: retcodeOf(load['retcode']), success: load['success'] !== false, load }, Date.now(),
  );
}

function announce(parts: ReturnParts, jid: string, id: string, load: PlainMap): void {
  parts.bus.fire(`salt/job/${jid}/ret/${id}`, load);
  if (retcodeOf(load['retcode']) === 0 || (load['fun'] !== 'state.sls' && load['fun'] !== 'state.highstate')) return;
  const states = load['return'];
  if (!isPlainMap(states)) return;
  for (const [tag, state] of Object.entries(states)) {
    if (!isPlainMap(state) || state['result'] !== false) continue;
    const parts4 = tag.split('_|-');
    const data: PlainMap = { ...state, name: state['name'] ?? '', success: false, id, fun: load['fun'] ?? '', jid, tag, retcode: load['retcode'] ?? 1 };
    parts.bus.fire(`${parts4[0]}.${parts4.at(-1)}`, data);
    parts.bus.fire(`salt/job/${jid}/sub/${id}/error/${String(load['fun'])}`, data);
  }
}

/** One code for several functions: the largest. */
function retcodeOf(value: Value | undefined): number {
  if (isPlainMap(value)) return Math.max(0, ...Object.values(value).map((code) => Number(code) || 0));
  if (Array.isArray(value)) return Math.max(0, ...value.map((code) => Number(code) || 0));
  return Number(value ?? 0) || 0;
}

const funText = (fun: Value | undefined): string => (Array.isArray(fun) ? fun.join(',') : String(fun ?? ''));
