/**
 * Grains of this machine, and of the release files of many distributions, beside those of real Salt.
 * Real Salt is found through TSALT_SALT_VENV, the folder of a Python environment that has it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadMinionConfig } from '../../src/kernel/config/load.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { distributionGrains, releaseGrains } from '../../src/plugins/grains/core/distribution.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { DISTRIBUTIONS, filesOf } from '../support/distributions.data.js';

const venv = process.env['TSALT_SALT_VENV'];
const skip = venv === undefined ? 'TSALT_SALT_VENV does not name an environment with real Salt' : false;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-grains-peer-')));
after(() => rmSync(base, { recursive: true }));

/** Grain to the reason why ours may have another value; the type is the same all the same. */
const exceptions = JSON.parse(readFileSync(join(import.meta.dirname, '../../../test/peer/grains-exceptions.json'), 'utf8')) as Record<string, string>;

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
  const done = spawnSync(join(venv ?? '', 'bin', args[0] ?? ''), args.slice(1), {
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
  test(`grains of this machine, ${title}, equal those of real Salt`, { skip }, async () => {
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
  test(`grains of plugins, file and configuration come together as in real Salt${deep ? ', merged at depth' : ''}`, { skip }, async () => {
    const folder = join(base, `own-${deep}`);
    write(folder, {
      ...OWN_GRAINS,
      minion: `id: web2\nroot_dir: ${folder}/root\nfile_client: local\ngrains_deep_merge: ${deep}\nappend_domain: example.com\n`
        + 'grains: {deep: {config: 1}, id: other, blocked_too: 1, username: nobody}\ngrains_blacklist: [blocked, "cpu_(model|flags)", "di?ks", "*_gw"]\n',
    });
    assertSame(await both(folder, process.env));
  });
}

/** Answers for trees of release files: the original's functions, told to look below another root. */
const ASK = `
import builtins, json, os, sys
import distro, platform
import salt.grains.core as core
import salt.utils.files, salt.utils.platform
real_open, real_isfile = builtins.open, os.path.isfile
def below(path): return root + path if isinstance(path, str) and path.startswith(("/etc/", "/usr/lib/os-release", "/etc.defaults")) else path
salt.utils.files.fopen = lambda path, *args, **kwargs: real_open(below(path), *args, **kwargs)
core.os.path.isfile = lambda path: real_isfile(below(path))
out = []
for root in json.load(sys.stdin):
    platform._os_release_candidates = (root + "/etc/os-release", root + "/usr/lib/os-release")
    platform._os_release_cache = None
    os.path.isfile = real_isfile
    salt.utils.platform.distro = distro.LinuxDistribution(root_dir=root)
    salt.utils.platform.distro._distro_release_info, salt.utils.platform.distro._os_release_info
    core.os.path.isfile = lambda path: real_isfile(below(path))
    grains = core._linux_distribution_data()
    if grains.get("osrelease"): grains.update(core._osrelease_data(grains["os"], grains["osfullname"], grains["osrelease"]))
    out.append(grains)
json.dump(out, sys.stdout)
`;

test('release files of many distributions are read as by real Salt', { skip }, async (t) => {
  const roots = Object.keys(DISTRIBUTIONS).map((name) => join(base, 'roots', name.replace(/\W+/g, '-')));
  Object.values(DISTRIBUTIONS).forEach((files, at) => {
    mkdirSync(join(roots[at] ?? '', 'etc'), { recursive: true });
    write(roots[at] ?? '', files);
  });
  const answers = JSON.parse(python(['python', '-c', ASK], { input: JSON.stringify(roots) })) as PlainMap[];
  for (const [at, [name, files]] of Object.entries(DISTRIBUTIONS).entries()) {
    await t.test(name, () => {
      const grains = distributionGrains(filesOf(files));
      const ours = { ...grains, ...(grains.osrelease === '' ? {} : releaseGrains(grains.os, grains.osfullname, grains.osrelease)) };
      assert.deepEqual(ours, answers[at]);
    });
  }
});
