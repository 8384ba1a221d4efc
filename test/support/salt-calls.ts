/** The same calls of execution modules to real Salt and to ours, on this machine. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { pythonClass } from '../../src/kernel/loader/failure-text.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from './gathered-grains.js';
import { saltProgram } from './fleet/salt-venv.js';
import { neverAborted, testHost } from './module-host.js';

export type Call = readonly [fun: string, args?: readonly Value[], kwargs?: PlainMap];
/** What a call gave: a value, or class and text of an error. */
export type Answer = { readonly value: unknown } | { readonly error: string; readonly text: string };

/** So many different answers a failure shows. */
const SHOWN_MAX = 30;
const sources = join(import.meta.dirname, '..', '..', '..');

/** A folder with a minion's configuration for both. */
export function saltFolder(folder: string, options: PlainMap = {}): string {
  writeFileSync(join(folder, 'minion'), JSON.stringify({ root_dir: folder, id: 'web1', file_client: 'local', log_level: 'quiet', ...options }));
  return folder;
}

export function askSalt(folder: string, calls: readonly Call[]): Answer[] {
  const input = JSON.stringify(calls.map(([fun, args = [], kwargs = {}]) => [fun, args, kwargs]));
  const program = join(sources, 'test/support/ask-salt.py');
  const done = spawnSync(saltProgram('python'), [program, folder], { encoding: 'utf8', input, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout.slice(done.stdout.indexOf('['))) as Answer[];
}

export async function askOurs(folder: string, calls: readonly Call[], opts: PlainMap = {}): Promise<Answer[]> {
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  await using host = await testHost({ sys: createSys(), grains: () => grains, opts: { cachedir: join(folder, 'cache'), conf_file: join(folder, 'minion'), saltenv: 'base', ...opts } });
  const session = host.session({ signal: neverAborted() });
  const answers: Answer[] = [];
  for (const [fun, args = [], kwargs = {}] of calls) answers.push(await session.call(fun, args, kwargs).then((value) => ({ value: plain(value) }), failure));
  return answers;
}

const failure = (error: unknown): Answer => ({ error: pythonClass(error).replace(/^.*\./, ''), text: error instanceof Error ? error.message : String(error) });

/** As JSON carries it. */
function plain(value: Value): unknown {
  return JSON.parse(JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map) return Object.fromEntries([...item].map(([key, one]) => [String(key), one as unknown]));
    return typeof item === 'bigint' ? Number(item) : item;
  }));
}

/**
 * Asks both and compares each answer; gives those of real Salt. `prepare` makes the same beginning for each. `steady` takes out of an
 * answer what differs from one moment to the next.
 */
export async function compareCalls(
  folder: string, calls: readonly Call[], prepare: () => void = () => undefined, steady: (answer: Answer) => unknown = (answer) => answer,
): Promise<Answer[]> {
  prepare();
  const theirs = askSalt(folder, calls);
  prepare();
  const ours = await askOurs(folder, calls);
  const steadily = (answer: Answer | undefined): unknown => (answer === undefined ? undefined : steady(answer));
  const differing = calls.map((_call, at) => at).filter((at) => !isDeepStrictEqual(steadily(ours[at]), steadily(theirs[at])));
  const shown = (at: number): string => `${at} ${JSON.stringify(calls[at])}\n  ours ${JSON.stringify(ours[at])}\n  real ${JSON.stringify(theirs[at])}`;
  assert.ok(differing.length === 0, `\n${differing.slice(0, SHOWN_MAX).map(shown).join('\n')}`);
  return theirs;
}
