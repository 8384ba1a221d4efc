/** The states of Docker on a real Podman service, for suites that must know all that is there before and after. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { isList, isPlainMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import type { StateSystem } from '../contract/states.js';
import { neverAborted, testHost } from './module-host.js';
import { IMAGE, openPodman } from './servers/podman.js';
import { runState } from './state-calls.js';

/** A second name that cases give to the one image. */
export const SECOND = 'tsalt.test/second:1';

export interface DockerStates extends StateSystem {
  /** For files of a case. */
  readonly folder: string;
  call(fun: string, args: readonly Value[], kwargs?: PlainMap): Promise<Value>;
}

export interface DockerSuite {
  /** Why no case can run. */
  readonly skip: string | false;
  open(): Promise<DockerStates>;
}

const rowsOf = (answer: Value): PlainMap[] => (isList(answer) ? answer.filter(isPlainMap) : []);
const sorted = (rows: readonly Value[][]): Value[][] => rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));

/** States against the service at `url`; `pictured` tells all that is there, `cleared` removes it. */
async function statesAt(url: string, folder: string, pictured: () => Promise<unknown>, cleared: (call: DockerStates['call']) => Promise<void>): Promise<DockerSuite['open']> {
  const host = await testHost({ sys: createSys(), opts: { 'docker.url': url, cachedir: folder } });
  after(() => host[Symbol.asyncDispose]());
  const call: DockerStates['call'] = (fun, args, kwargs = {}) => host.session({ signal: neverAborted() }).call(`docker.${fun}`, args, kwargs);
  return () => Promise.resolve({
    call, folder, picture: pictured,
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    [Symbol.asyncDispose]: () => cleared(call),
  });
}

const scratch = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ts-docker-states-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Opens a service of its own for one test file; it ends with the file. */
export async function dockerSuite(): Promise<DockerSuite> {
  const podman = await openPodman();
  if ('skip' in podman) return { skip: podman.skip, open: () => Promise.reject(new Error(podman.skip)) };
  after(() => podman[Symbol.asyncDispose]());
  const pictured = async (): Promise<unknown> => {
    const containers = rowsOf(await podman.ask('/containers/json?all=1')).map(({ Id = null, Names = null, State = null }) => [Id, Names, State]);
    const networks = rowsOf(await podman.ask('/networks')).map(({ Name = null, IPAM = null, Labels = null, Containers = null }) => [Name, IPAM, Labels, Containers]);
    const volumes = await podman.ask('/volumes');
    const images = rowsOf(await podman.ask('/images/json')).map(({ Id = null, RepoTags = null }) => [Id, RepoTags]);
    // Podman lists networks in no order.
    return [sorted(containers), sorted(networks), isPlainMap(volumes) ? rowsOf(volumes['Volumes'] ?? []) : [], sorted(images)];
  };
  return {
    skip: false,
    open: await statesAt(podman.url, scratch(), pictured, async (call) => {
      await podman.clear();
      if (await call('resolve_tag', [SECOND]) !== false) await call('rmi', [SECOND], { force: true });
    }),
  };
}

/** States that find no service. */
export async function lostSuite(): Promise<DockerSuite> {
  const folder = scratch();
  return { skip: false, open: await statesAt(`unix://${folder}/nobody.sock`, folder, () => Promise.resolve([]), () => Promise.resolve()) };
}

const SLEEP = { command: 'sleep 600', stop_signal: 'KILL' };

/** A container `web` as a state wishes it. */
export const wish = (more: PlainMap = {}) => (): PlainMap => ({ name: 'web', image: IMAGE, ...SLEEP, environment: [{ WORD: "it's $(x)" }], labels: ['a=b'], binds: '/tmp:/data:ro', ...more });

/** The same made by the module, running or not. */
export const there = (more: PlainMap = {}, bg = true) => async (s: DockerStates): Promise<void> => {
  const { name, image, ...options } = wish(more)();
  await s.call(bg ? 'run_container' : 'create', [image ?? ''], { name: name ?? null, ...options, ...bg ? { bg: true } : {} });
};
