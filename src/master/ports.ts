/** What runners and wheel functions may reach of the master. */
import type { KeyPair } from '../bus/channel/key-files.js';
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import type { EventBus } from '../bus/event/bus.js';
import { hearAll } from '../bus/event/hear-all.js';
import { pemFingerprint } from '../bus/crypto/fingerprint.js';
import { isHashType } from '../bus/crypto/digest.js';
import { parseJid, parseMinionId } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import type { BatchesPort, CatalogPort, EventPort, JobStorePort, KeyLists, KeysPort, LocalJob, LocalPort, LocalReturn, MasterModulesPort, MatchPort, MinePort, PillarAsk, PillarPort, Ports, RunnerPort, StatsPort } from '../kernel/contract/ports.js';
import { jidAt, jidToTime, newJid, stampNow } from '../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../kernel/std/value.js';
import type { FileServer } from '../sls/files/file-server.js';
import type { FileUpdates } from '../sls/files/file-updates.js';
import type { PillarRequest } from '../sls/pillar/request.js';
import { fileServerPort } from './file-server-port.js';
import { publishedForm } from '../sls/target/published.js';
import { mineGet } from './commands/minion/mine.js';
import type { FunctionDesk } from './functions/function-desk.js';
import { masterSidePort } from './functions/master-side.js';
import { masterModulesPort, masterSyncPort, type MasterModulesParts } from './functions/master-modules.js';
import type { Prints } from './functions/prints.js';
import type { Deliveries } from './jobs/deliveries.js';
import type { JobStore } from './jobs/job-store.js';
import type { OtherStore } from './jobs/other-store.js';
import type { JobOrder } from './jobs/publish-job.js';
import type { Batches } from './jobs/batch.js';
import { batchTag } from './jobs/batch-events.js';
import { followJob } from './jobs/follow.js';
import { ReturnWatch, type Answer, type Noted, type WaitParts } from './jobs/wait.js';
import { KeyActions } from './keys/key-actions.js';
import { keyActionsPort } from './keys/key-actions-port.js';
import type { KeyState, KeyStore } from './keys/key-store.js';
import type { PillarDesk } from './pillar/pillar-desk.js';
import type { KnownStore } from './known/known-store.js';
import type { MinionTargets } from './known/targets.js';
import type { Presence } from './publisher/presence.js';
import type { Reactor } from '../automation/reactor/reactor.js';
import { reactorPort } from './reactor/reactions.js';
import type { Trace } from './trace/trace.js';

export interface MasterPortParts {
  readonly opts: Readonly<PlainMap>;
  readonly bus: EventBus;
  readonly jobs: JobStore;
  readonly deliveries: Deliveries;
  readonly batches: Batches;
  /** Made after the modules of the master, which it needs. */
  readonly otherStore: () => OtherStore;
  readonly trace: Trace;
  /** Once it runs; none where nothing is configured to react. */
  readonly reactor: () => Reactor | undefined;
  readonly stats: StatsPort;
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly waitParts: WaitParts;
  readonly presence: Presence;
  readonly targets: MinionTargets;
  readonly rotateAesKey: () => void;
  readonly pair: KeyPair;
  readonly server: FileServer;
  readonly updates: FileUpdates;
  readonly sys: Sys;
  readonly log: Logger;
  readonly prints: Prints;
  readonly pillars: PillarDesk;
  readonly modules: Omit<MasterModulesParts, 'ports' | 'hear' | 'follow'>;
  readonly functions: () => FunctionDesk;
  readonly catalog: () => CatalogPort;
}

export function masterPorts(parts: MasterPortParts): Partial<Ports> & Pick<Ports, 'events'> {
  const events = eventPort(parts.bus);
  return {
    events, local: localPort(parts), jobStore: jobStorePort(parts), keys: keysPort(parts), known: parts.known,
    match: matchPort(parts.targets), runner: runnerPort(parts.bus, parts.prints), fileServer: fileServerPort(parts.server, parts.updates),
    pack: { pack: encodeBus, unpack: decodeBus }, mine: minePort(parts), trace: parts.trace, reactor: reactorPort(parts.reactor), stats: parts.stats, batches: batchesPort(parts), masterModules: modulesOfMaster(parts), masterSync: masterSyncPort(parts.modules),
    pillar: pillarPort(parts.pillars), masterSide: masterSidePort(parts, undefined),
  };
}

