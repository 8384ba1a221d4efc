/** A minion without a master for one recorded case: its tree, its configuration, its modules. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadMinionConfig } from '../../../src/kernel/config/load.js';
import { ModuleHost } from '../../../src/kernel/loader/module-host.js';
import { isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { loadYaml } from '../../../src/kernel/yaml/load.js';
import { createSys } from '../../../src/kernel/sys/sys.js';
import { EventBus } from '../../../src/bus/event/bus.js';
import { RunningJobs } from '../../../src/minion/job/running.js';
import { masterlessPorts, ownPillar } from '../../../src/minion/masterless-ports.js';
import { extensionModules, pluginFolders } from '../../../src/minion/plugin-folders.js';
import { sessionPorts } from '../../../src/sls/state/session-ports.js';
import { BUILT, listeningLog, pluginIndex } from '../../support/module-host.js';
import { USER_MODULES } from './user-modules.data.js';

export interface CaseTree {
  readonly tree?: Readonly<Record<string, string>>;
  readonly pillar?: PlainMap;
  readonly grains?: PlainMap;
  readonly minion?: PlainMap;
}

/** `@TMP@` stands for the scratch folder of the case. */
export function filled<T extends Value>(value: T, work: string): T {
  if (typeof value === 'string') return value.replaceAll('@TMP@', work) as T;
  if (Array.isArray(value)) return (value as Value[]).map((item) => filled(item, work)) as unknown as T;
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.replaceAll('@TMP@', work), filled(item as Value, work)])) as T;
  }
  return value;
}

/** Writes the tree of a case; gives the scratch folder. */
export function layOut({ tree = {}, pillar, grains = {}, minion = {} }: CaseTree, root: string): string {
  const work = join(root, 'work');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(work);
  for (const folder of ['salt/base', 'pillar/base']) mkdirSync(join(root, folder), { recursive: true });
  for (const [path, text] of Object.entries(tree)) writeOwn(path, filled(text, work), write);
  if (pillar !== undefined) {
    write('pillar/base/top.sls', "base:\n  '*': [_case]\n");
    write('pillar/base/_case.sls', `#!json\n${JSON.stringify(filled(pillar, work))}`);
  }
  const envs = (kind: string): PlainMap => {
    const names = new Set(['base', ...Object.keys(tree).filter((path) => path.startsWith(`${kind}/`)).map((path) => path.split('/')[1] ?? '')]);
    return Object.fromEntries([...names].sort((a, b) => Number(b === 'base') - Number(a === 'base') || (a < b ? -1 : 1)).map((env) => [env, [join(root, kind, env)]]));
  };
  write('minion', JSON.stringify({
    root_dir: root, id: 'm1', file_client: 'local', pki_dir: `${root}/pki`, cachedir: `${root}/cache`, sock_dir: `${root}/sock`, log_level: 'quiet', log_file: `${root}/log`,
    file_roots: envs('salt'), pillar_roots: envs('pillar'), grains, ...filled(minion, work),
  }));
  return work;
}

function writeOwn(path: string, text: string, write: (path: string, text: string) => void): void {
  const ours = path.endsWith('.py') ? USER_MODULES.get(text) : undefined;
  if (ours === undefined) write(path, text);
  else write(path.replace(/\.py$/, '.mjs'), ours);
}

/** Modules over the case's configuration; `grains` are those of the machine. */
export async function openMinion(root: string, grains: PlainMap, more: PlainMap): Promise<ModuleHost> {
  await pluginIndex();
  const { opts: read } = await loadMinionConfig({ configDir: root, overrides: {} });
  const opts: PlainMap = { ...read, ...more };
  const log = listeningLog();
  const sys = createSys();
  const state: { grains: PlainMap; pillar: PlainMap } = { grains, pillar: {} };
  const host: ModuleHost = new ModuleHost({
    distDir: BUILT, opts, sys, log, id: String(opts['id']), grains: () => state.grains, pillar: () => state.pillar, userDirs: pluginFolders(opts), ports: {},
    sessionPorts: sessionPorts({ hasMaster: false, isDaemon: false }),
  });
  const parts = {
    opts, sys, log, state, host: () => host, extmods: extensionModules(opts), bus: new EventBus((error) => {
      throw error;
    }), running: new RunningJobs(),
    refreshGrains: async () => {
      // What `grains.setval` has written.
      const text = await sys.readText(join(root, 'grains'));
      const kept = text === undefined ? {} : loadYaml(text);
      state.grains = { ...grains, ...isPlainMap(kept) ? kept : {} };
      return true;
    },
    reload: () => Promise.resolve(host.reload()),
  };
  host.addPorts(masterlessPorts(parts));
  state.pillar = await ownPillar(parts, {});
  return host;
}
