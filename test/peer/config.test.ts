/**
 * Loads the same configuration trees with real Salt and with ours and compares every option.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { loadMasterConfig, loadMinionConfig } from '../../src/kernel/config/load.js';
import { Float, isMap, mapEntries, type Value } from '../../src/kernel/std/value.js';
import { saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-config-peer-')));
after(() => rmSync(base, { recursive: true }));

interface Tree {
  readonly title: string;
  readonly role: 'master' | 'minion';
  /** Files below the configuration folder; `@` stands for that folder. */
  readonly files: Readonly<Record<string, string>>;
}

const both = (title: string, main: string, files: Readonly<Record<string, string>> = {}): Tree[] =>
  (['master', 'minion'] as const).map((role) => ({
    title: `${title} (${role})`, role, files: Object.fromEntries([[role, main], ...Object.entries(files).map(([name, text]) => [name.replace('ROLE', role), text])]),
  }));
const one = (role: 'master' | 'minion', title: string, main: string, files: Readonly<Record<string, string>> = {}): Tree => ({ title, role, files: { [role]: main, ...files } });

const trees: readonly Tree[] = [
  ...both('an empty file', ''),
  ...both('an empty file below a root', 'root_dir: @/root'),
  ...both('a root and absolute, relative and prefixed paths', 'root_dir: @/root\npki_dir: /abs/pki\ncachedir: rel/cache/\nsock_dir: "@/root/s"\npidfile: ./a/../pid\nlog_file: file:///dev/log\nkey_logfile: keys\nextension_modules: ext'),
  ...both('a relative root', 'root_dir: some/root'),
  ...both('paths that equal the root', 'root_dir: /R\npki_dir: /R\ncachedir: /\nsock_dir: /R/'),
  ...both('relative socket and key folders', 'sock_dir: s\npki_dir: p'),
  ...both('a socket folder that is too long', `cachedir: /c\nsock_dir: /${'s'.repeat(30)}`),
  ...both('another cache folder', 'cachedir: /cc\ntoken_dir: /tt\nextension_modules: ""\nutils_dirs: [/u]'),
  ...both('drop-ins', 'a: main\nlist: [m]\nmap: {m: 1}\nb: main', {
    'ROLE.d/10.conf': 'a: ten\nlist: [x, y]\nmap: {x: {y: 1}}', 'ROLE.d/_first.conf': 'b: first', 'ROLE.d/a.conf': 'a: last\nlist: [y, z]\nmap: {x: {z: 2}}',
    'ROLE.d/.hidden.conf': 'a: hidden', 'ROLE.d/other.txt': 'a: txt',
  }),
  ...both('includes', 'include: [inc/*.conf, "@/more.conf", nothing.conf]\na: main', {
    'inc/1.conf': 'a: one\nl: [1]\nschedule: {j: {seconds: 1, x: 1}, k: {}}', 'inc/2.conf': 'l: [2, 2]\ninclude: ../deep.conf\nschedule: {j: {seconds: 2}}',
    'deep.conf': 'deep: true\nl: [3]', 'more.conf': 'a: more', 'ROLE.d/x.conf': 'a: dropin\nb: dropin',
  }),
  ...both('another default_include', 'default_include: conf/*.conf', { 'conf/a.conf': 'x: 1', 'ROLE.d/a.conf': 'x: 2' }),
  ...both('a broken drop-in', 'x: 1', { 'ROLE.d/a.conf': 'x: [1', 'ROLE.d/b.conf': 'y: 2', 'ROLE.d/c.conf': '- a' }),
  ...both('scalars of YAML 1.1', 'a: yes\nb: off\nc: 012\nd: 0x10\ne: 1_000\nf: 1:30\ng: 0o17\nh: 1e3\ni: 2026-01-02\nj: ~\nk:\nl: .inf\nm: 1.0\nn: 1.5\no: 5: 6\n'.replace('o: 5: 6\n', 'o: {5: 6, x: {1: 2}}\n')),
  ...both('anchors and merge keys', 'x: &x {a: 1, b: [2]}\ny: {<<: *x, c: 3}\nz: *x'),
  ...both('wrong types', 'timeout: abc\nworker_threads: 4\nauto_accept: "yes"\nopen_mode: 1\nkeysize: "2048"\nmax_event_size: 1.5\nloop_interval: true\nhash_type: SHA512\nrenderer: [a]\ngrains: []'),
  ...both('file roots', 'file_roots: {base: [@/g*, "@/none*", /plain], text: /srv/x, 1: [a], __env__: [/e/__env__], empty: }\npillar_roots: {base: ["@/g?"], one: /srv/p}', { 'g1/x': '', 'g2/x': '' }),
  ...both('file roots that are no mapping', 'file_roots: /srv\npillar_roots: [a]'),
  ...both('environment', 'environment: dev'),
  ...both('environment and saltenv', 'environment: dev\nsaltenv: qa'),
  ...both('backends', 'fileserver_backend: [roots, git, minion, x]'),
  ...both('log folder', 'log_dir: /var/l'),
  ...both('log folder and file', 'log_dir: l\nlog_file: f'),
  ...both('TLS', 'ssl: {cert_reqs: CERT_REQUIRED, ssl_version: PROTOCOL_TLSv1_2, keyfile: k}'),
  ...both('TLS as switch', 'ssl: true'),
  ...both('discovery', 'discovery: {port: 1, mapping: {a: b}}'),
  ...both('discovery as switch', 'discovery: true'),
  ...both('returners as list', 'return: [a, b]'),
  ...both('an id', 'id: UPPER\nappend_domain: example.com\nminion_id_lowercase: true'),
  ...both('a number as id', 'id: 012\nappend_domain: .d'),
  ...both('an empty id', 'id: ""\nroot_dir: @/r', { 'r/etc/salt/minion_id': 'Cached.Example.COM \nsecond\n' }),
  ...both('no value as id', 'id:\n'),
  ...both('a cached id and a domain', 'root_dir: @/r\nappend_domain: d.test\nminion_id_lowercase: true\nminion_id_remove_domain: true', { 'r/etc/salt/minion_id': 'Cached.name' }),
  ...both('a cached localhost', 'root_dir: @/r\nminion_id_lowercase: true', { 'r/etc/salt/minion_id': 'localhost\n' }),
  ...both('no caching of the id', 'root_dir: @/r\nminion_id_caching: false\nappend_domain: d.test', { 'r/etc/salt/minion_id': 'cached' }),
  ...both('removing a domain', 'root_dir: @/r\nminion_id_remove_domain: true'),
  one('master', 'few workers and peer', 'worker_threads: 1\npeer: {".*": [".*"]}'),
  one('master', 'few workers without peer', 'worker_threads: 1'),
  one('master', 'worker pools', 'worker_pools: {a: {worker_count: 2, commands: [_auth]}, b: {worker_count: 1, commands: ["*"]}}'),
  one('master', 'no worker pools', 'worker_pools_enabled: false\nworker_threads: 9'),
  one('master', 'node groups as list', 'nodegroups: [a: "L@x", b: y]'),
  one('master', 'node groups unset', 'nodegroups:\n'),
  one('master', 'rest in external_auth', 'external_auth: {rest: {x: []}}'),
  one('master', 'a cluster', 'cluster_id: c'),
  one('master', 'half a cluster', 'cluster_peers: [a]\ncluster_pki_dir: /x\ncluster_port: 7'),
  one('master', 'ignored files', 'file_ignore_regex: "/\\\\.git"\nfile_ignore_glob: "*.pyc"'),
  one('master', 'sign files below the root', 'root_dir: /R\nautosign_file: a.conf\nautoreject_file: /etc/r.conf\nautosign_grains_dir: g'),
  one('master', 'options for minions over SSH', 'ssh_minion_opts: {gitfs_base: x, pillar_roots: y, ssh_merge_pillar: false, other: 1}'),
  one('minion', 'places with the id', 'id: m1\nappend_minionid_config_dirs: [pki_dir, cachedir, extension_modules, default_include, pidfile]'),
  one('minion', 'several masters and options without default', 'master: [a, "b:4510"]\nmine_functions: {network.ip_addrs: []}\next_option: {a: [1, {b: c}]}'),
];

