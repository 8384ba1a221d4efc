/**
 * What minions may ask of others through the master: `minion_pub`, `minion_publish`, `pub_ret`, `minion_runner`.
 *
 * Source: wire-protocol section 7; golden wire/calls; config `peer`, `peer_run`.
 */
import type { Access } from '../../access/authorise.js';
import { WAYS } from '../../access/ways.data.js';
import type { JobStore } from '../../jobs/job-store.js';
import type { JobOrder, JobPublished } from '../../jobs/publish-job.js';
import { storedAndPublished, type JobNotStored } from '../../jobs/stored-and-published.js';
import { ReturnWatch, type WaitParts } from '../../jobs/wait.js';
import { splitPublishedArgs } from '../../../kernel/loader/words.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { newJid } from '../../../kernel/std/time.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { publishedForm } from '../../../sls/target/published.js';
import { InvocationError } from '../../../kernel/contract/errors.js';
import type { FunctionDesk } from '../../functions/function-desk.js';
import { reply, SIZES, type MinionCommand } from '../../requests/command.js';

export interface PeerParts extends WaitParts {
  readonly publish: (order: JobOrder) => Promise<JobPublished>;
  readonly jobs: JobStore;
  readonly functions: FunctionDesk;
  readonly access: Pick<Access, 'decideCall'>;
  readonly gatherTimeoutMs: number;
  readonly nodegroups: Value;
  readonly log: Logger;
}

/** Publishing through others would go round for ever. */
const NEVER = /^publish\./;
const ASKS_MAX = 10_000;
const TIMEOUT_SECONDS_MAX = 3600;

export function peerCommands(parts: PeerParts): MinionCommand[] {
  /** Who asked for a job: only that minion may read its returns. */
  const asked = new Map<string, string>();
  const publish = async (load: PlainMap, id: string, jid = newJid()): Promise<JobPublished | JobNotStored | undefined> => {
    const order = orderOf(load, id, jid, parts.nodegroups);
    const mayCall = (fun: string, tgt: Value): boolean => parts.access.decideCall({ way: 'peer:publish', user: id, fun, tgt, jid, from: `minion ${id}` });
    if (order === undefined || ![order.fun].flat().every((fun) => mayCall(fun, order.tgt))) return undefined;
    const published = await storedAndPublished(order, parts);
    if (published.kind === 'published') {
      asked.set(published.jid, id);
      const oldest = asked.keys().next();
      if (asked.size > ASKS_MAX && oldest.done !== true) asked.delete(oldest.value);
    }
    return published;
  };
  const { rule } = WAYS['peer:publish'];
  return [
    {
      name: 'minion_pub', from: 'minion', bytesMax: SIZES.medium, rule,
      async run(load, sender) {
        const published = await publish(load, sender.id);
        // Nobody to wait for is no refusal. Source: read and observed, Salt 3008.3.
        if (published?.kind === 'no_minions') return reply({ jid: 0, minions: [] });
        return reply(published?.kind === 'published' ? { jid: published.jid, minions: [...published.minions] } : notPublished(published));
      },
    },
    {
      name: 'minion_publish', from: 'minion', bytesMax: SIZES.medium, rule,
      async run(load, sender) {
        const jid = newJid();
        using watch = new ReturnWatch(parts, jid);
        const published = await publish(load, sender.id, jid);
        if (published?.kind !== 'published') return reply(notPublished(published));
        return reply(await collect(watch, published, load, sender.id, parts));
      },
    },
    {
      name: 'pub_ret', from: 'minion', bytesMax: SIZES.small, rule: 'The minion that asked for the job, and no other',
      run(load, sender) {
        const jid = typeof load['jid'] === 'string' ? load['jid'] : '';
        // Source: golden wire/errors.
        if (asked.get(jid) !== sender.id) return Promise.resolve(reply(''));
        const returns = parts.jobs.returns(jid);
        return Promise.resolve(reply(Object.fromEntries([...returns].map(([id, ret]) => [
          id, { ret: ret['return'] ?? null, ...(ret['out'] === undefined ? {} : { out: ret['out'] }) },
        ]))));
      },
    },
    {
      name: 'minion_runner', from: 'minion', bytesMax: SIZES.medium, rule: WAYS['peer:runner'].rule,
      async run(load, sender) {
        const fun = String(load['fun'] ?? '');
        if (!parts.access.decideCall({ way: 'peer:runner', user: sender.id, fun, from: `minion ${sender.id}` })) return reply({});
        const { args, kwargs } = splitPublishedArgs(isList(load['arg']) ? load['arg'] : []);
        const started = parts.functions.start('runner', { fun, args, kwargs }, sender.id, { signal: AbortSignal.timeout(TIMEOUT_SECONDS_MAX * 1000) });
        return reply((await started.done)['return'] ?? null);
      },
    },
  ];
}

