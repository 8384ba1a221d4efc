/**
 * Wires the parts of a minion and starts them; nothing else. One `Minion` is the whole process: jobs run on its loop.
 * Order of its life: configuration (given) -> keys -> local sockets -> grains -> master (sign in, subscribe, pillar) -> start events.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyPair } from '../bus/channel/key-files.js';
import { openEngines } from '../automation/engines/run-engine.js';
import { isReactorConfigured } from '../automation/reactor/reactor-options.js';
import { eventSocketHash, isHashType } from '../bus/crypto/digest.js';
import { EventBus } from '../bus/event/bus.js';
import { serveLocalSockets } from '../bus/event/local-sockets.js';
import { ReturnerQueues } from '../bus/returners/returner-queue.js';
import { RETURNERS_ABSENT } from '../bus/wire/return-words.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import type { EventPort } from '../kernel/contract/ports.js';
import type { Sys } from '../kernel/contract/sys.js';
import { sleep, within } from '../kernel/std/async.js';
import type { PlainMap } from '../kernel/std/value.js';
import { planMasters, type MasterPlan } from './connection/master-plan.js';
import type { MasterAddress } from './connection/masters.js';
import { Refusals, type Ended } from './connection/refusals.js';
import { AllMasters } from './all-masters.js';
import { openBeacons } from './beacons.js';
import { answerBus } from './bus-requests.js';
import { evaluateMaster } from './evaluate-master.js';
import { gatherGrains } from './grains.js';
import { watchGrains } from './grains-watch.js';
import { Intake } from './intake.js';
import { JobAccount } from './job-account.js';
import { runJob } from './job/run-job.js';
import { RunningJobs } from './job/running.js';
import { RETURN_BYTES_MAX } from './job/sendable-return.js';
import { absentReturners, giveToReturners } from './job/returners.js';
import { Mine } from './mine.js';
import { MasterSide, type SideParts } from './master-side.js';
import { Outboxes } from './outboxes.js';
import { openScheduler } from './scheduled.js';

export interface MinionHost {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly distDir: string;
}

export interface RunningMinion extends AsyncDisposable {
  /** Resolves when the minion cannot go on: its key was rejected, or the master is not the trusted one. */
  readonly ended: Promise<Ended>;
}

const STOP_WITHIN_MS = 5000;
/** A job does not wait longer for the event about it: its return must reach the outbox, also while the master is away. */
const ANNOUNCE_MS = 5000;
/** Jobs at once when `process_count_max` sets no limit. */
const JOBS_MAX = 200;

