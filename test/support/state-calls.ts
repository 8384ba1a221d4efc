/** The same calls of states to real Salt and to ours, on this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { decodeBus, encodeBus } from '../../src/bus/codec/codec.js';
import type { StateRun } from '../../src/kernel/contract/state.js';
import type { Ports } from '../../src/kernel/contract/ports.js';
import { isMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import type { CallSession } from '../../src/kernel/loader/module-host.js';
import { sessionPorts } from '../../src/sls/state/session-ports.js';
import { FileClient } from '../../src/sls/files/file-client.js';
import { FileServer } from '../../src/sls/files/file-server.js';
import { localFiles } from '../../src/sls/files/local-files.js';
import { Roots, rootsOptions } from '../../src/kernel/sys/tree/roots.js';
import { gatheredGrains } from './gathered-grains.js';
import { saltProgram } from './fleet/salt-venv.js';
import { listeningLog, neverAborted, testHost } from './module-host.js';
import type { Answer } from './salt-calls.js';

/** A state to run; `test` first: a test run comes before the call itself. */
export type StateCall = readonly [fun: string, args: PlainMap, kind?: 'test'];

/** So many different answers a failure shows. */
const SHOWN_MAX = 30;
const sources = join(import.meta.dirname, '..', '..', '..');

/** Runs a program that answers calls; `machine` is put before it (`scratch-machine.ts`). */
function askProgram(program: readonly [string, ...string[]], calls: unknown, machine: readonly string[]): Answer[] {
  const [first, ...rest] = [...machine, ...program];
  const done = spawnSync(first ?? '', rest, { encoding: 'utf8', input: JSON.stringify(calls), timeout: 240_000, maxBuffer: 64 * 1024 * 1024 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout.slice(done.stdout.indexOf('\nANSWERS') + '\nANSWERS'.length)) as Answer[];
}

export function askSaltStates(folder: string, calls: readonly StateCall[], machine: readonly string[] = []): Answer[] {
  const program = join(sources, 'test/support/ask-states.py');
  return askProgram([saltProgram('python'), program, folder], calls.map(([fun, args, kind]) => [kind === 'test', fun, args]), machine);
}

/** Ours in a process of their own. */
const askOursIn = (folder: string, calls: readonly StateCall[], machine: readonly string[]): Answer[] =>
  askProgram([process.execPath, join(import.meta.dirname, 'ask-our-states.js'), folder], calls, machine);

/** A run of one state, outside of the engine. */
const NO_RUN: Omit<StateRun, 'call'> = { low: { __env__: 'base' }, runId: 'made', has: () => Promise.resolve(true), chunks: [], results: new Map() };

/** Runs one state as the engine does, as far as one state goes: an error is a failed state. */
export async function runState(session: CallSession, [fun, args, kind]: StateCall): Promise<PlainMap> {
  const states: CallSession = session.as('states', { test: kind === 'test', nested: true, state: { ...NO_RUN, call: async (other, kwargs) => await states.call(other, [], kwargs) as PlainMap } });
  const returned = await states.call(fun, [], args);
  assert.ok(isMap(returned) && !(returned instanceof Map), `${fun} gives a map`);
  const { comment } = returned;
  return Array.isArray(comment) ? { ...returned, comment: comment.join('\n') } : returned;
}

const settingsOf = (folder: string): PlainMap => JSON.parse(readFileSync(join(folder, 'minion'), 'utf8')) as PlainMap;

/** Files of the roots in the configuration, as a minion without a master has them. */
function localPorts(folder: string): Pick<Ports, 'files' | 'pack'> {
  const settings = settingsOf(folder);
  const server = FileServer.over({ roots: new Roots(rootsOptions(settings)) }, { opts: settings, log: listeningLog() });
  const files = new FileClient({ source: localFiles(server), cacheDir: join(folder, 'var/cache/salt/minion'), hashType: 'sha256', id: 'web1' });
  return { files, pack: { pack: encodeBus, unpack: decodeBus } };
}

/** What states wrote into the file of grains. */
function keptGrains(folder: string): PlainMap {
  const path = join(folder, 'grains');
  const kept = existsSync(path) ? loadYaml(readFileSync(path, 'utf8')) : {};
  return isMap(kept) && !(kept instanceof Map) ? kept : {};
}

export async function askOurStates(folder: string, calls: readonly StateCall[], ports: Partial<Ports> = {}): Promise<Answer[]> {
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  const opts = { ...settingsOf(folder), cachedir: join(folder, 'var/cache/salt/minion'), conf_file: join(folder, 'minion'), saltenv: 'base' };
  let now = { ...grains, ...keptGrains(folder) };
  await using host = await testHost({ sys: createSys(), grains: () => now, opts, ports });
  const refresh = { grains: () => { now = { ...grains, ...keptGrains(folder) }; return Promise.resolve(true); }, modules: () => Promise.resolve(true), pillar: () => Promise.resolve(true) };
  host.addPorts({ ...localPorts(folder), refresh: refresh as unknown as Ports['refresh'], ...ports }, sessionPorts({ hasMaster: false, isDaemon: false }));
  const answers: Answer[] = [];
  for (const call of calls) {
    answers.push(await runState(host.session({ signal: neverAborted() }), call).then((value) => ({ value: plain(value) }), failure));
  }
  return answers;
}

const failure = (error: unknown): Answer => ({ error: 'exception', text: error instanceof Error ? error.message : String(error) });

/** What real Salt's engine makes of an exception, as ours tells it: the text after the traceback. */
function withoutTraceback(answer: Answer): Answer {
  const comment = 'value' in answer ? (answer.value as { comment?: unknown }).comment : undefined;
  const raised = typeof comment === 'string' ? /^An exception occurred in this state: Traceback[^]*\n[\w.]*(?:Error|Exception): ([^]*)\n$/.exec(comment) : null;
  return raised === null ? answer : { error: 'exception', text: raised[1] ?? '' };
}

/** As JSON carries it. */
export function plain(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map) return Object.fromEntries([...item].map(([key, one]) => [String(key), one as unknown]));
    return typeof item === 'bigint' ? Number(item) : item;
  }));
}

/** Asks both and compares each answer; gives those of real Salt. `prepare` makes the same beginning for each. */
export async function compareStates(
  folder: string, calls: readonly StateCall[], options: { prepare?: () => void; ports?: Partial<Ports>; comparable?: (answer: Answer) => unknown; machine?: readonly string[] } = {},
): Promise<Answer[]> {
  const comparable = options.comparable ?? ((answer: Answer): unknown => answer);
  options.prepare?.();
  const theirs = askSaltStates(folder, calls, options.machine).map(withoutTraceback);
  options.prepare?.();
  const ours = options.machine === undefined ? await askOurStates(folder, calls, options.ports) : askOursIn(folder, calls, options.machine);
  const differing = calls.map((_call, at) => at).filter((at) => !isDeepStrictEqual(comparable(ours[at] as Answer), comparable(theirs[at] as Answer)));
  const shown = (at: number): string => `${at} ${JSON.stringify(calls[at])}\n  ours ${JSON.stringify(ours[at])}\n  real ${JSON.stringify(theirs[at])}`;
  assert.ok(differing.length === 0, `\n${differing.slice(0, SHOWN_MAX).map(shown).join('\n')}`);
  return theirs;
}

