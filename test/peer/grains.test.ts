/**
 * Grains of this machine beside those of real Salt; and the recordings of `test/golden/grains` beside its functions.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadMinionConfig } from '../../src/kernel/config/load.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { DISTRIBUTIONS } from '../support/distributions.data.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { TEXT_CASES } from '../support/machine-texts.data.js';
import { MACHINES } from '../support/machines.data.js';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { rootedContext, type Machine } from '../support/rooted-sys.js';

const sources = join(import.meta.dirname, '../../..');
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-grains-peer-')));
after(() => rmSync(base, { recursive: true }));

/** Grain to the reason why ours may have another value; the type is the same all the same. */
const exceptions = JSON.parse(readFileSync(join(sources, 'test/peer/grains-exceptions.json'), 'utf8')) as Record<string, string>;

const ownZone = process.env['TZ'];
const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function python(args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): string {
  const done = spawnSync(saltProgram(args[0] ?? ''), args.slice(1), {
    encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, cwd: base, timeout: 120_000, input: options.input ?? '', env: options.env ?? process.env,
  });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

async function both(folder: string, env: NodeJS.ProcessEnv): Promise<{ ours: PlainMap; theirs: PlainMap }> {
  const out = python(['salt-call', '--local', '-c', folder, '--out=json', '--log-level=quiet', 'grains.items'], { env });
  process.chdir(base);
  // The clock of this process is asked, as that of the program will be.
  if (env['TZ'] !== undefined) process.env['TZ'] = env['TZ'];
  const { opts } = await loadMinionConfig({ configDir: folder, env: {} });
  const { grains } = await gatheredGrains({ opts, userDirs: [join(folder, 'ours')], env });
  if (ownZone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = ownZone;
  return { ours: JSON.parse(JSON.stringify(grains)) as PlainMap, theirs: (JSON.parse(out) as { local: PlainMap }).local };
}

function assertSame({ ours, theirs }: { ours: PlainMap; theirs: PlainMap }): void {
  assert.deepEqual(Object.keys(ours).sort(), Object.keys(theirs).sort());
  for (const [name, value] of Object.entries(theirs)) {
    if (exceptions[name] === undefined) assert.deepEqual(ours[name], value, `grain ${name}`);
    else assert.equal(kindOf(ours[name]), kindOf(value), `type of grain ${name}`);
  }
}

const environments: readonly [title: string, env: NodeJS.ProcessEnv][] = [
  ['as it is', {}],
  ['in another time zone and the plain locale', { TZ: 'Europe/Berlin', LC_ALL: 'C' }],
  ['with a locale that is not installed', { LANG: 'xx_YY.UTF-8', TZ: 'America/Sao_Paulo', SHELL: '/bin/dash' }],
  ['with a rule as time zone', { LANG: 'C', TZ: 'ABC-3' }],
];

for (const [title, env] of environments) {
  test(`grains of this machine, ${title}, equal those of real Salt`, { skip: skipWithoutSalt }, async () => {
    const folder = join(base, title.replace(/\W+/g, '-'));
    write(folder, { minion: `id: web1.example.com\nroot_dir: ${folder}/root\nfile_client: local\nmaster: salt.example.com\n` });
    assertSame(await both(folder, { ...process.env, ...env }));
  });
}

const OWN_GRAINS = {
  grains: 'role: [web, db]\nshell: /file\ndisks: file\ndeep: {file: 1}\nos: FileOS\nblocked: 1\n',
  'ours/mine.mjs': [
    'export function z(grains) { return { seen: grains.os, disks: "mine", shell: "mine", mine: grains.first, deep: { mine: 1 } }; }',
    'export function a() { return { first: 1, os: "MineOS", role: "mine" }; }', 'export function fails() { throw new Error("no"); }', '',
  ].join('\n'),
  'root/var/cache/salt/minion/extmods/grains/mine.py': [
    'def z(grains):', '    return {"seen": grains["os"], "disks": "mine", "shell": "mine", "mine": grains["first"], "deep": {"mine": 1}}',
    'def a():', '    return {"first": 1, "os": "MineOS", "role": "mine"}', 'def fails():', '    raise ValueError("no")', '',
  ].join('\n'),
};

for (const deep of [false, true]) {
  test(`grains of plugins, file and configuration come together as in real Salt${deep ? ', merged at depth' : ''}`, { skip: skipWithoutSalt }, async () => {
    const folder = join(base, `own-${deep}`);
    write(folder, {
      ...OWN_GRAINS,
      minion: `id: web2\nroot_dir: ${folder}/root\nfile_client: local\ngrains_deep_merge: ${deep}\nappend_domain: example.com\n`
        + 'grains: {deep: {config: 1}, id: other, blocked_too: 1, username: nobody}\ngrains_blacklist: [blocked, "cpu_(model|flags)", "di?ks", "*_gw"]\n',
    });
    assertSame(await both(folder, process.env));
  });
}

/** Where each kind of text is looked for. */
const PLACES: Readonly<Record<string, string>> = {
  resolver: 'sample', cpu: 'proc/cpuinfo', memory: 'proc/meminfo', kernelparams: 'proc/cmdline', devicetree: 'proc/device-tree/model',
};

/** The answers of real Salt's functions, told to look below another root. */
async function askSalt(): Promise<Record<'distributions' | 'texts' | 'machines', Record<string, unknown>>> {
  const asked: { kind: string; title: string; text: string; files: Machine['files']; programs?: unknown; opts?: PlainMap; root: string }[] = [
    ...Object.entries(DISTRIBUTIONS).map(([title, files]) => ({ kind: 'distribution', title, text: '', files })),
    ...TEXT_CASES.map((one) => ({ ...one, files: PLACES[one.kind] === undefined ? {} : { [PLACES[one.kind] ?? '']: one.text } })),
    ...Object.entries(MACHINES).map(([title, { files, programs, opts = {} }]) => ({
      kind: 'machine', title, text: '', files, opts,
      programs: Object.fromEntries(Object.entries(programs ?? {}).map(([line, answer]) => [line, typeof answer === 'string' ? [0, answer] : answer])),
    })),
  ].map((one, at) => ({ ...one, root: join(base, 'roots', String(at)) }));
  for (const { root, files } of asked) {
    mkdirSync(join(root, 'etc'), { recursive: true });
    await rootedContext(root, files === undefined ? {} : { files });
  }
  const answers = JSON.parse(python(['python', join(sources, 'test/support/ask-grains.py')], { input: JSON.stringify(asked) })) as unknown[];
  const ofKind = (wanted: (kind: string) => boolean, name: (kind: string, title: string) => string): Record<string, unknown> =>
    Object.fromEntries(asked.flatMap(({ kind, title }, at) => (wanted(kind) ? [[name(kind, title), answers[at]]] : [])));
  return {
    distributions: ofKind((kind) => kind === 'distribution', (_kind, title) => title),
    texts: ofKind((kind) => kind !== 'distribution' && kind !== 'machine', (kind, title) => `${kind}: ${title}`),
    machines: ofKind((kind) => kind === 'machine', (_kind, title) => title),
  };
}

test('the recorded answers about release files, texts and machines are those of real Salt', { skip: skipWithoutSalt }, async () => {
  const answers = await askSalt();
  const path = join(sources, 'test/golden/grains/answers.json');
  // Recording anew: TSALT_RECORD=1, after a case was added.
  if (process.env['TSALT_RECORD'] === '1') writeFileSync(path, `${JSON.stringify(answers, null, 1)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), answers);
});
