/** States of ours run one by one as the engine runs them, over a masterless minion on this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateRun } from '../../src/kernel/contract/state.js';
import { loadMinionConfig } from '../../src/kernel/config/load.js';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import { pythonClass } from '../../src/kernel/loader/failure-text.js';
import { isPlainMap, type PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { openLocalMinion } from '../../src/minion/local-minion.js';
import { BUILT, listeningLog, neverAborted, pluginIndex } from './module-host.js';

export interface StateHost extends AsyncDisposable {
  /** Runs one state; what it throws becomes the comment of a failed state, as in a run. `low` goes into its chunk. */
  run(fun: string, args: PlainMap, options?: RunOptions): Promise<PlainMap>;
  /** Calls an execution module. */
  call: CallSession['call'];
}

export interface RunOptions {
  readonly test?: boolean;
  readonly low?: PlainMap;
  readonly chunks?: readonly PlainMap[];
}

/** Folders of a minion below a folder; `srv` are its files, `tmp` its temporary files. Options go into its configuration. */
export function minionFolder(folder: string, options: PlainMap = {}): string {
  for (const name of ['srv', 'tmp', 'pillar']) mkdirSync(join(folder, name), { recursive: true });
  const config = {
    root_dir: folder, id: 'web1', file_client: 'local', log_level: 'quiet', file_roots: { base: [join(folder, 'srv')] },
    pillar_roots: { base: [join(folder, 'pillar')] }, ...options,
  };
  writeFileSync(join(folder, 'minion'), JSON.stringify(config));
  return folder;
}

/** `folder` was made by `minionFolder`. */
export async function openStateHost(folder: string): Promise<StateHost> {
  await pluginIndex();
  const { opts } = await loadMinionConfig({ configDir: folder });
  const sys = createSys({ env: { ...process.env, TMPDIR: join(folder, 'tmp') } });
  const minion = await openLocalMinion({ opts, sys, log: listeningLog(), distDir: BUILT, local: true, skipGrains: false });
  await minion.grains();
  const session = minion.host.session({ signal: neverAborted() });
  return {
    call: (fun, args, kwargs) => session.call(fun, args, kwargs),
    run: (fun, args, options = {}) => runState(session, fun, args, options),
    [Symbol.asyncDispose]: () => minion[Symbol.asyncDispose](),
  };
}

/** The chunk of a call. */
export function chunkOf(fun: string, args: PlainMap, more: PlainMap = {}): PlainMap {
  const [state = '', name = ''] = fun.split('.');
  return { state, fun: name, __id__: 'made', __sls__: 'made', __env__: 'base', order: 10000, ...args, ...more };
}

async function runState(session: CallSession, fun: string, args: PlainMap, { test = false, low = {}, chunks = [] }: RunOptions): Promise<PlainMap> {
  const run: StateRun = {
    low: chunkOf(fun, args, low), runId: 'one run', chunks, results: new Map(),
    call: (other, kwargs) => runState(session, other, kwargs, { test }),
    has: async (other) => (await session.as('states').find(other)) !== undefined,
  };
  const options = { test, nested: true, state: run };
  try {
    const returned = await session.as('states', options).call(fun, [], args);
    return isPlainMap(returned) ? returned : { name: args['name'] ?? null, changes: {}, result: false, comment: 'no map' };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { name: args['name'] ?? null, changes: {}, result: false, comment: `An exception occurred in this state: ${pythonClass(error)}: ${text}` };
  }
}

/** Everything below a folder: kind, mode, owner, and content or target, by path. */
export async function pictureOf(folder: string): Promise<Record<string, string>> {
  const picture: Record<string, string> = {};
  const look = async (path: string, shown: string): Promise<void> => {
    const facts = await lstat(path);
    const rights = `${(facts.mode & 0o7777).toString(8)} ${facts.uid}:${facts.gid}`;
    if (facts.isSymbolicLink()) picture[shown] = `link ${facts.uid}:${facts.gid} ${await readlink(path)}`;
    else if (facts.isFile()) picture[shown] = `file ${rights} ${facts.nlink} ${(await readFile(path)).toString('latin1')}`;
    else if (!facts.isDirectory()) picture[shown] = `${facts.isFIFO() ? 'pipe' : 'device'} ${rights}`;
    else {
      picture[shown] = `folder ${rights}`;
      for (const name of (await readdir(path)).sort()) await look(join(path, name), `${shown}/${name}`);
    }
  };
  await look(folder, '.');
  return picture;
}
