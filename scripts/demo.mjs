// `npm run demo`: a master and two minions on loopback, a few commands, and nothing left behind.
// `npm run demo -- --keep` leaves them running until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join, relative } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

const keep = process.argv.includes('--keep');
const MINIONS = ['web1', 'db1'];
const PACKAGE = 'tree';
const DAEMON_STOPS_WITHIN_MS = 8000;
/** Of an ending demo, a command that hangs is not waited for. */
const COMMAND_MS = 180_000;
const daemons = [];
const commands = new Set();
/** What puts the machine back as it was. */
const restorations = [];
let place;

let interrupt;
const interruption = new Promise((resolve) => {
  interrupt = () => resolve('interrupted');
});
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    isInterrupted = true;
    for (const child of commands) child.kill('SIGINT');
    interrupt();
  });
}

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
const say = (text) => process.stdout.write(`\n${bold(text)}\n`);
const tell = (text) => process.stdout.write(`${text}\n`);
const bin = (name) => join(root, 'bin', name);
const confOf = (name) => join(place, name, 'conf');
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const HELLO = `export function world(name = 'world') {
  return \`hello \${name}\`;
}
`;

function writeConfiguration(publishPort, requestPort) {
  mkdirSync(join(root, 'run'), { recursive: true });
  // Short: unix sockets have at most 107 characters.
  place = mkdtempSync(join(root, 'run', 'd'));
  for (const name of ['master', ...MINIONS]) mkdirSync(confOf(name), { recursive: true });
  mkdirSync(join(place, 'srv/salt/_modules'), { recursive: true });
  writeFileSync(join(place, 'srv/salt/_modules/hello.mjs'), HELLO);
  // JSON is YAML.
  const write = (name, file, more) => writeFileSync(join(confOf(name), file), `${JSON.stringify({
    root_dir: join(place, name), user: userInfo().username, pki_dir: 'pki', cachedir: 'cache', sock_dir: 'run', log_file: 'log', pidfile: 'pid',
    extension_modules: 'extmods', publish_port: publishPort, ...more,
  }, null, 1)}\n`);
  write('master', 'master', {
    interface: '127.0.0.1', ret_port: requestPort, key_logfile: 'key', file_roots: { base: [join(place, 'srv/salt')] },
    pillar_roots: { base: [join(place, 'srv/pillar')] },
  });
  for (const id of MINIONS) {
    write(id, 'minion', { id, master: '127.0.0.1', master_port: requestPort, acceptance_wait_time: 1 });
    writeAptConfiguration(id);
  }
}

const aptConfiguration = (id) => join(place, id, 'apt.conf');

/** Both minions install on this one machine at once: each downloads to a folder of its own, and they wait for each other. */
function writeAptConfiguration(id) {
  const archives = join(place, id, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  writeFileSync(aptConfiguration(id), `Dir::Cache::archives "${archives}";\nAPT::Sandbox::User "root";\nDPkg::Lock::Timeout "120";\n`);
}

/** Starts a daemon out of reach of the terminal's Ctrl-C: it is stopped in order. */
function start(program, name) {
  const child = spawn(process.execPath, [bin(program), '-c', confOf(name)], {
    stdio: 'ignore', detached: true, env: { ...process.env, ...(MINIONS.includes(name) ? { APT_CONFIG: aptConfiguration(name) } : {}) },
  });
  daemons.push({ child, name, ended: new Promise((resolve) => child.on('exit', resolve)) });
}

/** Runs a command to its end. */
function run(program, words, stdio) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin(program), '-c', confOf('master'), ...words], { stdio, detached: true });
    const out = [];
    child.stdout?.on('data', (chunk) => out.push(chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
    commands.add(child);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      commands.delete(child);
      resolve({ code: code ?? 1, out: Buffer.concat(out).toString('utf8') });
    });
  });
}

const quoted = (word) => (/^[\w.\-/=]+$/.test(word) ? word : `'${word}'`);

/** Shows a command, then its output. @throws Error when it fails */
async function show(program, ...words) {
  if (isInterrupted) return;
  say(`$ ${[program, ...words.map(quoted)].join(' ')}`);
  const { code } = await run(program, words, ['ignore', 'inherit', 'inherit']);
  if (code !== 0 && !isInterrupted) throw new Error(`${program} ended with exit code ${code}${logs()}`);
}

