import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, findConfigDir, loadMasterConfig, loadMinionConfig } from '../../../../src/kernel/config/load.js';
import { masterOptions } from '../../../../src/kernel/config/master-options.data.js';
import { minionOptions } from '../../../../src/kernel/config/minion-options.data.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { host, tree } from './tree.js';

const load = (role: 'master' | 'minion', files: Record<string, string>, more: Record<string, unknown> = {}) =>
  (role === 'master' ? loadMasterConfig : loadMinionConfig)({ configDir: tree(files), env: {}, host: host(), ...more });
const loud = (notices: readonly { level: string; text: string }[]) => notices.filter(({ level }) => level !== 'debug').map(({ level, text }) => `${level}: ${text}`);

/** The defaults read the id that a daemon once wrote on this very host, when there is one. */
const idHere = existsSync('/etc/salt/minion_id') ? readFileSync('/etc/salt/minion_id', 'utf8') : undefined;

test('an empty folder gives the defaults, silently', async () => {
  const { opts, notices, files } = await load('master', {});
  assert.deepEqual([opts['ret_port'], opts['id'], opts['token_dir'], opts['utils_dirs'], opts['worker_pools'], opts['__role']], [
    4506, `${idHere ?? 'web1'}_master`, '/var/cache/salt/master/tokens', ['/var/cache/salt/master/extmods/utils'], { default: { worker_count: 5, commands: ['*'] } }, 'master',
  ]);
  assert.deepEqual([loud(notices), files], [[], []]);
  assert.equal((await load('minion', {})).opts['id'], idHere ?? 'web1');
});

test('the result is frozen at every depth and the tables stay as they are', async () => {
  const { opts } = await load('minion', { minion: 'grains: {a: {b: [1]}}' });
  const grains = opts['grains'] as { a: { b: number[] } };
  assert.throws(() => grains.a.b.push(2), TypeError);
  assert.throws(() => Object.assign(opts, { id: 'x' }), TypeError);
  assert.equal(Object.isFrozen(minionOptions['file_roots']?.value), false);
  assert.notEqual(opts['file_roots'], minionOptions['file_roots']?.value);
});

test('later files win: main, drop-ins in order of name, includes, command line', async () => {
  const folder = {
    master: 'a: main\nb: main\nc: main\nd: main\ngroups: {main: 1}\ninclude: extra/*.conf', 'master.d/2.conf': 'b: two\nc: two', 'master.d/10.conf': 'b: ten\ngroups: {x: {y: 1}}\nlist: [1, 2]',
    'master.d/3.conf': 'groups: {x: {z: 2}}\nlist: [2, 3]', 'master.d/.h.conf': 'a: hidden', 'master.d/note.txt': 'a: txt', 'extra/e.conf': 'c: extra\nd: extra',
  };
  const { opts, files } = await load('master', folder, { overrides: { d: 'line' } });
  assert.deepEqual([opts['a'], opts['b'], opts['c'], opts['d']], ['main', 'two', 'extra', 'line']);
  assert.deepEqual([opts['groups'], opts['list']], [{ x: { y: 1, z: 2 } }, [1, 2, 3]]);
  assert.deepEqual(files.map((path) => path.split('/').slice(-1)[0]), ['master', '10.conf', '2.conf', '3.conf', 'e.conf']);
});

test('a job of the schedule is replaced as a whole', async () => {
  const { opts } = await load('minion', { 'minion.d/a.conf': 'schedule: {j: {seconds: 1, splay: 2}, k: {}}', 'minion.d/b.conf': 'schedule: {j: {minutes: 1}}' });
  assert.deepEqual(opts['schedule'], { j: { minutes: 1 }, k: {} });
});

test('an include that includes itself ends', async () => {
  const { notices } = await load('minion', { minion: 'include: loop.conf', 'loop.conf': 'include: loop.conf\nx: 1' });
  assert.match(loud(notices).join(), /error: Includes of .*\/minion are nested deeper than 16/);
});

const broken: [string, string, RegExp][] = [
  ['two equal keys', 'a: 1\na: 2', /^Error parsing configuration file: PATH - while constructing a mapping\n {2}in "PATH", line 1, column 1\nfound conflicting ID 'a'\n {2}in "PATH", line 2, column 1$/],
  ['a list', '- a', /^Error parsing configuration file: PATH - conf should be a document, not <class 'list'>\.$/],
  ['a text', 'word', /conf should be a document, not <class 'str'>\.$/],
  ['a template', 'a: {{ 5 }}', /^Error parsing configuration file: PATH - while constructing a mapping/],
];
for (const [title, text, wanted] of broken) {
  test(`a main file with ${title} is an error`, async () => {
    const folder = tree({ master: text });
    await assert.rejects(loadMasterConfig({ configDir: folder, env: {} }), (err: unknown) => {
      assert.ok(err instanceof ConfigError);
      assert.match(err.message.replaceAll(join(folder, 'master'), 'PATH'), wanted);
      return err.exitCode === 1;
    });
  });
}

