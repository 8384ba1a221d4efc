/**
 * Wires the parts of a minion and starts them; nothing else. One `Minion` is the whole process: jobs run on its loop.
 * Order of its life: configuration (given) -> keys -> local sockets -> grains -> master (sign in, subscribe, pillar) -> start events.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyPair } from '../bus/channel/key-files.js';
import { eventSocketHash, isHashType } from '../bus/crypto/digest.js';
import { EventBus } from '../bus/event/bus.js';
import { serveLocalSockets } from '../bus/event/local-sockets.js';
import type { Publication } from '../kernel/contract/job.js';
import type { Logger } from '../kernel/contract/log.js';
import type { Sys } from '../kernel/contract/sys.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import { within } from '../kernel/std/async.js';
import type { PlainMap } from '../kernel/std/value.js';
import { MasterConnection } from './connection/master-connection.js';
import { resolveMasters } from './connection/masters.js';
import { answerBus } from './bus-requests.js';
import { gatherGrains } from './grains.js';
import { Intake } from './intake.js';
import { Outbox } from './job/outbox.js';
import { runJob } from './job/run-job.js';
import { RunningJobs } from './job/running.js';
import { giveToReturners } from './job/returners.js';
import { Mine } from './mine.js';
import type { MinionState } from './minion-state.js';
import { minionPorts } from './ports.js';

export interface MinionHost {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  readonly distDir: string;
}

export interface RunningMinion extends AsyncDisposable {
  /** Resolves when the minion cannot go on: its key was rejected, or the master is not the trusted one. */
  readonly ended: Promise<{ readonly exitCode: number; readonly reason: string }>;
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
  const state: MinionState = { grains: {}, pillar: {} };
  const running = new RunningJobs();
  const extmods = String(opts['extension_modules'] ?? join(cacheDir, 'extmods'));

  const connection = new MasterConnection({
    masters: resolveMasters(opts), opts, id, pair, log, bus,
    onPublication: (job) => intake.take(job),
    onConnected: async () => {
      outbox.flush();
      await mine.update();
    },
    compileLoad: () => ({ grains: state.grains }),
    setPillar: (pillar) => {
      state.pillar = pillar;
    },
  });
  const ports = minionPorts({ opts, id, connection, bus, running, state, refreshGrains, reload: () => host.catalog.reload(), pair, isDaemon: true });
  const host: ModuleHost = new ModuleHost({
    distDir, opts, sys, log, id, grains: () => state.grains, pillar: () => state.pillar, ports,
    userDirs: (kind) => [...texts(opts['module_dirs']).flatMap((dir) => [join(dir, kind), join(dir, `_${kind}`)]), join(extmods, kind)],
  });
  async function refreshGrains(): Promise<boolean> {
    state.grains = await gatherGrains(host, { opts, sys, log });
    // Which modules work depends on the grains.
    host.reload();
    return true;
  }
  await refreshGrains();

  const outbox = new Outbox({
    dir: join(cacheDir, 'outbox'), log, firstWaitMs: 1000, longestWaitMs: 60_000,
    send: async (load, signal) => {
      await connection.request(load, { signal });
    },
  });
  const mine = new Mine({ opts, host, log });
  const intake = new Intake({
    running, log, nodegroups: opts['nodegroups'] ?? {},
    jobsMax: Number(opts['process_count_max'] ?? -1) > 0 ? Number(opts['process_count_max']) : JOBS_MAX,
    jidsMax: Number(opts['minion_jid_queue_hwm'] ?? 100),
    facts: () => ({ id, grains: state.grains, pillar: state.pillar }),
    run: (job, signal) => announceAndRun(job, signal),
    deliver: async (job, ret) => {
      outbox.put(ret);
      await giveToReturners(host, job, ret, log);
    },
  });
  async function announceAndRun(job: Publication, signal: AbortSignal): Promise<PlainMap> {
    if (job.more['start_event'] === true) {
      const data = { id, jid: job.jid, fun: job.fun as string, tgt: job.tgt, tgt_type: job.tgt_type, user: job.user };
      void announce(`salt/job/${job.jid}/start/${id}`, data);
    }
    return runJob(job, { host, id, log, announce }, signal);
  }
  async function announce(tag: string, data: PlainMap): Promise<void> {
    try {
      await connection.request({ id, cmd: '_minion_event', pretag: null, data, tag }, { signal: AbortSignal.timeout(ANNOUNCE_MS) });
    } catch (err) {
      log.warn({ err, tag }, 'event not delivered');
    }
  }
  const sockets = await serveLocalSockets({
    bus, log, publishPath: join(sockDir, `minion_event_${hash}_pub.ipc`), pullPath: join(sockDir, `minion_event_${hash}_pull.ipc`),
    publishMode: 0o600, eventBytesMax: Number(opts['max_event_size'] ?? 1_048_576), subscriberBytesMax: 64 * 1024 * 1024,
    onPushed: ({ tag, data }) => void bus.fire(tag, data),
  });
  const busRequests = answerBus(bus, ports, log);
  const ended = connection.start();
  return {
    ended,
    async [Symbol.asyncDispose]() {
      await within((async () => {
        await intake[Symbol.asyncDispose]();
        await outbox[Symbol.asyncDispose]();
        mine.stop();
        busRequests[Symbol.dispose]();
        await connection[Symbol.asyncDispose]();
        await sockets[Symbol.asyncDispose]();
        await host[Symbol.asyncDispose]();
      })(), STOP_WITHIN_MS, undefined);
    },
  };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
