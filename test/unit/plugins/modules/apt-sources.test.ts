/** Sources of packages in a folder of their own. `apt-sources.data.json` holds what real Salt 3008.3 made of the same files. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readFileSync } from 'node:fs';
import type { Sys } from '../../../../src/kernel/contract/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import aptpkg from '../../../../src/plugins/modules/aptpkg.js';
import { machine, type Machine } from './machine.js';

interface Recorded {
  readonly fun: string;
  readonly args: Value[];
  readonly kwargs: PlainMap;
  readonly gives?: Value;
  readonly error?: string;
  readonly changed: Readonly<Record<string, string | null>>;
}
const recorded = JSON.parse(readFileSync('test/unit/plugins/modules/apt-sources.data.json', 'utf8')) as {
  files: Record<string, string>; cases: Recorded[];
};

/** The real file functions, with `/etc/apt` elsewhere. */
function sysBelow(root: string): Partial<Sys> {
  const sys = createSys();
  const at = (path: string): string => (path.startsWith('/etc/apt') ? `${root}${path}` : path);
  return {
    readText: (path) => sys.readText(at(path)),
    exists: (path) => sys.exists(at(path)),
    writeFile: (path, data) => sys.writeFile(at(path), data),
    fs: {
      ...fs,
      readdir: ((path: string) => fs.readdir(at(path))) as typeof fs.readdir,
      stat: ((path: string) => fs.stat(at(path))) as typeof fs.stat,
      rm: (path, options) => fs.rm(at(String(path)), options),
    },
  };
}

interface Sources extends Machine {
  /** Files that are not as before; null for removed ones. */
  changed(): Promise<Record<string, string | null>>;
}

async function sources(t: TestContext, files = recorded.files): Promise<Sources> {
  const root = await mkdtemp(join(tmpdir(), 'apt-sources-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'etc/apt');
  await mkdir(join(folder, 'sources.list.d'), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const minion = machine({
    modules: [aptpkg], sys: sysBelow(root), answers: { 'cmd.run_all': { pid: 1, retcode: 0, stdout: '', stderr: '' }, 'config.option': '' },
  });
  const changed = async (): Promise<Record<string, string | null>> => {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const paths = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    const now: Record<string, string | null> = {};
    for (const path of new Set([...paths, ...Object.keys(files)])) {
      const text = paths.includes(path) ? await readFile(join(folder, path), 'utf8') : null;
      if (text !== files[path]) now[path] = text;
    }
    return now;
  };
  return Object.assign(minion, { changed });
}

for (const { fun, args, kwargs, gives, error, changed } of recorded.cases) {
  test(`${fun} ${args.join(' ')} ${JSON.stringify(kwargs)} does what Salt does`, async (t) => {
    const minion = await sources(t);
    if (error === undefined) assert.deepEqual(await minion.call(fun, args, kwargs), gives);
    else await assert.rejects(minion.call(fun, args, kwargs), { message: error });
    assert.deepEqual(await minion.changed(), changed);
  });
}

test('pkg.list_repos gives every suite and type, by address', async (t) => {
  const repos = await (await sources(t)).call('pkg.list_repos') as Record<string, PlainMap[]>;
  assert.deepEqual(Object.keys(repos), [
    'http://a.example/debian', 'http://b.example/debian', 'http://c.example/debian/', 'cdrom:[Debian GNU/Linux 12]/', 'http://flat.example/',
    'http://deb.debian.org/debian', 'http://security.debian.org/debian-security/', 'http://x.example/ubuntu',
  ]);
  const suites = repos['http://deb.debian.org/debian']?.map(({ dist, type }) => `${String(type)} ${String(dist)}`);
  assert.deepEqual(suites, ['deb bookworm', 'deb-src bookworm', 'deb bookworm-updates', 'deb-src bookworm-updates']);
  const [security] = repos['http://security.debian.org/debian-security/'] ?? [];
  // Real Salt shows a key `None` here.
  assert.equal(security?.['line'], '# deb [trusted=yes] http://security.debian.org/debian-security/ bookworm-security main');
  assert.deepEqual([security?.['signedby'], security?.['disabled'], security?.['enabled']], [null, true, false]);
});

test('pkg.del_repo of what is not there changes nothing', async (t) => {
  const minion = await sources(t);
  for (const repo of ['deb http://nosuch/debian stable main', 'garbage']) {
    await assert.rejects(minion.call('pkg.del_repo', [repo]), { message: `Repo ${repo} doesn't exist in the sources.list(s)` });
  }
  assert.deepEqual(await minion.changed(), {});
});

test('pkg.mod_repo with consolidate joins lines and leaves other files alone', async (t) => {
  const list = 'deb http://a.example/debian bookworm main\ndeb http://a.example/debian bookworm contrib\n';
  const minion = await sources(t, { 'sources.list': list, 'sources.list.d/debian.sources': recorded.files['sources.list.d/debian.sources'] ?? '' });
  await minion.call('pkg.mod_repo', ['deb http://a.example/debian bookworm main contrib'], { consolidate: true, refresh: false });
  assert.deepEqual(await minion.changed(), { 'sources.list': 'deb http://a.example/debian bookworm main contrib\n' });
});

test('a file that cannot be read is left alone and reported', async (t) => {
  const minion = await sources(t, { 'sources.list': 'deb [arch=amd64] http://a.example/debian\n', 'sources.list.d/x.list': 'deb http://x.example/ubuntu noble main\n' });
  assert.deepEqual(Object.keys(await minion.call('pkg.list_repos') as PlainMap), ['http://x.example/ubuntu']);
  assert.ok(minion.log.some(({ level, text }) => level === 'error' && text === "Could not parse source file '/etc/apt/sources.list'"));
  await minion.call('pkg.mod_repo', ['deb http://new.example/debian bookworm main'], { refresh: false, file: '/etc/apt/sources.list.d/new.list' });
  assert.deepEqual(await minion.changed(), { 'sources.list.d/new.list': 'deb http://new.example/debian bookworm main\n' });
});

test('pkg.mod_repo fetches keys by id and refuses options in their place', async (t) => {
  const minion = await sources(t);
  const answers = { 'cmd.run_stdout': '', 'config.option': '', 'cmd.run_all': { pid: 1, retcode: 0, stdout: '', stderr: '' } };
  const keyed = machine({ modules: [aptpkg], answers, sys: { ...minion.context.sys, which: () => Promise.resolve('/usr/bin/apt-key') } });
  await keyed.call('pkg.mod_repo', ['deb http://k.example/debian x main'], { keyid: ['ABCD', 255], keyserver: 'keys.example.org', refresh: false });
  const fetched = keyed.calls.filter(({ fun }) => fun === 'cmd.run_all').map(({ args }) => (args[0] as string[]).slice(-2).join(' '));
  assert.deepEqual(fetched, ['--recv-keys ABCD', '--recv-keys 0xff']);
  await assert.rejects(keyed.call('pkg.mod_repo', ['deb http://k.example/debian x main'], { keyid: '--x', keyserver: 'k' }), /begins with a dash/);
  await assert.rejects(keyed.call('pkg.mod_repo', ['deb http://k.example/debian x main'], { keyid: 'AB' }), { className: 'NameError' });
});