test('a broken included file is reported and skipped, a broken schedule put aside', async () => {
  const folder = tree({ minion: 'a: 1', 'minion.d/a.conf': '- x', 'minion.d/b.conf': 'b: 2', 'minion.d/_schedule.conf': 'a: 1\na: 2' });
  const { opts, notices } = await loadMinionConfig({ configDir: folder, env: {}, host: host() });
  assert.deepEqual([opts['a'], opts['b']], [1, 2]);
  assert.match(loud(notices)[2] ?? '', /^error: Error parsing configuration file: .*a\.conf - conf should be a document, not <class 'list'>\.$/);
  assert.ok(existsSync(join(folder, 'minion.d/_schedule.confYAMLError')) && !existsSync(join(folder, 'minion.d/_schedule.conf')));
});

test('an include that fits nothing is a warning, a default_include is not', async () => {
  const { notices } = await load('minion', { minion: 'include: none/*.conf' });
  assert.match(loud(notices).join(), /^warning: Warning parsing configuration file: "include" path\/glob '.*none\/\*\.conf' matches no files$/);
});

test('values of a wrong type are kept, with option, file and line in the warning', async () => {
  const folder = tree({ master: 'x: 1\nkeysize: big', 'master.d/a.conf': '# c\n\nmax_event_size: 1.5\nkey_pass: [secret]' });
  const { opts, notices } = await loadMasterConfig({ configDir: folder, env: {}, host: host() });
  assert.deepEqual([opts['keysize'], opts['max_event_size']], ['big', 1.5]);
  assert.deepEqual(loud(notices).filter((line) => line.startsWith('warning')).sort(), [
    `warning: Config option 'key_pass' with value <hidden> has an invalid type of list, a NoneType or str is required for this option (${folder}/master.d/a.conf line 4)`,
    `warning: Config option 'keysize' with value big has an invalid type of str, a int is required for this option (${folder}/master line 2)`,
    `warning: Config option 'max_event_size' with value 1.5 has an invalid type of float, a int is required for this option (${folder}/master.d/a.conf line 3)`,
  ]);
});

test('unknown options are kept; a slip of one letter is a warning', async () => {
  const { opts, notices } = await load('master', { master: 'auto_acept: true\nmysql.host: db\nmy_option: 1\nsentry_handler: {}\npresence_events: true\nmaster: x' });
  assert.deepEqual([opts['auto_acept'], opts['mysql.host']], [true, 'db']);
  assert.deepEqual(loud(notices), [
    "warning: Unknown configuration options: 'auto_acept' (did you mean 'auto_accept'?)",
    'info: Configuration options that only modules can know: mysql.host, my_option, sentry_handler',
    'warning: Log handlers that need Python are not available: sentry_handler',
  ]);
});

test('names that exist in Python only do not keep a program from starting', async () => {
  const { opts, notices } = await load('master', {
    master: 'ext_pillar: [cmdb: {url: x}]\nengines: [own: {}]\nevent_return: own\nmaster_tops: {own: x}\nrunner_dirs: [/r]\nmodule_dirs: [/m]\nmaster_job_cache: own',
  });
  assert.deepEqual([loud(notices), opts['event_return']], [[], 'own']);
});

test('environment becomes saltenv with a warning', async () => {
  const one = await load('minion', { minion: 'environment: dev' });
  assert.equal(one.opts['saltenv'], 'dev');
  assert.deepEqual(loud(one.notices).slice(0, 1), ["warning: The 'environment' minion config option has been renamed to 'saltenv'. Using dev as the 'saltenv' config value."]);
  const both = await load('master', { master: 'environment: dev\nsaltenv: qa' });
  assert.deepEqual([both.opts['saltenv'], both.opts['environment']], ['qa', 'qa']);
});

test('worker_threads is at least 3 where minions may publish', async () => {
  const { opts, notices } = await load('master', { master: "worker_threads: 2\npeer: {'.*': ['.*']}" });
  assert.deepEqual([opts['worker_threads'], opts['worker_pools']], [3, { default: { worker_count: 3, commands: ['*'] } }]);
  assert.match(loud(notices)[0] ?? '', /^warning: The 'worker_threads' setting in '.*\/master' cannot be lower than 3\. Resetting it to the default value of 3\.$/);
  assert.equal((await load('master', { master: 'worker_threads: 2' })).opts['worker_threads'], 2);
});

test('open_mode and auto_accept are on for True only', async () => {
  const { opts } = await load('master', { master: 'open_mode: 1\nauto_accept: "yes"' });
  assert.deepEqual([opts['open_mode'], opts['auto_accept']], [false, false]);
});