export async function startMinion({ opts, sys, log, distDir }: MinionHost): Promise<RunningMinion> {
  const id = String(opts['id']);
  const cacheDir = String(opts['cachedir']);
  const sockDir = String(opts['sock_dir']);
  for (const dir of [cacheDir, sockDir, join(cacheDir, 'proc')]) mkdirSync(dir, { recursive: true, mode: 0o750 });
  const pair = await openKeyPair(String(opts['pki_dir']), 'minion', { bits: Number(opts['keysize'] ?? 2048) });
  const bus = new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed'));
  const hash = eventSocketHash(id, isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256');
  const facts: { grains: PlainMap } = { grains: {} };
  const running = new RunningJobs();
  const plan = planMasters(opts, await evaluateMaster({ opts, sys, log, distDir }));
  const { masters } = plan;

  const sideParts: SideParts = {
    opts, sys, log, distDir, id, pair, bus, running, facts, masters, all: new AllMasters(log), refusals: new Refusals(masters.length), refreshGrains,
    onPublication: (job, master, side) => {
      origins.set(job, { master, side });
      intake.take(job);
    },
    onConnected: async (_, side) => {
      for (const master of side.masters) outboxes.of(master).flush();
      for (const master of side.masters) account.connected(master);
      scheduler.refresh();
      void beacons.refresh();
      await mine.update();
    },
    onPillar: () => {
      scheduler.refresh();
      void beacons.refresh();
    },
    onBack: (master) => outboxes.of(master).flush(),
    statesOf: (jid) => account.statesOf(jid),
  };
  const sides = (plan.kind === 'each' ? masters.map((master): MasterPlan => ({ kind: 'each', masters: [master] })) : [plan])
    .map((part) => new MasterSide(part, sideParts));
  const [firstSide] = sides as [MasterSide];
  async function refreshGrains(): Promise<boolean> {
    facts.grains = await gatherGrains(firstSide.host, { opts, sys, log });
    // Which modules work depends on the grains.
    for (const { host } of sides) host.reload();
    return true;
  }
  await refreshGrains();

  /** Which master asked for a job, and whose modules and pillar it therefore sees. */
  const origins = new WeakMap<Publication, { readonly master: MasterAddress; readonly side: MasterSide }>();
  const originOf = (job: Publication): { readonly master: MasterAddress; readonly side: MasterSide } => {
    const origin = origins.get(job);
    if (origin === undefined) throw new RangeError('A job that no master published');
    return origin;
  };
  const send = async (master: MasterAddress, load: PlainMap, signal: AbortSignal): Promise<void> => {
    await sideOf(sides, master).connection?.requestTo(master, load, { signal });
  };
  const outboxes = new Outboxes({ dir: join(cacheDir, 'outbox'), masters, log, send, returnBytesMax: returnLimit(opts) });
  const reacts = isReactorConfigured(opts);
  const jidsMax = Number(opts['minion_jid_queue_hwm'] ?? 100);
  const account = new JobAccount({
    id, cacheDir, masters, jidsMax, running, outboxes, log, send, masterOf: (job) => originOf(job).master,
    isOurs: (master) => sideOf(sides, master).connection?.speaksToOurs(master) === true,
  });
  // Returners are those of the machine: with several masters the first one's modules and pillar count.
  const returners = new ReturnerQueues({ host: firstSide.host, dir: join(cacheDir, 'returners'), log });
  await returners.resume();
  const mine = new Mine({ opts, pillar: () => firstSide.state.pillar, host: firstSide.host, log });
  const intake = new Intake({
    running, log, account, jidsMax, nodegroups: opts['nodegroups'] ?? {},
    jobsMax: Number(opts['process_count_max'] ?? -1) > 0 ? Number(opts['process_count_max']) : JOBS_MAX,
    facts: (job) => ({ id, ...originOf(job).side.state }),
    run: (job, signal) => announceAndRun(job, signal),
    deliver: async (job, ret) => {
      const { master } = originOf(job);
      const absent = account.isOurs(job) ? await absentReturners(returners, job.ret) : [];
      outboxes.of(master).put(absent.length === 0 ? ret : { ...ret, [RETURNERS_ABSENT]: absent });
      account.returned(job);
      await giveToReturners(returners, job, ret, opts, log);
    },
  });
  async function announceAndRun(job: Publication, signal: AbortSignal): Promise<PlainMap> {
    const { master, side } = originOf(job);
    const announce = async (tag: string, data: PlainMap): Promise<void> => {
      try {
        await send(master, { id, cmd: '_minion_event', pretag: null, data, tag }, AbortSignal.timeout(ANNOUNCE_MS));
      } catch (err) {
        log.warn({ err, tag }, 'event not delivered');
      }
    };
    if (job.more['start_event'] === true) {
      const data = { id, jid: job.jid, fun: job.fun as string, tgt: job.tgt, tgt_type: job.tgt_type, user: job.user };
      void announce(`salt/job/${job.jid}/start/${id}`, data);
    }
    return runJob(job, { host: side.host, id, log, announce, events: reacts ? eventsOf(job, side, bus) : undefined }, signal);
  }
  const scheduler = openScheduler({
    opts, id, state: firstSide.state, bus, running, returners, log,
    run: (job, signal, onRaised) => runJob(job, { host: firstSide.host, id, log, onRaised, announce: (tag, data) => firstSide.ports.events.fireMaster(tag, data).then(() => undefined) }, signal),
    deliver: (load) => {
      for (const { connection } of sides) if (connection !== undefined) outboxes.of(connection.latest).put(load);
    },
  });
  const watching = openBeacons({
    opts, id, state: firstSide.state, host: firstSide.host, bus, running, log,
    send: async (events) => {
      const { connection } = firstSide;
      if (connection !== undefined) await sideParts.all.each(connection, (one) => one.request({ id, cmd: '_minion_event', pretag: null, events }));
    },
  });
  const { beacons } = watching;
  for (const { host } of sides) host.addPorts({ schedule: scheduler, beacons });
  // What becomes of engines is also told to the master, as far as one listens.
  const engines = openEngines({
    opts, host: firstSide.host, bus, events: firstSide.ports.events, log,
    // Tags of `tsalt` are the master's own.
    tell: (tag, data) => void firstSide.ports.events.fireMaster(tag.replace(/^tsalt\/engine/, `salt/engines/minion/${id}`), data)
      .catch((err: unknown) => log.debug({ err, tag }, 'event not delivered')),
  });
  // Most minions have none, and what it needs is large.
  const reactor = reacts
    ? (await import('./reactor.js')).openMinionReactor({ opts, id, sys, state: firstSide.state, host: firstSide.host, bus, ports: firstSide.ports, hasMaster: plan.kind !== 'none', log })
    : undefined;
  const sockets = await serveLocalSockets({
    bus, log, publishPath: join(sockDir, `minion_event_${hash}_pub.ipc`), pullPath: join(sockDir, `minion_event_${hash}_pull.ipc`),
    publishMode: 0o600, eventBytesMax: Number(opts['max_event_size'] ?? 1_048_576), subscriberBytesMax: 64 * 1024 * 1024,
    onPushed: ({ tag, data }) => void bus.fire(tag, data),
  });
  const busRequests = answerBus(bus, { ...firstSide.ports, schedule: scheduler, beacons }, log);
  const grainsWatch = watchGrains({
    minutes: Number(opts['grains_refresh_every'] ?? 0), log, grains: () => facts.grains, gather: refreshGrains, onChange: () => firstSide.ports.refresh.pillar(),
  });
  if (plan.kind === 'none') {
    log.warn({}, 'Master is set to disable, skipping connection');
    scheduler.refresh();
  } else if (opts['scheduler_before_connect'] === true) scheduler.refresh();
  if (plan.kind === 'none' || opts['beacons_before_connect'] === true) void beacons.refresh();
  engines.start();
  return {
    ended: startAll(sides, opts, log),
    async [Symbol.asyncDispose]() {
      await within((async () => {
        await engines[Symbol.asyncDispose]();
        await reactor?.[Symbol.asyncDispose]();
        const scheduled = scheduler[Symbol.asyncDispose]();
        await intake[Symbol.asyncDispose]();
        await scheduled;
        await watching[Symbol.asyncDispose]();
        await outboxes[Symbol.asyncDispose]();
        await returners[Symbol.asyncDispose]();
        account[Symbol.dispose]();
        mine.stop();
        busRequests[Symbol.dispose]();
        grainsWatch[Symbol.dispose]();
        await Promise.all(sides.map((side) => side[Symbol.asyncDispose]()));
        await sockets[Symbol.asyncDispose]();
      })(), STOP_WITHIN_MS, undefined);
    },
  };
}

/** What a job fires on the bus of the minion is known to come of it. */
function eventsOf({ jid }: Publication, { ports: { events } }: MasterSide, bus: EventBus): EventPort {
  return { ...events, fireLocal: (tag, data) => Promise.resolve(bus.fire(tag, data, jid)).then(() => true) };
}

/** The limit of the configuration, where it is one and a master would take so much. */
function returnLimit(opts: Readonly<PlainMap>): number {
  const limit = Number(opts['return_bytes_max'] ?? 0);
  return limit > 0 ? Math.min(limit, RETURN_BYTES_MAX) : RETURN_BYTES_MAX;
}

function sideOf(sides: readonly MasterSide[], master: MasterAddress): MasterSide {
  const side = sides.find(({ masters }) => masters.includes(master));
  if (side === undefined) throw new RangeError(`Nobody speaks to the master ${master.host}`);
  return side;
}

/** Begins the conversations; resolves when no master is left that might let the minion in. */
async function startAll(sides: readonly MasterSide[], opts: Readonly<PlainMap>, log: Logger): Promise<Ended> {
  const delayMax = Number(opts['random_startup_delay'] ?? 0);
  if (delayMax > 0) {
    const seconds = Math.floor(Math.random() * (delayMax + 1));
    log.info({ seconds }, `Minion sleeping for ${seconds} seconds due to configured startup_delay between 0 and ${delayMax} seconds`);
    await sleep(seconds * 1000);
  }
  return new Promise((resolve) => {
    for (const { connection } of sides) void connection?.start().then(resolve);
  });
}