/** Reads a list of trees from its input and writes the options of each, floats marked. */
const DUMP = `
import json, logging, sys
class Keep(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING: said.append(record.getMessage())
def plain(value):
    if isinstance(value, float): return {"__float__": repr(value)}
    if isinstance(value, dict) or hasattr(value, "items"): return {"__map__": [[plain(k), plain(v)] for k, v in value.items()]}
    if isinstance(value, (list, tuple)) or type(value).__name__ == "ListProxy": return [plain(v) for v in value]
    if isinstance(value, int) and not isinstance(value, bool): return int(value)
    return value
import salt.config
logging.getLogger().handlers = [Keep()]
out = []
for tree in json.load(sys.stdin):
    said = []
    load = salt.config.master_config if tree["role"] == "master" else salt.config.minion_config
    opts = load(tree["path"])
    out.append({"opts": {str(k): plain(v) for k, v in opts.items()}, "said": said})
json.dump(out, sys.stdout)
`;

interface Answer {
  readonly opts: Record<string, unknown>;
  readonly said: readonly string[];
}

function plain(value: Value): unknown {
  if (value instanceof Float) return { __float__: `${value.value}.0` };
  if (typeof value === 'number' && !Number.isInteger(value)) return { __float__: Number.isFinite(value) ? String(value) : 'inf' };
  if (isMap(value)) return { __map__: mapEntries(value).map(([key, item]) => [plain(key), plain(item)]) };
  return Array.isArray(value) ? value.map((item: Value) => plain(item)) : value;
}

