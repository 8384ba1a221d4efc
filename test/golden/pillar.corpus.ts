/** Plays `pillar/`: trees compiled as a master does it, and the functions of a minion that has the same tree. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadMasterConfig, loadMinionConfig } from '../../src/kernel/config/load.js';
import { PythonError } from '../../src/kernel/contract/errors.js';
import { repr } from '../../src/kernel/std/python-text.js';
import { Float, isBytes, isMap, mapEntries, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import { EventBus } from '../../src/bus/event/bus.js';
import { RunningJobs } from '../../src/minion/job/running.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { masterlessPorts, ownPillar } from '../../src/minion/masterless-ports.js';
import { CompiledPillars } from '../../src/master/pillar/compiled-pillars.js';
import { PlainPillars } from '../../src/master/pillar/plain-pillars.js';
import type { PillarRequest } from '../../src/sls/pillar/request.js';
import { compilePillar } from '../../src/sls/pillar/compile.js';
import { listeningLog, neverAborted, testHost } from '../support/module-host.js';
import { differenceOf, isWanted, pendingFor, readCases, type CaseResult, type Corpus } from './corpus.js';

interface Compile { readonly pillar_override?: Value; readonly pillarenv?: string; readonly saltenv?: string; readonly minion_id?: string }
interface Call { readonly fun: string; readonly args?: readonly Value[]; readonly kwargs?: PlainMap; readonly unmask?: boolean }
interface Recording {
  readonly id: string;
  readonly tree?: Readonly<Record<string, string>>;
  readonly grains?: PlainMap;
  readonly master?: PlainMap;
  readonly compile?: readonly Compile[];
  readonly calls?: readonly Call[];
  readonly expect: { readonly compile: readonly unknown[]; readonly calls?: readonly unknown[] };
}

const ID = 'm1';
const BYTES_MAX = 32 * 1024 * 1024;
/** A stack of Python's is no part of what is compared. */
const STACK = /Traceback \(most recent call last\):\n(?:\s.*\n|\n)*/g;

/** As the recorder writes it: keys are text, bytes and what JSON cannot carry are Python's words. */
function normal(value: Value, root: string): unknown {
  if (isMap(value)) return Object.fromEntries(mapEntries(value).map(([key, item]) => [typeof key === 'string' ? normal(key, root) : JSON.stringify(plain(key)), normal(item, root)]));
  if (isBytes(value)) return repr(value);
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => normal(item, root));
  if (typeof value === 'string') return value.replaceAll(`${root}/work`, '@TMP@').replaceAll(root, '@ROOT@').replaceAll(STACK, '@TRACEBACK@ ');
  return plain(value);
}

function plain(value: Value): unknown {
  const number = value instanceof Float ? value.value : value;
  if (typeof number === 'number') return Number.isFinite(number) ? number : { '@FLOAT@': repr(value) };
  if (typeof value === 'bigint') return { '@INT@': String(value) };
  return value;
}

const errorText = (error: unknown, root: string): unknown =>
  normal(error instanceof PythonError ? `${error.className}: ${error.message}` : String(error), root);

/** Writes the tree and the configurations; gives the pillar roots. */
function lay(recording: Recording, root: string): void {
  const work = join(root, 'work');
  mkdirSync(join(root, 'pillar/base'), { recursive: true });
  mkdirSync(work);
  for (const [path, text] of Object.entries(recording.tree ?? {})) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text.replaceAll('@TMP@', work));
    if (text.startsWith('#!/bin/sh')) chmodSync(join(root, path), 0o755);
  }
  const envs = readdirSync(join(root, 'pillar')).sort((a, b) => Number(b === 'base') - Number(a === 'base') || (a < b ? -1 : 1));
  const master = JSON.parse(JSON.stringify(recording.master ?? {}).replaceAll('@TMP@', work)) as PlainMap;
  const common = {
    root_dir: root, pki_dir: `${root}/pki`, cachedir: `${root}/cache`, sock_dir: `${root}/sock`, log_file: `${root}/log`, log_level: 'quiet',
    pillar_roots: Object.fromEntries(envs.map((env) => [env, [join(root, 'pillar', env)]])), file_roots: { base: [`${root}/salt`] },
  };
  writeFileSync(join(root, 'master'), JSON.stringify({ ...common, ...master }));
  writeFileSync(join(root, 'minion'), JSON.stringify({ ...common, id: ID, file_client: 'local', ...master }));
}