function modulesOfMaster(parts: MasterPortParts): MasterModulesPort {
  const { prints } = parts;
  return masterModulesPort({
    ...parts.modules, ports: (cause) => forModules(parts, cause), hear: (jid, level, text) => prints.log(`salt/run/${jid}`, level, text),
    follow: (jid, state) => prints.state(`salt/run/${jid}`, state),
  });
}

function pillarPort(pillars: PillarDesk): PillarPort {
  const request = (ask: PillarAsk): PillarRequest => ({ ...ask, override: {}, extra: {} });
  return {
    compile: async (ask) => (await pillars.pillar(request(ask))).value(),
    top: (ask) => pillars.top(request(ask)),
    forget: () => Promise.resolve(pillars.forget()),
  };
}

function batchesPort({ batches: { known }, bus }: MasterPortParts): BatchesPort {
  return {
    summary: (jid) => known.summary(jid), active: () => known.active(), working: (jid) => known.working(jid),
    stop: (jid, reason) => bus.fire(batchTag(jid, 'stop'), { jid, reason }),
  };
}

function runnerPort(bus: EventBus, prints: Prints): RunnerPort {
  return {
    print: (job, text) => prints.print(String(job['tag']), text),
    progress: (job, data) => {
      bus.fire(`${String(job['tag'])}/progress`, data);
      return Promise.resolve();
    },
  };
}

function minePort({ known, targets }: MasterPortParts): MinePort {
  const match = (tgt: Value, tgtType: string) => targets.inMine(tgt, tgtType);
  return { get: (funs, tgt, tgtType) => mineGet({ known, match }, { funs, tgt, tgtType }) };
}

/** What modules on the master itself may reach: what they ask of minions and of the master comes of the run that called them. */
function forModules(parts: MasterPortParts, cause: string | undefined): Partial<Ports> {
  const local = localPort(parts);
  const named = (job: LocalJob): LocalJob => (cause === undefined ? job : { ...job, cause });
  return {
    events: eventPort(parts.bus), match: matchPort(parts.targets), mine: minePort(parts), pack: { pack: encodeBus, unpack: decodeBus },
    local: { ...local, returns: (job, signal) => local.returns(named(job), signal), publish: (job) => local.publish(named(job)) },
    masterSide: masterSidePort(parts, cause),
  };
}

function eventPort(bus: EventBus): EventPort {
  const fire = (tag: string, data: Value, cause?: string): Promise<boolean> => {
    // The time goes into the data that was given: the return of `event.send` shows it so. Source: golden events/event-runner.
    if (isPlainMap(data)) data['_stamp'] ??= stampNow();
    bus.fire(tag, isPlainMap(data) ? data : { data }, cause);
    return Promise.resolve(true);
  };
  return {
    fireLocal: (tag, data) => fire(tag, data), fireMaster: (tag, data, _preload, cause) => fire(tag, data, cause),
    listen: (signal) => hearAll(bus, signal),
  };
}

function orderOf(job: LocalJob, jid: string, opts: Readonly<PlainMap>): JobOrder {
  const { tgt, tgt_type: tgtType } = publishedForm({ expr: job.tgt, kind: job.tgt_type ?? 'glob' }, { nodegroups: opts['nodegroups'] ?? {} });
  const kwarg = job.kwarg ?? {};
  const arg = [...(job.arg ?? []), ...(Object.keys(kwarg).length === 0 ? [] : [{ ...kwarg, __kwarg__: true }])];
  return {
    fun: job.fun, arg, tgt, tgtType, ret: job.ret ?? '', user: job.user ?? 'root', jid,
    more: job.metadata === undefined ? {} : { metadata: job.metadata }, cause: job.cause,
  };
}

function localPort(parts: MasterPortParts): LocalPort {
  const { waitParts, opts } = parts;
  const times = { timeoutMs: Number(opts['timeout'] ?? 5) * 1000, gatherTimeoutMs: Number(opts['gather_job_timeout'] ?? 10) * 1000 };
  return {
    async *returns(job, signal) {
      const jid = parseJid(job.jid ?? null) ?? newJid();
      using watch = new ReturnWatch(waitParts, jid);
      const published = await waitParts.publish(orderOf(job, jid, opts));
      if (published.kind === 'no_minions') return;
      const options = {
        timeoutMs: job.timeoutMs ?? times.timeoutMs, gatherTimeoutMs: job.gatherTimeoutMs ?? times.gatherTimeoutMs, user: job.user ?? 'root', signal,
      };
      for await (const answer of watch.answers(jid, [...published.minions, ...published.missing], options)) yield localReturn(answer);
    },
    follow(text, signal) {
      const jid = parseJid(text);
      const followed = jid === undefined ? undefined : followJob(jid, { ...waitParts, ...parts }, { ...times, user: 'root', signal });
      return followed === undefined ? undefined : localReturns(followed.story);
    },
    async publish(job) {
      const published = await waitParts.publish(orderOf(job, newJid(), opts));
      return published.kind === 'published' ? { jid: published.jid, minions: [...published.minions] } : { jid: '', minions: [] };
    },
  };
}