test('what makes a configuration useless is an error', async () => {
  const cases: [('master' | 'minion'), string, RegExp][] = [
    ['minion', 'encryption_algorithm: x', /^The encryption algorithm 'x' is not valid\. Please specify one of OAEP-SHA1,OAEP-SHA224\.$/],
    ['minion', 'signing_algorithm: x', /^The signging algorithm 'x' is not valid/],
    ['master', 'publish_signing_algorithm: x', /^The {2}publish signging algorithm 'x' is not valid/],
    ['master', 'discovery: {colour: red}', /^Unknown discovery option: colour$/],
    ['master', 'ssl: {cert_reqs: x}', /^SSL option 'cert_reqs' must be set to one of the following values: 'CERT_NONE', /],
    ['master', 'worker_pools: {a: {worker_count: 0, commands: [x]}}', /^Worker pools configuration validation failed:\n {2}- Pool 'a': worker_count must be integer >= 1, got 0\n {2}- No catchall pool/],
  ];
  for (const [role, text, wanted] of cases) await assert.rejects(load(role, { [role]: text }), { name: 'ConfigError', message: wanted });
});

test('variables name the main file only for the usual folder', async () => {
  const other = tree({ m: 'a: other', master: 'a: folder' });
  const own = tree({ master: 'a: own' });
  const env = { SALT_MASTER_CONFIG: join(other, 'm'), SALT_CONFIG_DIR: other };
  assert.equal((await loadMasterConfig({ configDir: own, env, host: host() })).opts['a'], 'own');
  assert.equal((await loadMasterConfig({ configDir: '/etc/salt', env, host: host() })).opts['a'], 'other');
  assert.equal((await loadMasterConfig({ configDir: '/etc/salt', env: { SALT_CONFIG_DIR: other }, host: host() })).opts['a'], 'folder');
  assert.deepEqual([findConfigDir(undefined, env), findConfigDir('/x/', env), findConfigDir(undefined, {})], [other, '/x', '/etc/salt']);
});

test('file names another main file', async () => {
  const folder = tree({ proxy: 'a: proxy' });
  const { opts } = await loadMinionConfig({ configDir: folder, file: 'proxy', env: {}, host: host() });
  assert.deepEqual([opts['a'], opts['conf_file']], ['proxy', join(folder, 'proxy')]);
});

test('a missing main file is named by conf_file', async () => {
  const folder = tree({});
  assert.equal((await loadMasterConfig({ configDir: folder, env: {}, host: host() })).opts['conf_file'], join(folder, 'master'));
});

test('a generated id is written for the next start, below root_dir', async () => {
  const folder = tree({ minion: 'root_dir: @/r\nminion_id_lowercase: true' });
  const request = { configDir: folder, env: {}, host: host({ hostname: () => 'WEB1.example.com' }) };
  await loadMinionConfig(request);
  assert.ok(!existsSync(join(folder, 'r/etc/salt/minion_id')), 'only daemons write it');
  await loadMinionConfig({ ...request, cacheMinionId: true });
  assert.equal(readFileSync(join(folder, 'r/etc/salt/minion_id'), 'utf8'), 'web1.example.com');
  assert.equal((await loadMinionConfig({ ...request, host: host({ hostname: () => 'other' }) })).opts['id'], 'web1.example.com');
  assert.equal((await loadMinionConfig({ ...request, overrides: { id: 'mine' } })).opts['id'], 'mine');
});

test('sdb addresses are resolved with the configuration at hand', async () => {
  const asked: string[] = [];
  const sdb = (address: string, opts: PlainMap) => {
    asked.push(address);
    return Promise.resolve(`${String(opts['store'])}!`);
  };
  const { opts, notices } = await load('master', { master: 'store: s\npub_hwm: sdb://x/hwm\ndeep: [{a: sdb://x/y}]' }, { sdb });
  assert.deepEqual([opts['pub_hwm'], opts['deep'], asked], ['s!', [{ a: 's!' }], ['sdb://x/hwm', 'sdb://x/y']]);
  assert.equal(loud(notices).filter((line) => line.includes('pub_hwm')).length, 1, 'the type of what the store gives is checked');
  const plain = await load('master', { master: 'pub_hwm: sdb://x/hwm' });
  assert.deepEqual([plain.opts['pub_hwm'], loud(plain.notices)], ['sdb://x/hwm', []]);
});

test('the tables hold every option of Salt 3008.3', () => {
  const withDefault = (table: typeof masterOptions) => Object.values(table).filter(({ value }) => value !== undefined).length;
  // __role, __fs_update, __cli, id and user are among them; __cachedir of the minion has no default of its own.
  assert.deepEqual([withDefault(masterOptions), withDefault(minionOptions)], [390, 323]);
});

test('__cli names the program of Salt that ours stands for: formulas ask whether salt-minion or salt-call renders them', async (t) => {
  const before = process.argv[1] ?? '';
  t.after(() => {
    process.argv[1] = before;
  });
  const names: unknown[] = [];
  for (const path of ['/usr/bin/tsalt-call', '/opt/tsalt/dist/cli/programs/tsalt-minion.js', '/usr/bin/tsalt', '/usr/bin/own']) {
    process.argv[1] = path;
    names.push((await load('minion', {})).opts['__cli']);
  }
  assert.deepEqual(names, ['salt-call', 'salt-minion', 'salt', 'own']);
});
