// `npm run demo`: a master and two minions on loopback, a few commands, and nothing left behind.
// `npm run demo -- --keep` leaves them running until Ctrl-C.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { prepare, root } from './lib/prepare.mjs';

const keep = process.argv.includes('--keep');
const isRoot = process.getuid?.() === 0;
const MINIONS = ['web1', 'db1'];
const daemons = [];
let place;

prepare();
process.stdout.write('Building ...\n');
await (await import('./build.mjs')).build();

const say = (text) => process.stdout.write(`\n\x1b[1m${text}\x1b[0m\n`);
const bin = (name) => join(root, 'bin', name);
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

function writeConfiguration(publishPort, requestPort) {
  mkdirSync(join(root, 'run'), { recursive: true });
  // Short: unix sockets have at most 107 characters.
  place = mkdtempSync(join(root, 'run', 'd'));
  const common = (name) => `root_dir: ${join(place, name)}\npki_dir: pki\ncachedir: cache\nsock_dir: run\nlog_file: log\npidfile: pid\nextension_modules: extmods\n`;
  for (const name of ['master', ...MINIONS]) mkdirSync(join(place, name, 'conf'), { recursive: true });
  writeFileSync(join(place, 'master', 'conf', 'master'),
    `${common('master')}interface: 127.0.0.1\npublish_port: ${publishPort}\nret_port: ${requestPort}\nfile_roots: {base: [${join(root, 'srv/salt')}]}\npillar_roots: {base: [${join(root, 'srv/pillar')}]}\n`);
  for (const id of MINIONS) {
    writeFileSync(join(place, id, 'conf', 'minion'),
      `${common(id)}id: ${id}\nmaster: 127.0.0.1\nmaster_port: ${requestPort}\npublish_port: ${publishPort}\nacceptance_wait_time: 1\n`);
  }
}

function start(program, name) {
  const child = spawn(process.execPath, [bin(program), '-c', join(place, name, 'conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.on('data', (chunk) => {
    if (/\[(ERROR|CRITICAL)/.test(chunk)) process.stderr.write(chunk);
  });
  daemons.push({ child, name, ended: new Promise((resolve) => child.on('exit', resolve)) });
  return child;
}

/** Shows a command, then its output. Gives its exit code. */
function show(program, ...words) {
  const quoted = words.map((word) => (/^[\w.\-/=]+$/.test(word) ? word : `'${word}'`)).join(' ');
  say(`$ ${program} ${quoted}`);
  return spawnSync(process.execPath, [bin(program), '-c', join(place, 'master', 'conf'), ...words], { stdio: ['ignore', 'inherit', 'inherit'] }).status;
}

function ask(program, ...words) {
  const done = spawnSync(process.execPath, [bin(program), '-c', join(place, 'master', 'conf'), ...words], { encoding: 'utf8' });
  return done.stdout;
}

async function until(what, test, withinMs = 30_000) {
  for (const end = Date.now() + withinMs; Date.now() < end; await pause(100)) if (test()) return;
  throw new Error(`${what} did not happen within ${withinMs / 1000} s. Logs: ${MINIONS.map((id) => `\n--- ${id}\n${tail(id)}`).join('')}\n--- master\n${tail('master')}`);
}

function tail(name) {
  try {
    return readFileSync(join(place, name, 'log'), 'utf8').split('\n').slice(-10).join('\n');
  } catch {
    return '(no log)';
  }
}

let stopping;
function stop() {
  stopping ??= (async () => {
    for (const { child } of [...daemons].reverse()) child.kill('SIGTERM');
    await Promise.race([Promise.all(daemons.map(({ ended }) => ended)), pause(8000)]);
    for (const { child } of daemons) if (child.exitCode === null) child.kill('SIGKILL');
    if (place !== undefined) rmSync(place, { recursive: true, force: true });
  })();
  return stopping;
}
let interrupted;
const interruption = new Promise((resolve) => {
  interrupted = resolve;
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted());

async function tour() {
  writeConfiguration(await freePort(), await freePort());
  start('tsalt-master', 'master');
  for (const id of MINIONS) start('tsalt-minion', id);
  await until('Both keys pending', () => JSON.parse(ask('tsalt-key', '-L', '--out=json') || '{}').minions_pre?.length === MINIONS.length);
  show('tsalt-key', '-L');
  show('tsalt-key', '-y', '-A');
  await until('Both minions connected', () => ask('tsalt', '*', 'test.ping', '--out=json', '--static', '-t', '2').includes(`"${MINIONS[1]}": true`)
    && ask('tsalt', '*', 'test.ping', '--out=json', '--static', '-t', '2').includes(`"${MINIONS[0]}": true`));
  let wrong = show('tsalt', '*', 'test.ping');
  if (isRoot) {
    // Both minions are this machine: let the installation be seen, and put things back as they were.
    const had = spawnSync('dpkg-query', ['-W', '-f', '${Status}', 'tree'], { encoding: 'utf8' }).stdout.includes('install ok installed');
    if (had) ask('tsalt', MINIONS[0], 'pkg.remove', 'tree');
    else ask('tsalt', MINIONS[0], 'pkg.refresh_db');
    wrong ||= show('tsalt', '*', 'pkg.install', 'tree');
    if (!had) ask('tsalt', MINIONS[0], 'pkg.remove', 'tree');
  } else say('(pkg.install is left out: installing packages needs root)');
  wrong ||= show('tsalt', '*', 'cmd.run', 'uname -a');
  wrong ||= show('tsalt-run', 'jobs.list_jobs');
  if (wrong) throw new Error(`A command of the demo ended with exit code ${wrong}`);
  const conf = relative(process.cwd(), join(place, 'master', 'conf'));
  say('What to try next');
  process.stdout.write(`  npm run demo -- --keep                              leave this running, then, in another terminal:
  bin/tsalt -c ${keep ? conf : 'CONF'} '*' grains.item os osrelease
  bin/tsalt -c ${keep ? conf : 'CONF'} web1 sys.list_functions test
  bin/tsalt-key -c ${keep ? conf : 'CONF'} -F
  README.md                                           take over an existing Salt master\n`);
}

let failed;
try {
  await Promise.race([tour(), interruption]);
  if (keep && !stopping) {
    say('Running. Ctrl-C stops everything.');
    await interruption;
  }
} catch (error) {
  failed = error;
} finally {
  await stop();
}
if (failed) {
  process.stderr.write(`${failed.message}\n`);
  process.exit(1);
}
