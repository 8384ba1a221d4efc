/**
 * Wires the parts of a master and starts them; nothing else.
 * Order of its life: configuration (given) -> directories -> keys -> sockets -> announce. Stopping is the reverse.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openMasterKeyPair } from '../bus/channel/key-files.js';
import { PublishEnvelope } from '../bus/channel/publish-envelope.js';
import { Sessions } from '../bus/channel/sessions.js';
import { isSignatureAlgorithm } from '../bus/crypto/algorithms.js';
import { isHashType } from '../bus/crypto/digest.js';
import { openEngines } from '../automation/engines/run-engine.js';
import { EventBus } from '../bus/event/bus.js';
import { serveLocalSockets } from '../bus/event/local-sockets.js';
import { ReturnerQueues } from '../bus/returners/returner-queue.js';
import { servePublications, serveRequests } from '../bus/transport/serve.js';
import { DOOR_NAME } from '../client/door.js';
import { ModuleHost } from '../kernel/loader/module-host.js';
import type { Logger } from '../kernel/contract/log.js';
import type { MinionId } from '../kernel/contract/job.js';
import type { Sys } from '../kernel/contract/sys.js';
import { within } from '../kernel/std/async.js';
import { Closers } from '../kernel/std/closers.js';
import type { PlainMap } from '../kernel/std/value.js';
import { FileServer } from '../sls/files/file-server.js';
import { FileUpdates } from '../sls/files/file-updates.js';
import { accessPort } from './access/access-port.js';
import { Access } from './access/authorise.js';
import { LocalKeys } from './access/local-keys.js';
import { Logins } from './access/logins.js';
import { passwordPort } from './access/password-port.js';
import { TokenDesk } from './access/token-desk.js';
import { Tokens } from './access/tokens.js';
import { signInCommand } from './commands/auth/sign-in.js';
import { fileCommands } from './commands/files/files.js';
import { eventCommand } from './commands/minion/event.js';
import { housekeepingCommands, ownsResource } from './commands/minion/housekeeping.js';
import { mineCommands } from './commands/minion/mine.js';
import { peerCommands } from './commands/minion/publish.js';
import { pillarCommand } from './commands/minion/pillar.js';
import { returnCommand } from './commands/minion/return.js';
import { openCommands } from './commands/open/open.js';
import { serveDoor } from './door/serve-door.js';
import { EventReturns } from './events/event-returns.js';
import { FunctionDesk } from './functions/function-desk.js';
import { pillarAbilities } from './functions/pillar-abilities.js';
import { Prints } from './functions/prints.js';
import { ActiveJobs } from './jobs/active-jobs.js';
import { Batches } from './jobs/batch.js';
import { Deliveries } from './jobs/deliveries.js';
import { JobStore } from './jobs/job-store.js';
import { OtherStore } from './jobs/other-store.js';
import { publishJob, type JobOrder } from './jobs/publish-job.js';
import { noteProgress } from './jobs/note-progress.js';
import { Quarantine } from './jobs/quarantine.js';
import { SaltCliFiles } from './jobs/salt-cli-files.js';
import { KeyStore } from './keys/key-store.js';
import { publicKeySignature } from './keys/public-key-signature.js';
import { KnownStore } from './known/known-store.js';
import { MinionTargets } from './known/targets.js';
import { address, int, list, map, optional, portOptions, serverKind, text } from './options.js';
import { localUsers, prepareDirectories, removeOldJobs, rotateWhenAsked, signatureFault } from './set-up.js';
import { masterPorts } from './ports.js';
import { grainsOfMaster, ReactionCompiler } from './reactor/reaction-compiler.js';
import { openReactor } from './reactor/reactions.js';
import { openMasterSchedule } from './scheduled.js';
import { Trace } from './trace/trace.js';
import { KeptPillars } from './pillar/kept-pillars.js';
import { PillarDesk } from './pillar/pillar-desk.js';
import { Presence } from './publisher/presence.js';
import { Publisher } from './publisher/publisher.js';
import { Bounds } from './requests/bounds.js';
import { BOUNDS } from './requests/bounds.data.js';
import { CommandTable } from './requests/command.js';
import { Connections } from './requests/connections.js';
import { RequestDesk } from './requests/serve.js';
import { LoopLag } from './stats/loop-lag.js';
import { openMetrics } from './stats/open-metrics.js';
import { RequestTimes } from './stats/request-times.js';
import { serveMetrics } from './stats/serve-metrics.js';
import { Upkeep } from './upkeep/upkeep.js';

export interface MasterHost {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** Folder of the built program. */
  readonly distDir: string;
}

