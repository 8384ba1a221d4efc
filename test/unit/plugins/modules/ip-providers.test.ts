/** Files of the network beside what real Salt 3008.3 wrote: `recorded/record-ip.py` made the recordings. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { CommandExecutionError, PythonError } from '../../../../src/kernel/contract/errors.js';
import type { FunctionPlugin } from '../../../../src/kernel/contract/plugin.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import debianIp from '../../../../src/plugins/modules/debian_ip.js';
import netplanIp from '../../../../src/plugins/modules/netplan_ip.js';
import nmIp from '../../../../src/plugins/modules/nm_ip.js';
import { belowSys } from '../../../support/below-sys.js';
import { readJson } from '../../../support/module-host.js';
import { DEBIAN_GRAINS, machine } from './machine.js';

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly grains?: PlainMap;
  /** Differs: these may hold a password, and only their owner reads them. */
  readonly private?: readonly string[];
  readonly steps: readonly (readonly [fun: string, args: readonly Value[], kwargs: PlainMap])[];
}
interface Recording {
  readonly results: readonly ({ readonly value: Value } | { readonly error: readonly [string, string] })[];
  /** Mode and text by path. */
  readonly files: Readonly<Record<string, readonly [string, string]>>;
  readonly calls: readonly (readonly [fun: string, args: readonly Value[]])[];
}

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', '..', 'test', 'unit', 'plugins', 'modules', 'recorded');
const PROVIDERS: Readonly<Record<string, FunctionPlugin>> = { debian_ip: debianIp, netplan_ip: netplanIp, nm_ip: nmIp };
const DONE = { retcode: 0, stdout: '', stderr: '' };
/** Other modules, as the recording had them. */
const ANSWERS = { 'pkg.install': true, 'pkg.version': true, 'kmod.load': true, 'cmd.run': true, 'cmd.run_all': DONE, 'network.mod_hostname': true, 'service.stop': true, 'service.start': true };

async function filesBelow(root: string): Promise<Recording['files']> {
  const found: Record<string, readonly [string, string]> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(root.length)] = [((await stat(path)).mode & 0o777).toString(8), await readFile(path, 'utf8')];
  }
  return found;
}

function errorOf(error: unknown): [string, string] {
  if (error instanceof PythonError) return [error.className, error.message];
  if (error instanceof CommandExecutionError) return ['CommandExecutionError', error.message];
  throw error;
}

/** A machine with these files below a folder. */
export async function withFiles(root: string, files: Case['files'], plugin: FunctionPlugin, grains: PlainMap = {}) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(path.endsWith('/') ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(root, path), text);
  }
  return machine({ modules: [plugin], answers: ANSWERS, sys: belowSys(root, ['/etc'], ['nmcli', 'netplan']), grains: { ...DEBIAN_GRAINS, osfullname: 'Debian', ...grains } });
}

async function play(plugin: FunctionPlugin, { files, grains = {}, steps }: Case, root: string): Promise<Recording> {
  const host = await withFiles(root, files, plugin, grains);
  const results: Recording['results'][number][] = [];
  for (const [fun, args, kwargs] of steps) {
    results.push(await host.call(`ip.${fun}`, args, kwargs).then((value) => ({ value }), (error: unknown) => ({ error: errorOf(error) })));
  }
  return { results, files: await filesBelow(root), calls: host.calls.map(({ fun, args }) => [fun, [...args]] as const) };
}

const oldUmask = process.umask(0o022);
test.after(() => process.umask(oldUmask));

for (const [name, plugin] of Object.entries(PROVIDERS)) {
  const cases = await readJson(join(FOLDER, `${name}.cases.json`)) as Case[];
  const recordings = await readJson(join(FOLDER, `${name}.recorded.json`)) as Recording[];
  test(`${name}: every case was recorded`, () => assert.equal(recordings.length, cases.length));
  for (const [at, one] of cases.entries()) {
    const [fun, args] = one.steps[0] ?? [];
    test(`${name} does as recorded, case ${at}: ${fun ?? ''} ${JSON.stringify(args).slice(0, 40)}`, async (t) => {
      const root = await mkdtemp(join(tmpdir(), 'tsalt-ip-'));
      t.after(() => rm(root, { recursive: true }));
      const recorded = recordings[at] as Recording;
      const own = Object.fromEntries((one.private ?? []).map((path) => [path, ['600', recorded.files[path]?.[1] ?? ''] as const]));
      assert.deepEqual(await play(plugin, one, root), { ...recorded, files: { ...recorded.files, ...own } });
    });
  }
}