/** A key order differs where Salt changes a mapping while it walks over it; it is no part of an option's value. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const { __map__: entries, ...rest } = value as { __map__?: unknown[] };
  if (entries === undefined) return rest;
  return { __map__: entries.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) };
}

/** Differ by nature: the name of the program that asks. */
const NOT_COMPARED = new Set(['__cli']);

function writeTree(tree: Tree, folder: string): void {
  for (const [name, text] of Object.entries(tree.files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text.replaceAll('@', folder));
  }
}

function askSalt(asked: readonly { role: string; path: string }[]): readonly Answer[] {
  const { SALT_CONFIG_DIR: _dir, SALT_MASTER_CONFIG: _master, SALT_MINION_CONFIG: _minion, ...env } = process.env;
  const done = spawnSync(saltProgram('python'), ['-c', DUMP], {
    input: JSON.stringify(asked), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, env, cwd: base, timeout: 120_000,
  });
  assert.equal(done.status, 0, done.stderr);
  return JSON.parse(done.stdout) as Answer[];
}

test('configurations load as real Salt loads them', { skip: skipWithoutSalt }, async (t) => {
  const folders = trees.map((_, at) => join(base, `tree${at}`));
  trees.forEach((tree, at) => writeTree(tree, folders[at] ?? ''));
  const answers = askSalt(trees.map(({ role }, at) => ({ role, path: join(folders[at] ?? '', role) })));
  process.chdir(base);
  for (const [at, tree] of trees.entries()) {
    await t.test(tree.title, async () => {
      const load = tree.role === 'master' ? loadMasterConfig : loadMinionConfig;
      const { opts, notices } = await load({ configDir: folders[at] ?? '', env: {} });
      const ours = Object.fromEntries(Object.entries(opts).filter(([name]) => !NOT_COMPARED.has(name)).map(([name, value]) => [name, sorted(plain(value))]));
      const theirs = Object.fromEntries(Object.entries(answers[at]?.opts ?? {}).filter(([name]) => !NOT_COMPARED.has(name)).map(([name, value]) => [name, sorted(value)]));
      assert.deepEqual(ours, theirs);
      const loud = notices.filter(({ level }) => level === 'warning' || level === 'error').map(({ text }) => text);
      for (const text of new Set(answers[at]?.said)) {
        // The words about broken YAML are the reader's and have tests of their own.
        const wanted = text.replace(/^(Error parsing .* - )while [^]*/, '$1');
        assert.ok(loud.some((own) => own.startsWith(wanted)), `said only by Salt: ${text}\nours: ${loud.join('\n')}`);
      }
    });
  }
});
