/** What execution modules may reach of this minion. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeBus, encodeBus } from '../bus/codec/codec.js';
import type { KeyPair } from '../bus/channel/key-files.js';
import type { EventBus } from '../bus/event/bus.js';
import type { Ports, RefreshPort } from '../kernel/contract/ports.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { FileClient } from '../sls/files/file-client.js';
import { remoteFiles } from '../sls/files/remote-files.js';
import { syncPlugins } from '../sls/files/sync-plugins.js';
import { compileTarget } from '../sls/target/target.js';
import type { AllMasters } from './all-masters.js';
import { answersPing } from './connection/make-link.js';
import type { MasterConnection } from './connection/master-connection.js';
import { resolveMasters } from './connection/masters.js';
import type { RunningJobs } from './job/running.js';
import { listening } from './listening.js';
import type { MinionState } from './minion-state.js';

/** How long another master may take to answer. */
const PING_MS = 60_000;

export interface MinionPortParts {
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly connection: MasterConnection;
  /** This connection and its sisters. */
  readonly all: AllMasters;
  readonly bus: EventBus;
  readonly running: RunningJobs;
  readonly state: MinionState;
  readonly refreshGrains: () => Promise<boolean>;
  readonly reload: () => Promise<boolean>;
  readonly pair: KeyPair;
  /** In a daemon events pass its own bus, which puts an empty `pretag` in; those with a preload go straight. Source: golden events/event-send, state-fire-event. */
  readonly isDaemon: boolean;
}

/** What a master keeps of its minions: each of several masters is told. Source: read, Salt 3008.3 (`_minion_mine`). */
const FOR_ALL: ReadonlySet<unknown> = new Set(['_mine', '_mine_delete', '_mine_flush']);

export function minionPorts(parts: MinionPortParts): Pick<Ports, 'files' | 'master' | 'jobs' | 'events' | 'refresh' | 'match' | 'pack'> {
  const { connection, all, bus, running, opts, id, state } = parts;
  const files = new FileClient({
    source: remoteFiles((load, options) => connection.request(load, options)), cacheDir: String(opts['cachedir']),
    hashType: String(opts['hash_type'] ?? 'sha256'), push: (load) => connection.request(load), id,
  });
  return {
    files, pack: { pack: encodeBus, unpack: decodeBus },
    master: {
      request: (load, options) => (FOR_ALL.has(load['cmd']) ? all.each(connection, (one) => one.request(load, options)) : connection.request(load, options)),
      ping: async (address, { timeoutMs = PING_MS } = {}) => {
        const [master] = resolveMasters(opts, address);
        return master !== undefined && answersPing(opts, master, { timeoutMs });
      },
    },
    jobs: running,
    events: {
      follow: listening(opts),
      fireLocal: (tag, data) => {
        bus.fire(tag, data);
        return Promise.resolve(true);
      },
      fireMaster: async (tag, data, preload) => {
        const load: PlainMap = { id, tag, data, cmd: '_minion_event', ...(parts.isDaemon && preload === undefined ? { pretag: null } : {}), ...preload };
        await (parts.isDaemon ? all.each(connection, (one) => one.request(load)) : connection.requestAll(load));
        return true;
      },
    },
    refresh: refreshPort(parts, files),
    match: {
      matches: (expr, kind, delimiter, minionId) => Promise.resolve(
        compileTarget({ expr, kind, delimiter }, { nodegroups: opts['nodegroups'] ?? {} })({ id: minionId ?? id, grains: state.grains, pillar: state.pillar })),
    },
  };
}

function refreshPort(parts: MinionPortParts, files: FileClient): RefreshPort {
  const { connection, all, opts, bus, refreshGrains, reload } = parts;
  const extmods = String(opts['extension_modules'] ?? join(String(opts['cachedir']), 'extmods'));
  return {
    grains: refreshGrains,
    // Source: observed, real Salt reads the grains again with the modules, and a pillar refresh reads both.
    modules: async () => {
      await reload();
      return refreshGrains();
    },
    pillar: async (options = {}) => {
      await refreshGrains();
      await all.each(connection, (one) => one.refreshPillar({
        ...(options.pillarenv === undefined ? {} : { pillarenv: options.pillarenv }),
        ...(options.cleanCache === undefined ? {} : { clean_cache: options.cleanCache }),
      }));
      bus.fire('/salt/minion/minion_pillar_refresh_complete', { complete: true });
      return true;
    },
    compilePillar: (options) => connection.pillar(connection.pillarLoad({
      ...(options.saltenv === undefined ? {} : { saltenv: options.saltenv }),
      ...(options.pillarenv === undefined ? {} : { pillarenv: options.pillarenv }),
      ...(options.override === undefined ? {} : { pillar_override: options.override }),
    })),
    externalPillar: (external: Value, override) => connection.pillar(connection.pillarLoad({ ext: external, pillar_override: override ?? {} })),
    revokeAuth: async (options = {}) => (await connection.request({ cmd: 'revoke_auth', preserve_minion_cache: options.preserveMinionCache === true })) === true,
    regenKeys: () => {
      for (const ending of ['pem', 'pub']) rmSync(join(String(opts['pki_dir']), `minion.${ending}`), { force: true });
      return Promise.resolve();
    },
    syncKind: async (kind, saltenvs, names) => {
      const clean = opts['clean_dynamic_modules'] !== false;
      const { changed, touched } = await syncPlugins({ files, kind, saltenvs, extmods, clean, only: names?.only, without: names?.without });
      if (touched) await reload();
      return changed;
    },
  };
}
