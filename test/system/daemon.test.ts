/** The life of both daemons: start, pid file, signals, log, what stops them before they begin. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { runCommand, type CommandResult, type Program } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site, skipUnlessRoot } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { openNotifySocket, skipWithoutNotify } from './kit/notify-socket.js';

const site = new Site();
/** A daemon that cannot start must say so soon. */
const REFUSED_WITHIN_MS = 20_000;
/** With nothing to wait for, a stop is a matter of moments; this allows for a busy machine. */
const STOPPED_WITHIN_MS = 5000;
let names = 0;

const masterOf = (config = {}): Promise<MasterHost> => MasterHost.prepare(site, 'tsalt', `m${names++}`, config);
const programPath = (name: string): string => join(repository, 'dist/cli/programs', `${name}.js`);
const run = (name: string, ...words: readonly string[]): Promise<CommandResult> =>
  runCommand([process.execPath, programPath(name), ...words], { withinMs: REFUSED_WITHIN_MS });

async function stopsWith(program: Program, signal: NodeJS.Signals): Promise<number> {
  const before = Date.now();
  program.signal(signal);
  const code = await program.ended();
  assert.ok(Date.now() - before < STOPPED_WITHIN_MS, `stopping took ${Date.now() - before} ms`);
  return code;
}

/** The one error line of a program that refused to start. */
function refusalOf(result: CommandResult, code = 1): string {
  assert.equal(result.code, code, JSON.stringify(result));
  const errors = result.stderr.split('\n').filter((line) => /^\[(ERROR|CRITICAL)/.test(line));
  assert.equal(errors.length, 1, result.stderr);
  assert.ok(!/^\s+at /m.test(result.stderr), `a stack is no sentence for a user: ${result.stderr}`);
  assert.ok(!/\w+Error: /.test(result.stderr), `the name of a class is no sentence for a user: ${result.stderr}`);
  return errors[0] ?? '';
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  site.test(`the master stops on ${signal} with exit code 0 and leaves no pid file and no sockets`, async () => {
    const master = await masterOf();
    await master.start();
    await until('its pid file', () => existsSync(master.path('run/master.pid')));
    assert.equal(readFileSync(master.path('run/master.pid'), 'utf8').trim(), String(master.process.pid));
    assert.equal(await stopsWith(master.process, signal), 0);
    assert.ok(!existsSync(master.path('run/master.pid')));
    assert.ok(!existsSync(master.bus.publish) && !existsSync(master.bus.pull));
  });

  site.test(`a minion without a master stops on ${signal} with exit code 0`, async () => {
    const minion = new MinionHost(site, 'tsalt', `lonely-${signal}`, await masterOf());
    minion.start();
    await until('its pid file', () => existsSync(minion.path('run/minion.pid')));
    assert.equal(await stopsWith(minion.process, signal), 0);
    assert.ok(!existsSync(minion.path('run/minion.pid')));
  });
}

site.test('a second signal does not wait', async () => {
  const master = await masterOf();
  await master.start();
  master.process.signal('SIGTERM');
  const code = await stopsWith(master.process, 'SIGTERM');
  assert.ok(code === 0 || code === 1, `exit code ${code}`);
});

site.test('the order of a stop stands in the log', async () => {
  const master = await masterOf({ log_level_logfile: 'info' });
  await master.start();
  await master.stop();
  assert.match(master.log(), /\[INFO {4}\]\[\d+\] stopping/);
});

site.test('-d goes to the background once it works, and gives the terminal back', async () => {
  const master = await masterOf();
  const done = await run('tsalt-master', '-c', master.configDir, '-d');
  assert.deepEqual(done, { code: 0, stdout: '', stderr: '' });
  const pid = Number(readFileSync(master.path('run/master.pid'), 'utf8'));
  try {
    assert.equal((await master.tsalt('tsalt-run', 'manage.up')).code, 0);
  } finally {
    process.kill(pid, 'SIGTERM');
  }
  await until('the end of the daemon', () => !existsSync(`/proc/${pid}`));
  assert.ok(!existsSync(master.path('run/master.pid')));
});

site.test('-d tells when the daemon could not start', async () => {
  const master = await masterOf({ interface: '203.0.113.7' });
  const done = await run('tsalt-master', '-c', master.configDir, '-d');
  assert.equal(done.code, 1);
  assert.match(done.stderr, /could not start.*log\/master/);
});

site.test('--pid-file wins over the configuration', async () => {
  const master = await masterOf();
  const pidFile = master.path('other.pid');
  const program = site.start({
    name: 'master', argv: [process.execPath, programPath('tsalt-master'), '-c', master.configDir, '--pid-file', pidFile], outputFile: master.path('log/output'),
  });
  await until('the pid file', () => existsSync(pidFile));
  assert.ok(!existsSync(master.path('run/master.pid')));
  await program.stop();
});

site.test('SIGHUP opens the log file anew', async () => {
  const master = await masterOf({ log_level_logfile: 'debug' });
  await master.start();
  renameSync(master.path('log/master'), master.path('log/master.1'));
  master.process.signal('SIGHUP');
  await until('a new log file', () => existsSync(master.path('log/master')));
  await master.tsalt('tsalt-run', 'manage.up');
  await master.stop();
  assert.match(master.log(), /stopping/);
  assert.ok(!/stopping/.test(readFileSync(master.path('log/master.1'), 'utf8')));
});

for (const option of ['publish_port', 'ret_port'] as const) {
  site.test(`a taken ${option} is told in one sentence`, async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const master = await masterOf({ [option]: port });
    const refusal = refusalOf(await run('tsalt-master', '-c', master.configDir));
    taken.close();
    assert.match(refusal, new RegExp(`127\\.0\\.0\\.1:${port}\\b.*in use`));
    assert.ok(!existsSync(master.path('run/master.pid')));
  });
}