/** The answer of a command that is not shown; undefined when it gave none. */
async function ask(program, ...words) {
  const { out } = await run(program, [...words, '--out=json'], ['ignore', 'pipe', 'ignore']);
  try {
    return JSON.parse(out);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Waits for the end of what changes packages: a package manager must not be ended in the middle of its work. */
async function packagesAtRest() {
  for (let round = 0; round < 100; round += 1) {
    const running = await ask('tsalt', '*', 'saltutil.is_running', 'pkg.*', '--static');
    if (Object.values(running ?? {}).every((jobs) => !Array.isArray(jobs) || jobs.length === 0)) return;
    await pause(500);
  }
}

async function until(what, test, withinMs = 30_000) {
  for (const end = Date.now() + withinMs; Date.now() < end; await pause(200)) if (isInterrupted || await test()) return;
  throw new Error(`${what}: not within ${withinMs / 1000} s${logs()}`);
}

const logs = () => ['master', ...MINIONS].map((name) => `\n--- log of ${name}\n${tail(name)}`).join('');

function tail(name) {
  try {
    return readFileSync(join(place, name, 'log'), 'utf8').split('\n').slice(-10).join('\n');
  } catch (error) {
    return `(${error.code})`;
  }
}

let stopping;
function stop() {
  stopping ??= (async () => {
    for (const restore of restorations) await restore();
    for (const { child } of [...daemons].reverse()) child.kill('SIGTERM');
    await Promise.race([Promise.all(daemons.map(({ ended }) => ended)), pause(DAEMON_STOPS_WITHIN_MS)]);
    for (const { child } of daemons) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    if (place !== undefined) rmSync(place, { recursive: true, force: true });
    try {
      rmdirSync(join(root, 'run'));
    } catch (error) {
      // Another demo is at work there, or this one ended before it began.
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code)) throw error;
    }
  })();
  return stopping;
}

const isInstalled = () => spawnSync('dpkg-query', ['-W', '-f', '${Status}', PACKAGE], { encoding: 'utf8' }).stdout?.includes('install ok installed') ?? false;

/** Both minions are this machine. It is left as it was. */
async function installPackage() {
  const reason = await noPackages();
  if (reason !== undefined) {
    say(`(pkg.install is left out: ${reason})`);
    return;
  }
  restorations.push(packagesAtRest);
  if (isInstalled()) {
    restorations.push(() => (isInstalled() ? undefined : ask('tsalt', MINIONS[0], 'pkg.install', PACKAGE)));
    await ask('tsalt', MINIONS[0], 'pkg.remove', PACKAGE);
  } else restorations.push(() => (isInstalled() ? ask('tsalt', MINIONS[0], 'pkg.remove', PACKAGE) : undefined));
  await show('tsalt', '*', 'pkg.install', PACKAGE);
}

async function noPackages() {
  if (process.getuid?.() !== 0) return 'installing packages needs root';
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'this machine has no apt';
  const refreshed = await ask('tsalt', MINIONS[0], 'pkg.refresh_db', 'failhard=true', '--static');
  return typeof refreshed?.[MINIONS[0]] === 'object' ? undefined : 'no source of packages answers';
}

async function tour() {
  writeConfiguration(await freePort(), await freePort());
  say('A master and two minions start, each with its folders below run/.');
  start('tsalt-master', 'master');
  for (const id of MINIONS) start('tsalt-minion', id);
  await until('Both keys pending', async () => (await ask('tsalt-key', '-L'))?.minions_pre?.length === MINIONS.length);
  tell('Their keys wait to be accepted:');
  await show('tsalt-key', '-L');
  await show('tsalt-key', '-y', '-A');
  await until('Both minions connected', async () => (await ask('tsalt-run', 'manage.present'))?.length === MINIONS.length);
  await show('tsalt', '*', 'test.ping');
  await installPackage();
  await show('tsalt', '*', 'cmd.run', 'uname -a');
  if (!isInterrupted) say(`A module of your own: srv/salt/_modules/hello.mjs\n${HELLO.trimEnd()}`);
  await show('tsalt', '*', 'saltutil.sync_modules');
  await show('tsalt', 'web*', 'hello.world', 'salt');
  await show('tsalt-run', 'jobs.list_jobs');
}

function whatNext() {
  const conf = keep ? `-c ${relative(process.cwd(), confOf('master'))} ` : '';
  say('What to try next');
  if (!keep) tell('  npm run demo -- --keep          leaves this running until Ctrl-C; it shows the commands for another terminal');
  else {
    tell(`  bin/tsalt ${conf}'*' grains.item os osrelease
  bin/tsalt ${conf}web1 sys.doc test.arg
  bin/tsalt-key ${conf}-F
  bin/tsalt-run ${conf}manage.status
  bin/tsalt-call -c ${relative(process.cwd(), confOf(MINIONS[0]))} --local test.versions_report`);
  }
  tell('  README.md                       run it on your machines, take over an existing Salt master');
}

prepare();
tell('Building ...');
await (await import('./build.mjs')).build();
let failed;
try {
  await Promise.race([tour(), interruption]);
  if (!isInterrupted) whatNext();
  if (keep && !isInterrupted) {
    say('Running. Ctrl-C stops everything.');
    await interruption;
  }
} catch (error) {
  failed = error;
} finally {
  await stop();
}
if (failed !== undefined) {
  process.stderr.write(`${failed.message}\n`);
  process.exit(1);
}
if (isInterrupted) tell('\nStopped; nothing is left behind.');
process.exit(0);