export interface RunningMaster extends AsyncDisposable {
  readonly requestAddress: string;
  readonly publishAddress: string;
}

const STOP_WITHIN_MS = 5000;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;

/** @throws BindError, KeyFileError, JobStoreError */
export async function startMaster({ opts, sys, log, distDir }: MasterHost): Promise<RunningMaster> {
  const stack = new Closers();
  try {
    return await start({ opts, sys, log, distDir }, stack);
  } catch (error) {
    await stack.dispose().catch((err: unknown) => log.error({ err }, 'not all parts closed'));
    throw error;
  }
}

async function start({ opts, sys, log, distDir }: MasterHost, stack: Closers): Promise<RunningMaster> {
  const pkiDir = text(opts, 'pki_dir');
  const cacheDir = text(opts, 'cachedir');
  const sockDir = text(opts, 'sock_dir');
  // Programs of real Salt on this host write to `proc` and read `jobs` without making them.
  prepareDirectories(opts, [cacheDir, sockDir]);
  for (const name of ['proc', 'jobs']) mkdirSync(join(cacheDir, name), { recursive: true, mode: 0o700 });

  const keys = new KeyStore(pkiDir);
  keys.prepare(opts['permissive_pki_access'] === true);
  const masterId = text(opts, 'id');
  const pair = await openMasterKeyPair(pkiDir, masterId, { bits: int(opts, 'keysize', 2048), passphrase: optional(opts, 'key_pass') });
  const signWith = text(opts, 'publish_signing_algorithm');
  const envelope = new PublishEnvelope({
    privateKey: pair.privateKey,
    signWith: opts['sign_pub_messages'] === false ? undefined : isSignatureAlgorithm(signWith) ? signWith : 'PKCS1v15-SHA1',
  });
  const sessions = new Sessions(join(cacheDir, 'sessions'), int(opts, 'publish_session', 86_400));
  const bus = new EventBus((err, tag) => log.error({ err, tag }, 'event listener failed'));
  const known = new KnownStore(cacheDir, (err, path) => log.error({ err, path }, 'cache file not written'));
  stack.use(known);
  // Whoever deletes a key also deletes what is known of the minion, in a process of its own perhaps.
  bus.subscribe('salt/key', ({ data }) => {
    if (data['act'] === 'delete' && typeof data['id'] === 'string') known.reread(data['id']);
  });
  const jobs = new JobStore(join(cacheDir, 'tsalt-jobs.db'));
  stack.defer(() => jobs.close());
  const active = new ActiveJobs();
  const stopped = new AbortController();
  stack.defer(() => stopped.abort());
  const files: FileServer = new FileServer({ opts, log, load: (name) => host.load('fileserver', name), context: (name) => host.context(name, { signal: stopped.signal }) });
  stack.use(files);
  const updates = new FileUpdates({ server: files, opts, log, fire: (tag, data) => void bus.fire(tag, data) });
  const targets = new MinionTargets({ keys, known, nodegroups: opts['nodegroups'] ?? {} });
  const hashType = isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256';
  const storeJobs = opts['job_cache'] !== false;

  const bounds = new Bounds({ bus, log });
  const times = new RequestTimes({
    tells: opts['master_stats'] === true, everyMs: int(opts, 'master_stats_event_iter', 60) * 1000, fire: (tag, data) => void bus.fire(tag, data), nowMs: () => performance.now(),
  });
  const lag = new LoopLag();
  stack.defer(() => lag[Symbol.dispose]());
  const connections = new Connections({ filesMax: int(opts, 'max_open_files', 100_000), bounds });
  const ports = { ...portOptions(opts), onBound: bounds.hit.bind(bounds), log };
  const sockets = serverKind(opts, log);
  const publications = await servePublications(sockets, {
    ...ports, address: address(opts, 'publish_port'), gate: (from) => connections.maySubscribe(from), frameBytesMax: FRAME_BYTES_MAX, hwm: int(opts, 'pub_hwm', 1000),
  });
  stack.use(publications);
  const publisher = new Publisher({ server: publications, envelope, filtering: opts['zmq_filtering'] === true });
  // Each session key also names the topic by which its minion shows that it listens.
  sessions.onIssue = (id, key) => publisher.expect(id, key);
  sessions.announce(keys.ids('accepted'));
  const presence = new Presence({
    publisher, keys, known, bus, publishPort: int(opts, 'publish_port', 4505), fireEvents: opts['presence_events'] === true,
  });
  const deliveries = new Deliveries({ active, jobs, storeJobs, isConnected: (id) => presence.isConnected(id), gone: presence.gone, log });
  stack.defer(() => deliveries.flush());
  const quarantine = new Quarantine({ bus, jobs, log });
  const trace = new Trace({ path: join(cacheDir, 'tsalt-trace.db'), log, onFull: () => bounds.hit('trace', {}) });
  stack.use(trace);
  const publish = (order: JobOrder) => publishJob(order, {
    bus, jobs, active, storeJobs, externalStore: text(opts, 'ext_job_cache'), trace, log,
    expected: (tgt, tgtType, delimiter) => targets.expected(tgt, tgtType, delimiter),
    publish: (load, minions) => publisher.publish(load, minions),
  });
  const waitParts = {
    bus, publish, isAccepted: (id: string) => keys.isAccepted(id as MinionId), isConnected: (id: string) => presence.isConnected(id),
    isSurelyAway: (id: string) => presence.isSurelyAway(id), gone: presence.gone, deliveries,
  };
  const batches = new Batches({ ...waitParts, jobs, storeJobs, log });
  stack.use(batches);
  const rotateAesKey = (): void => {
    envelope.rotate();
    bus.fire('key', { rotate_aes_key: true });
    if (opts['ping_on_rotate'] !== true) return;
    const ping: JobOrder = { fun: 'test.ping', arg: [], tgt: '*', tgtType: 'glob', ret: '', user: text(opts, 'user') || 'root', ephemeral: true };
    publish(ping).catch((err: unknown) => log.warn({ err }, 'ping after the change of the session key failed'));
  };

  const users = await localUsers(opts, sys);
  const localKeys = new LocalKeys(cacheDir, users);
  const logins = new Logins({ opts, log, signal: stopped.signal, load: (name) => host.load('auth', name), context: (name, signal) => host.context(name, { signal }) });
  const tokens = new Tokens({ dir: text(opts, 'token_dir'), log });
  const masterUser = text(opts, 'user') || 'root';
  const access = new Access({
    keys: localKeys, logins, tokens, opts, masterUser, log, covered: (target) => targets.surely(target),
    expected: (tgt, tgtType, delimiter) => targets.expected(tgt, tgtType, delimiter).minions,
    ...(opts['access_events'] === true ? { fire: (decision: PlainMap) => void bus.fire('tsalt/access', decision) } : {}),
  });
  const tokenDesk = new TokenDesk({ access, tokens, opts });
  const runnerDirs = (kind: string): string[] => [
    ...(kind === 'runners' ? list(opts['runner_dirs']) : []),
    ...(kind === 'returners' ? list(opts['returner_dirs']) : []),
    ...(kind === 'auth' ? list(opts['auth_dirs']) : []),
    join(text(opts, 'extension_modules'), kind),
    ...list(opts['module_dirs']).flatMap((dir) => [join(dir, kind), join(dir, `_${kind}`)]),
  ];
  const prints = new Prints();
  const pillars = new PillarDesk({ distDir, opts, log, userDirs: runnerDirs, ports: () => pillarAbilities(abilities, files, () => host) });
  stack.use(pillars);
  const reload = (): void => {
    host.reload();
    pillars.forget();
  };
  const abilities = masterPorts({
    opts, pillars, bus, jobs, deliveries, batches, otherStore: () => otherStore, trace, reactor: () => reactor, stats: { counters: () => Promise.resolve(stats()), metrics: () => Promise.resolve(openMetrics(stats())) }, functions: () => functions, catalog: () => host.catalog, keys, known, waitParts, presence, targets, rotateAesKey, pair, server: files, updates, sys, log, prints,
    modules: {
      distDir, opts, sys, log, id: masterId, server: files, reload, userDirs: runnerDirs,
      pillar: async (grains, { saltenv = 'base', pillarenv = optional(opts, 'pillarenv'), override = {} } = {}) =>
        (await pillars.pillar({ id: masterId, grains, saltenv, pillarenv: pillarenv ?? null, override, extra: {} })).value(),
    },
  });
  Object.assign(abilities, { passwords: passwordPort({ sys, log, script: join(distDir, 'workers', 'password-helper.js') }), access: accessPort({ access, desk: tokenDesk, tokens, opts, masterUser, expected: ({ tgt, tgtType, delimiter }) => targets.expected(tgt, tgtType, delimiter).minions }) });
  const host: ModuleHost = new ModuleHost({ distDir, opts, sys, log, id: masterId, userDirs: runnerDirs, grains: () => ({}), pillar: () => ({}), ports: abilities });
  stack.use(host);
  if (opts['fileserver_verify_config'] !== false) await files.verify();
  const returners = new ReturnerQueues({ host, dir: join(cacheDir, 'returners'), log });
  stack.use(returners);
  const otherStore: OtherStore = new OtherStore({ queues: returners, opts });
  jobs.onStored = otherStore.hears(log);
  const eventReturns = new EventReturns({ bus, queues: returners, opts, log });
  stack.use(eventReturns);
  await returners.resume();
  await eventReturns.check();
  updates.start();
  stack.use(updates);
  const functions = new FunctionDesk({ host, bus, log, note: (happening) => trace.note(happening) });
  stack.use(functions);
  const compiler = new ReactionCompiler({ distDir, opts, userDirs: runnerDirs, ports: () => pillarAbilities(abilities, files, () => host), grains: () => grainsOfMaster(abilities), log });
  stack.use(compiler);
  const reactor = openReactor({ opts, bus, trace, access, keys: localKeys, catalog: host.catalog, functions, bounds, compile: compiler.compile, publish, log });
  if (reactor !== undefined) stack.use(reactor);
  const schedule = openMasterSchedule({ opts, bus, functions, user: text(opts, 'user') || 'root', log });
  if (schedule !== undefined) stack.use(schedule);
  const engines = openEngines({ opts, host, bus, events: abilities.events, log });
  const foreign = new SaltCliFiles(cacheDir, hashType);
  stack.defer(() => foreign.clean(true));

  const table = new CommandTable([
    signInCommand({
      keys, sessions, envelope, privateKey: pair.privateKey, publicPem: pair.publicPem, bus, log,
      publishPort: int(opts, 'publish_port', 4505),
      pubSignature: await publicKeySignature(opts, pkiDir, pair.publicPem),
      openMode: opts['open_mode'] === true, authEvents: opts['auth_events'] !== false,
      minionsMax: int(opts, 'max_minions', 0), pendingMax: BOUNDS.pendingKeys, bounds, onFlood: () => connections.flood(),
      isConnected: (id) => presence.isConnected(id), connectedCount: () => presence.connected().length,
      autosign: {
        autoAccept: opts['auto_accept'] === true, autosignFile: optional(opts, 'autosign_file'), autorejectFile: optional(opts, 'autoreject_file'),
        autosignDir: join(pkiDir, 'minions_autosign'), autosignTimeoutMinutes: int(opts, 'autosign_timeout', 120),
        autosignGrainsDir: optional(opts, 'autosign_grains_dir'), permissive: opts['permissive_pki_access'] === true, log,
      },
    }),
    ...openCommands({ access, tokens: tokenDesk, publish, functions, log, onForeignJob: (jid, load, minions) => foreign.write(jid, load, minions) }),
    returnCommand({
      bus, jobs, active, deliveries, quarantine, storeJobs, log, signatureFault: (load, sender) => signatureFault(load, sender, keys.read('accepted', sender.id)),
      ownsResource: (id, resource) => ownsResource(known, keys, id, resource),
      requireSignature: opts['require_minion_sign_messages'] === true, dropUnsigned: opts['drop_messages_signature_fail'] === true,
    }),
    eventCommand({
      bus, bounds, log, onGrains: (id, grains) => known.setNow('grains', id, { ...grains, id }),
      isJobOf: (jid, id) => deliveries.job(jid)?.minions.has(id) === true,
      onProgress: (id, progress) => noteProgress(deliveries, id, progress), progressStored: () => deliveries.stored(),
    }),
    pillarCommand({
      keys, known, bus, pillars, kept: new KeptPillars(known, opts), privateKey: pair.privateKey, keep: opts['minion_data_cache'] !== false,
      cacheEvents: opts['minion_data_cache_events'] !== false,
    }),
    ...peerCommands({ ...waitParts, jobs, functions, access, log, nodegroups: opts['nodegroups'] ?? {}, gatherTimeoutMs: int(opts, 'gather_job_timeout', 10) * 1000 }),
    ...mineCommands({ known, bounds, match: (tgt, tgtType) => targets.inMine(tgt, tgtType) }),
    ...fileCommands({
      server: files, bounds, log,
      receive: {
        allowed: opts['file_recv'] === true, bytesMax: int(opts, 'file_recv_max_size', 100) * 1024 * 1024, minionsDir: join(cacheDir, 'minions'),
      },
    }),
    ...housekeepingCommands({
      bus, keys, sessions, known, opts, bounds, allowRevoke: opts['allow_minion_key_revoke'] !== false, rotateAesKey,
      masterTops: async (_id, theirs) => (await import('../sls/state/configured-tops.js')).configuredTops({ opts, log, host }, { opts: theirs, grains: map(theirs['grains']) }),
    }),
  ]);
  const desk = new RequestDesk({
    table, times, sessions, keys, bounds, log, minimumVersion: int(opts, 'minimum_auth_version', 3), requestTtlSeconds: int(opts, 'request_server_ttl', 0),
  });
  const requests = await serveRequests(
    sockets, { ...ports, address: address(opts, 'ret_port'), gate: (from) => connections.mayAsk(from), frameBytesMax: table.bytesMax },
    (frame, peer) => desk.answer(frame, peer),
  );
  stack.use(requests);
  const localSockets = await serveLocalSockets({
    bus, log, publishPath: join(sockDir, 'master_event_pub.ipc'), pullPath: join(sockDir, 'master_event_pull.ipc'), publishMode: 0o660,
    eventBytesMax: int(opts, 'max_event_size', 1_048_576), subscriberBytesMax: int(opts, 'ipc_write_buffer', 64 * 1024 * 1024) || 64 * 1024 * 1024,
    onPushed: ({ tag, data }) => void bus.fire(tag, data),
    onSlow: (behindBytes) => setImmediate(() => bounds.hit('slow_subscriber', { behind_bytes: behindBytes })),
    onFull: (path) => bounds.hit('local_connections', { socket: basename(path) }),
  });
  stack.use(localSockets);
  const publishPull = join(sockDir, 'publish_pull.ipc');
  // The real command line asks only whether this path exists.
  rmSync(publishPull, { force: true });
  writeFileSync(publishPull, '', { mode: 0o600, flag: 'wx' });
  stack.defer(() => rmSync(publishPull, { force: true }));
  // Each request shows who sends it; who logs in need not be root.
  const doorMode = users.length > 1 || Object.keys(map(opts['external_auth'])).length > 0 ? 0o666 : 0o600;
  const stats = (): PlainMap => ({
    requests: { ...desk.counters, refused: { ...desk.counters.refused }, times: times.counters }, transport: { ...requests.counters }, publications: { ...publications.counters },
    commands: table.all().map(({ name, from, rule, bytesMax }) => ({ name, from, rule, bytes_max: bytesMax })),
    local_sockets: { ...localSockets.counters }, published: publisher.published, events: { ...bus.counters },
    jobs: { remembered: active.size }, returns: { quarantined: quarantine.count, taken: times.runsOf('_return') }, returners: returners.counters, engines: engines.counters, bounds: bounds.counts,
    minions: { accepted: keys.count('accepted'), connected: presence.connected().length }, rss_bytes: process.memoryUsage.rss(),
    memory: { rss_bytes: process.memoryUsage.rss(), heap_bytes: process.memoryUsage().heapUsed },
    reactor: { ...reactor?.counters }, reactor_waiting: { ...reactor?.waiting }, lag: lag.counters, uptime_seconds: Math.round(process.uptime()),
  });
  stack.use(await serveDoor(join(sockDir, DOOR_NAME), doorMode, {
    ...waitParts, jobs, access, tokens: tokenDesk, functions, batches, prints, bounds, trace, log, expected: (tgt, tgtType, delimiter) => targets.expected(tgt, tgtType, delimiter),
    defaults: { timeoutMs: int(opts, 'timeout', 5) * 1000, gatherTimeoutMs: int(opts, 'gather_job_timeout', 10) * 1000 },
    stats: () => stats(),
  }));
  stack.use(new Upkeep({
    everyMs: Number(opts['loop_interval'] ?? 60) * 1000, log,
    duties: {
      presence: () => presence.check(),
      deliveries: () => deliveries.sweep(Date.now()),
      rotation: () => rotateWhenAsked(cacheDir, rotateAesKey),
      retention: () => removeOldJobs([jobs, trace], opts),
      otherStore: () => otherStore.clean(Date.now()),
      tokens: () => tokens.removeExpired(),
      foreign: () => foreign.clean(),
    },
  }));
  const metricsPort = int(opts, 'metrics_port', 0);
  if (metricsPort > 0) stack.use(await serveMetrics({ address: optional(opts, 'metrics_address') ?? '127.0.0.1', port: metricsPort, stats, log }));
  engines.start();
  stack.use(engines);
  log.info({ requests: requests.address, publications: publications.address, id: masterId }, 'master is ready');
  return {
    requestAddress: requests.address,
    publishAddress: publications.address,
    async [Symbol.asyncDispose]() {
      await within(stack.dispose(), STOP_WITHIN_MS, undefined);
    },
  };
}