site.test('an address that this machine does not have is told', async () => {
  const master = await masterOf({ interface: '203.0.113.7' });
  assert.match(refusalOf(await run('tsalt-master', '-c', master.configDir)), /203\.0\.113\.7/);
});

site.test('a second master on the same directories is refused', async () => {
  const master = await masterOf();
  await master.start();
  refusalOf(await run('tsalt-master', '-c', master.configDir));
  assert.equal((await master.tsalt('tsalt-run', 'manage.up')).code, 0);
  assert.equal(readFileSync(master.path('run/master.pid'), 'utf8').trim(), String(master.process.pid));
  await master.stop();
});

site.test('a broken key is told with its path', async () => {
  const master = await masterOf();
  writeFileSync(master.path('pki/master.pem'), 'no key');
  writeFileSync(master.path('pki/master.pub'), 'no key');
  const keyFile = /(\S+\.pem) is no usable/.exec(refusalOf(await run('tsalt-master', '-c', master.configDir)))?.[1] ?? '';
  assert.ok(keyFile.startsWith(master.path('pki')), keyFile);
  assert.equal(readFileSync(keyFile, 'utf8'), 'no key');

  const minion = new MinionHost(site, 'tsalt', 'badkey', master);
  writeFileSync(minion.path('pki/minion.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  assert.match(refusalOf(await run('tsalt-minion', '-c', minion.configDir)), /pki\/minion\.pem/);
});

for (const [program, file] of [['tsalt-master', 'master'], ['tsalt-minion', 'minion']] as const) {
  site.test(`${program}: a configuration that is no YAML ends it with its place`, async () => {
    const dir = site.write(`broken-${file}/${file}`, 'id: x\ninterface: [1\n').slice(0, -file.length - 1);
    const result = await run(program, '-c', dir);
    assert.equal(result.code, 1, JSON.stringify(result));
    assert.match(result.stderr, new RegExp(`${dir}/${file}`));
    assert.ok(!/^\s+at /m.test(result.stderr), result.stderr);
  });

  site.test(`${program}: --version names the program and its version`, async () => {
    assert.deepEqual(await run(program, '--version'), { code: 0, stdout: `${program} 3008.3 (Argon)\n`, stderr: '' });
  });
}

site.test('options that mean nothing or have a wrong type are warned of, and the daemon starts', async () => {
  const master = await masterOf({ worker_threads: 'many', log_level: 'warning', log_level_logfile: 'warning' });
  await master.start();
  await master.stop();
  assert.match(master.log(), /\[WARNING \].*worker_threads/);
});

site.test('a log level decides what is written', async () => {
  const quiet = await masterOf({ log_level_logfile: 'error' });
  await quiet.start();
  await quiet.stop();
  assert.ok(!/\[(DEBUG|INFO)/.test(quiet.log()), quiet.log());
  const loud = await masterOf({ log_level_logfile: 'debug' });
  await loud.start();
  await loud.stop();
  assert.match(loud.log(), /\[(DEBUG|INFO) +\]/);
});

site.test('log_json writes one JSON object a line', async () => {
  const master = await masterOf({ log_json: true, log_level: 'info', log_level_logfile: 'info' });
  await master.start();
  await master.stop();
  for (const text of [master.log(), readFileSync(master.path('log/output'), 'utf8')]) {
    const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(lines.length > 0);
    assert.ok(lines.every((line) => 'time' in line && 'level' in line && 'msg' in line), text);
  }
});

site.test('systemd is told when the master works and when it stops', async () => {
  const notify = await openNotifySocket(site);
  const master = await masterOf();
  const program = site.start({
    name: 'master', argv: [process.execPath, programPath('tsalt-master'), '-c', master.configDir], outputFile: master.path('log/output'),
    env: { NOTIFY_SOCKET: notify.path },
  });
  await until('READY=1', () => notify.heard().includes('READY=1'));
  assert.equal(statSync(master.bus.publish).isSocket(), true);
  await program.stop();
  await until('STOPPING=1', () => notify.heard().includes('STOPPING=1'));
}, { skip: skipWithoutNotify });

/** Where an installation without root_dir keeps things; with the time of the last change of each. */
const usualPlaces = (): (number | undefined)[] =>
  ['/etc/salt', '/var/cache/salt', '/var/log/salt', '/run/salt', '/run', '/var/log', '/etc', join(homedir(), '.salt')]
    .map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);

site.test('user: the master runs as it, and its keys and sockets are that user\'s', async () => {
  const master = await masterOf({ user: 'nobody' });
  // As packages make them.
  spawnSync('chown', ['-R', 'nobody', master.dir]);
  chmodSync(site.dir, 0o755);
  await master.start();
  await until('its pid file', () => existsSync(master.path('run/master.pid')));
  const uid = statSync(master.path('conf')).uid;
  assert.notEqual(uid, 0);
  assert.match(readFileSync(`/proc/${master.process.pid}/status`, 'utf8'), new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}\\s`, 'm'));
  for (const path of ['pki/master.pem', 'run/master_event_pub.ipc', 'cache/sessions', 'log/master', 'run/master.pid']) {
    assert.equal(statSync(master.path(path)).uid, uid, path);
  }
  const done = await master.tsalt('tsalt-run', 'manage.up');
  assert.equal(done.code, 0, JSON.stringify(done));
  assert.equal(await master.stop(), 0);
}, { skip: skipUnlessRoot });

site.test('a user that does not exist is told', async () => {
  const master = await masterOf({ user: 'nobody-of-that-name' });
  const done = await run('tsalt-master', '-c', master.configDir);
  assert.notEqual(done.code, 0);
  assert.match(done.stderr, /nobody-of-that-name/);
}, { skip: skipUnlessRoot });

site.test('root_dir moves everything', async () => {
  const root = join(site.dir, 'rooted');
  mkdirSync(root);
  const before = usualPlaces();
  const master = await masterOf({
    root_dir: root, pki_dir: '/etc/salt/pki/master', cachedir: '/var/cache/salt/master', sock_dir: '/run/salt/master', log_file: '/var/log/salt/master',
    pidfile: '/run/salt-master.pid', key_logfile: '/var/log/salt/key', extension_modules: '/var/cache/salt/master/extmods',
  });
  const program = site.start({
    name: 'master', argv: [process.execPath, programPath('tsalt-master'), '-c', master.configDir], outputFile: master.path('log/output'),
  });
  await until('its pid file', () => existsSync(join(root, 'run/salt-master.pid')));
  for (const path of ['etc/salt/pki/master/master.pem', 'var/cache/salt/master', 'var/log/salt/master', 'run/salt/master/master_event_pub.ipc']) {
    assert.ok(existsSync(join(root, path)), path);
  }
  await program.stop();
  assert.deepEqual(usualPlaces(), before);
});