/**
 * Nothing for a refusal. A job that cannot be stored is told by a map without `minions`: our minions say the sentence, a real one at
 * least fails.
 */
const notPublished = (outcome: JobPublished | JobNotStored | undefined): PlainMap => (outcome?.kind === 'not_stored' ? { error: outcome.error } : {});

/** `{minion: value}`, or with `form: full` `{minion: {ret, out}}`. */
async function collect(
  watch: ReturnWatch, published: Extract<JobPublished, { kind: 'published' }>, load: PlainMap, user: string, parts: PeerParts,
): Promise<PlainMap> {
  const timeoutMs = Math.min(Number(load['tmo'] ?? load['timeout'] ?? 5) || 5, TIMEOUT_SECONDS_MAX) * 1000;
  const result: PlainMap = {};
  const options = { timeoutMs, gatherTimeoutMs: parts.gatherTimeoutMs, user, signal: AbortSignal.timeout(TIMEOUT_SECONDS_MAX * 1000) };
  for await (const answer of watch.answers(published.jid, published.minions, options)) {
    if (answer.kind !== 'returned') continue;
    const value = answer.load['return'] ?? null;
    result[answer.id] = load['form'] === 'full' ? { ret: value, ...(answer.load['out'] === undefined ? {} : { out: answer.load['out'] }) } : value;
  }
  return result;
}

/** The job id is never the minion's to choose: under that of another job it could read its returns. */
function orderOf(load: PlainMap, id: string, jid: string, nodegroups: Value): JobOrder | undefined {
  const { fun } = load;
  if (typeof fun !== 'string' || fun.split(',').some((one) => NEVER.test(one))) return undefined;
  const target = targetOf(load, nodegroups);
  if (target === undefined) return undefined;
  return {
    ...functionsOf(fun, isList(load['arg']) ? load['arg'] : []), ...target,
    ret: typeof load['ret'] === 'string' ? load['ret'] : '', user: id, more: { id }, jid,
  };
}

/** Several functions have an argument each, whose words are separated by spaces. Source: read, Salt 3008.3. */
function functionsOf(fun: string, arg: readonly Value[]): Pick<JobOrder, 'fun' | 'arg'> {
  if (!fun.includes(',')) return { fun, arg };
  return { fun: fun.split(','), arg: arg.map((words) => (typeof words === 'string' ? words.split(/\s+/).filter((word) => word !== '') : words)) };
}

/** Minions do not know the node groups of the master: they are written out. Undefined for a group that is not there. */
function targetOf({ tgt, tgt_type: kind }: PlainMap, nodegroups: Value): Pick<JobOrder, 'tgt' | 'tgtType'> | undefined {
  const tgtType = typeof kind === 'string' ? kind : 'glob';
  if (tgt === undefined || !tgtType.startsWith('node')) return tgt === undefined ? undefined : { tgt, tgtType };
  try {
    const form = publishedForm({ expr: str(tgt), kind: 'nodegroup' }, { nodegroups });
    return { tgt: form.tgt, tgtType: form.tgt_type };
  } catch (error) {
    if (error instanceof InvocationError) return undefined;
    throw error;
  }
}
