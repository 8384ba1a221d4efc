/** Modules on files of a temporary folder beside what real Salt gave and left: `recorded/record.py` made the recordings. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommandExecutionError, InvocationError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import { isList, isMap, mapEntries, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import cmd from '../../../../src/plugins/modules/cmd.js';
import cron from '../../../../src/plugins/modules/cron.js';
import environ from '../../../../src/plugins/modules/environ.js';
import hosts from '../../../../src/plugins/modules/hosts.js';
import sysctl from '../../../../src/plugins/modules/linux_sysctl.js';
import mount from '../../../../src/plugins/modules/mount.js';
import { readJson } from '../../../support/module-host.js';
import { DEBIAN_GRAINS, machine } from './machine.js';

interface Case {
  readonly file: string | null;
  readonly grains?: PlainMap;
  readonly steps: readonly (readonly [fun: string, args?: readonly Value[], kwargs?: PlainMap])[];
}
interface Recording {
  readonly results: readonly ({ readonly value: Value } | { readonly error: readonly [string, string] })[];
  readonly after: string | null;
  readonly cache?: string;
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', '..', 'test', 'unit', 'plugins', 'modules', 'recorded');
const MODULES: Readonly<Record<string, readonly FunctionPlugin[]>> = { hosts: [hosts], sysctl: [sysctl, cmd], environ: [environ], mount: [mount, cmd], cron: [cron, cmd] };

/** Keeps tables in a file, as the recording had it. */
const CRONTAB = '#!/bin/sh\ncase "$1" in -u) shift 2;; esac\n'
  + 'if [ "$1" = -l ]; then cat "$CRON_TABLE" 2>/dev/null || { echo no crontab >&2; exit 1; }; else cp "$1" "$CRON_TABLE"; fi\n';

/** The value with every text changed, maps as plain objects as JSON has them. */
function eachText(value: Value, change: (text: string) => string): Value {
  if (typeof value === 'string') return change(value);
  if (isList(value)) return value.map((item) => eachText(item, change));
  if (isMap(value)) return Object.fromEntries(mapEntries(value).map(([key, item]) => [change(String(key)), eachText(item, change)]));
  return value;
}

function errorOf(err: unknown): [string, string] {
  if (err instanceof PythonError) return [err.className, err.message];
  if (err instanceof InvocationError) return ['SaltInvocationError', err.message];
  if (err instanceof CommandExecutionError) return ['CommandExecutionError', err.message];
  throw err;
}

async function play(modules: readonly FunctionPlugin[], { file, grains = {}, steps }: Case, root: string): Promise<Recording> {
  const path = join(root, 'file');
  const bin = join(root, 'bin');
  if (file !== null) await writeFile(path, file);
  await mkdir(bin);
  await writeFile(join(bin, 'crontab'), CRONTAB);
  await chmod(join(bin, 'crontab'), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}`, CRON_TABLE: path };
  const host = machine({
    modules, sys: createSys({ env }), grains: { ...DEBIAN_GRAINS, ...grains }, opts: { cachedir: root },
    answers: { 'config.option': path, 'file.user_to_uid': 0 },
  });
  const results: Recording['results'][number][] = [];
  const given = (text: string): string => text.replaceAll('$F', path);
  const seen = (text: string): string => text.replaceAll(path, '$F');
  for (const [fun, args = [], kwargs = {}] of steps) {
    try {
      const value = await host.call(fun, eachText([...args], given) as Value[], eachText(kwargs, given) as PlainMap);
      results.push({ value: eachText(value, seen) });
    } catch (err) {
      const [name, text] = errorOf(err);
      results.push({ error: [name, seen(text)] });
    }
  }
  const { sys } = host.context;
  const cache = await sys.readText(join(root, 'mounts'));
  return { results, after: (await sys.readText(path)) ?? null, ...(cache === undefined ? {} : { cache }) };
}

for (const [name, modules] of Object.entries(MODULES)) {
  const cases = await readJson(join(FOLDER, `${name}.cases.json`)) as Case[];
  const recordings = await readJson(join(FOLDER, `${name}.recorded.json`)) as Recording[];
  for (const [at, one] of cases.entries()) {
    test(`${name} does as recorded, case ${at}: ${one.steps.map(([fun]) => fun).join(' ').slice(0, 60)}`, async (t) => {
      const root = await mkdtemp(join(tmpdir(), 'tsalt-recorded-'));
      t.after(() => rm(root, { recursive: true }));
      assert.deepEqual(await play(modules, one, root), recordings[at]);
    });
  }
}

test('every case was recorded', async () => {
  for (const name of Object.keys(MODULES)) {
    const count = async (kind: string): Promise<number> => (JSON.parse(await readFile(join(FOLDER, `${name}.${kind}.json`), 'utf8')) as unknown[]).length;
    assert.equal(await count('recorded'), await count('cases'), name);
  }
});