async function* localReturns(story: AsyncIterable<Answer | Noted>): AsyncGenerator<LocalReturn> {
  for await (const told of story) if (told.kind !== 'noted') yield localReturn(told);
}

function localReturn(answer: Answer): LocalReturn {
  const { id } = answer;
  if (answer.kind === 'missing') return { id, answered: false, ret: '', retcode: 1, out: undefined };
  const { return: ret = null, retcode = 0, out, jid } = answer.load;
  return { id, answered: true, ret, retcode: Number(retcode) || 0, out: typeof out === 'string' ? out : undefined, ...(typeof jid === 'string' ? { jid } : {}) };
}

function jobStorePort({ jobs, deliveries, otherStore }: MasterPortParts): JobStorePort {
  return {
    list: (filter) => Promise.resolve(jobs.list(filter).map(({ jid, load, minions, startedUnixMs }) => ({
      ...load, jid, minions: [...minions], started_ms: startedUnixMs,
    }))),
    load: (jid) => {
      const job = jobs.job(jid);
      return Promise.resolve(job === undefined ? undefined : { ...job.load, jid, minions: [...job.minions] });
    },
    returns: (jid) => Promise.resolve(Object.fromEntries(jobs.returns(jid))),
    endTime(jid) {
      const atMs = jobs.lastReturnMs(jid);
      return Promise.resolve(atMs === undefined ? undefined : jidToTime(jidAt(atMs)));
    },
    other: (name) => otherStore().reader(name),
    delivery: (jid) => Promise.resolve(deliveries.facts(jid)),
    quarantined: () => Promise.resolve(jobs.quarantined().map(({ atMs, ...rest }) => ({ ...rest, at_ms: atMs }))),
  };
}

const STATES: Record<string, KeyState> = { minions: 'accepted', minions_pre: 'pending', minions_rejected: 'rejected', minions_denied: 'denied' };

function keysPort(parts: MasterPortParts): KeysPort {
  const { keys, presence, bus, rotateAesKey, opts, known, log, sys, pair } = parts;
  const hashType = isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256';
  const text = (state: string, id: string): string | undefined => {
    const at = STATES[state];
    const parsed = parseMinionId(id);
    return at === undefined || parsed === undefined ? undefined : keys.read(at, parsed);
  };
  const fire = (events: readonly { tag: string; data: PlainMap }[]): Promise<void> => {
    for (const { tag, data } of events) bus.fire(tag, data);
    return Promise.resolve();
  };
  const actions = new KeyActions({ keys, known, opts, fire, rotate: rotateAesKey, log });
  return {
    list: () => Promise.resolve({
      minions: keys.ids('accepted'), minions_pre: keys.ids('pending'), minions_rejected: keys.ids('rejected'), minions_denied: keys.ids('denied'),
    }),
    connected: () => Promise.resolve(presence.connected()),
    text: (state, id) => Promise.resolve(text(state, id)),
    finger: (state, id) => {
      const pem = text(state, id);
      return Promise.resolve(pem === undefined ? undefined : pemFingerprint(pem, hashType));
    },
    act: async (action, ids, from) => listsOf(await actOn(actions, action, Object.fromEntries(from.map((status) => [status, [...ids]])), from)),
    actions: keyActionsPort(actions, { keys, opts, sys, log, publicPem: pair.publicPem }),
  };
}

function actOn(actions: KeyActions, action: 'accept' | 'reject' | 'delete', wanted: PlainMap, from: readonly string[]): Promise<KeyLists> {
  const change = { accepted: from.includes('minions'), rejected: from.includes('minions_rejected'), denied: from.includes('minions_denied') };
  return action === 'delete' ? actions.delete(wanted) : actions[action](wanted, change);
}

const listsOf = (lists: KeyLists): Record<string, string[]> => Object.fromEntries(Object.entries(lists).map(([status, ids]) => [status, [...ids]]));

function matchPort(targets: MinionTargets): MatchPort {
  return {
    matches: (expr, kind, delimiter, id) => Promise.resolve(targets.isKnownMatch(expr, kind, id ?? '', delimiter)),
    surely: (expr, kind) => Promise.resolve(targets.inMine(expr, kind)),
  };
}