async function compileAll(recording: Recording, root: string, grains: PlainMap): Promise<unknown[]> {
  const { opts } = await loadMasterConfig({ configDir: root });
  const sys = createSys();
  const found: unknown[] = [];
  for (const { minion_id: id = ID, saltenv = null, pillarenv = null, pillar_override: override } of recording.compile ?? [{}]) {
    const host = await testHost({ opts, sys, id, grains: () => grains });
    const request = { id, grains, saltenv, pillarenv, override: isMap(override ?? null) ? override as PlainMap : {}, extra: {} };
    try {
      const { pillar } = await compilePillar(request, { opts, sys, log: listeningLog(), modules: () => host }, neverAborted());
      found.push({ pillar: normal(pillar, root) }, ...await plainDifference(request, pillar, opts));
    } catch (error) {
      found.push({ error: errorText(error, root) });
    }
  }
  return found;
}

/** What the loop of the master makes by itself is, byte for byte, what the whole compiler makes. */
async function plainDifference(request: PillarRequest, pillar: PlainMap, opts: PlainMap): Promise<unknown[]> {
  const plainly = await new PlainPillars(opts, new CompiledPillars(opts), { bytesMax: BYTES_MAX, log: listeningLog() }).make(request);
  if (plainly === undefined || Buffer.compare(plainly.bus, encodeBus(pillar)) === 0) return [];
  return [{ error: `made of plain files it is ${JSON.stringify(decodeBus(plainly.bus))}` }];
}

async function callAll(recording: Recording, root: string, grains: PlainMap): Promise<unknown[]> {
  const { opts } = await loadMinionConfig({ configDir: root });
  const sys = createSys();
  const log = listeningLog();
  const state: { grains: PlainMap; pillar: PlainMap } = { grains, pillar: {} };
  const host = await testHost({ opts, sys, log, id: ID, grains: () => grains, pillar: () => state.pillar });
  const parts = { opts, log, state, sys, host: () => host };
  const { refresh } = masterlessPorts({
    ...parts, bus: new EventBus(() => undefined), running: new RunningJobs(), extmods: join(root, 'extmods'), refreshGrains: async () => true, reload: async () => true,
  });
  host.addPorts({ refresh });
  state.pillar = await ownPillar(parts, {});
  const found: unknown[] = [];
  for (const { fun, args = [], kwargs = {}, unmask } of recording.calls ?? []) {
    try {
      const value = await host.session({ signal: neverAborted(), nested: true }).call(fun, args, unmask === true ? { ...kwargs, unmask } : kwargs);
      found.push({ ret: normal(value, root) });
    } catch (error) {
      found.push({ error: errorText(error, root) });
    }
  }
  return found;
}

function differences(kind: string, wanted: readonly unknown[], found: readonly unknown[]): string[] {
  return wanted.flatMap((one, at) => (sameJson(one, found[at]) ? [] : [`${kind} ${at}: wanted ${JSON.stringify(one)}\n  found ${JSON.stringify(found[at])}`]));
}

/** The order of the keys of a pillar is not part of a recording: JSON sorts keys that look like numbers. */
function sameJson(a: unknown, b: unknown): boolean {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
  };
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

async function judge(recording: Recording): Promise<string | undefined> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'pillar-case-')));
  try {
    lay(recording, root);
    const grains: PlainMap = { id: ID, os: 'TestOS', ...recording.grains };
    const { compile, calls = [] } = recording.expect;
    const wrong = differences('compile', compile, await compileAll(recording, root, grains));
    if (calls.length > 0) wrong.push(...differences('call', calls, await callAll(recording, root, grains)));
    return wrong.length === 0 ? undefined : wrong.join('\n');
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export const corpus: Corpus = {
  name: 'pillar',
  async *run(dir) {
    for (const { file, content } of readCases(dir)) {
      for (const recording of (content as { cases: Recording[] }).cases) {
        const id = `${file}/${recording.id}`;
        if (!isWanted(id)) continue;
        const pending = pendingFor('pillar', id);
        if (pending !== undefined) {
          yield { id, outcome: 'pending', detail: pending };
          continue;
        }
        const detail = await judge(recording);
        const listed = detail === undefined ? undefined : differenceOf('pillar', id);
        yield (detail === undefined ? { id, outcome: 'passed' } : listed === undefined ? { id, outcome: 'failed', detail } : { id, outcome: 'listed', detail: listed }) satisfies CaseResult;
      }
    }
  },
};
