// `npm run demo`: a master and two minions on loopback, a few commands, and nothing left behind.
// `npm run demo -- --keep` leaves them running until Ctrl-C.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { prepare } from './lib/prepare.mjs';
import { freePort, pause, say, Stage, tell } from './lib/stage.mjs';

const keep = process.argv.includes('--keep');
const MINIONS = ['web1', 'db1'];
const PACKAGE = 'tree';
const HELLO = `export function world(name = 'world') {
  return \`hello \${name}\`;
}
`;

prepare();
tell('Building ...');
await (await import('./build.mjs')).build();
const stage = new Stage();

async function writeConfiguration() {
  const [publishPort, requestPort] = [await freePort(), await freePort()];
  const modules = stage.path('srv', 'salt/_modules');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, 'hello.mjs'), HELLO);
  stage.configure('master', 'master', {
    interface: '127.0.0.1', publish_port: publishPort, ret_port: requestPort, key_logfile: 'key', file_roots: { base: [stage.path('srv', 'salt')] },
    pillar_roots: { base: [stage.path('srv', 'pillar')] },
  });
  for (const id of MINIONS) {
    stage.configure(id, 'minion', { id, master: '127.0.0.1', publish_port: publishPort, master_port: requestPort, acceptance_wait_time: 1 });
    writeAptConfiguration(id);
  }
}

const aptConfiguration = (id) => stage.path(id, 'apt.conf');

/** Both minions install on this one machine at once: each downloads to a folder of its own, and they wait for each other. */
function writeAptConfiguration(id) {
  const archives = stage.path(id, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  writeFileSync(aptConfiguration(id), `Dir::Cache::archives "${archives}";\nAPT::Sandbox::User "root";\nDPkg::Lock::Timeout "120";\n`);
}

/** Waits for the end of what changes packages: a package manager must not be ended in the middle of its work. */
async function packagesAtRest() {
  for (let round = 0; round < 100; round += 1) {
    const running = await stage.ask('tsalt', '*', 'saltutil.is_running', 'pkg.*', '--static');
    if (Object.values(running ?? {}).every((jobs) => !Array.isArray(jobs) || jobs.length === 0)) return;
    await pause(500);
  }
}

const isInstalled = () => spawnSync('dpkg-query', ['-W', '-f', '${Status}', PACKAGE], { encoding: 'utf8' }).stdout?.includes('install ok installed') ?? false;

/** Both minions are this machine. It is left as it was. */
async function installPackage() {
  const reason = await noPackages();
  if (reason !== undefined) {
    say(`(pkg.install is left out: ${reason})`);
    return;
  }
  const { restorations } = stage;
  restorations.push(packagesAtRest);
  if (isInstalled()) {
    restorations.push(() => (isInstalled() ? undefined : stage.ask('tsalt', MINIONS[0], 'pkg.install', PACKAGE)));
    await stage.ask('tsalt', MINIONS[0], 'pkg.remove', PACKAGE);
  } else restorations.push(() => (isInstalled() ? stage.ask('tsalt', MINIONS[0], 'pkg.remove', PACKAGE) : undefined));
  await stage.show('tsalt', '*', 'pkg.install', PACKAGE);
}

async function noPackages() {
  if (process.getuid?.() !== 0) return 'installing packages needs root';
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'this machine has no apt';
  const refreshed = await stage.ask('tsalt', MINIONS[0], 'pkg.refresh_db', 'failhard=true', '--static');
  return typeof refreshed?.[MINIONS[0]] === 'object' ? undefined : 'no source of packages answers';
}

async function showCommands() {
  await writeConfiguration();
  say('A master and two minions start, each with its folders below run/.');
  stage.start('tsalt-master', 'master');
  for (const id of MINIONS) stage.start('tsalt-minion', id, { env: { APT_CONFIG: aptConfiguration(id) } });
  await stage.until('Both keys pending', async () => (await stage.ask('tsalt-key', '-L'))?.minions_pre?.length === MINIONS.length);
  tell('Their keys wait to be accepted:');
  await stage.show('tsalt-key', '-L');
  await stage.show('tsalt-key', '-y', '-A');
  await stage.until('Both minions connected', async () => (await stage.ask('tsalt-run', 'manage.present'))?.length === MINIONS.length);
  await stage.show('tsalt', '*', 'test.ping');
  await installPackage();
  await stage.show('tsalt', '*', 'cmd.run', 'uname -a');
  if (!stage.isInterrupted) say(`A module of your own: srv/salt/_modules/hello.mjs\n${HELLO.trimEnd()}`);
  await stage.show('tsalt', '*', 'saltutil.sync_modules');
  await stage.show('tsalt', 'web*', 'hello.world', 'salt');
  await stage.show('tsalt-run', 'jobs.list_jobs');
  if (stage.isInterrupted) return;
  whatNext();
  if (!keep) return;
  say('Running. Ctrl-C stops everything.');
  await stage.interruption;
}

function whatNext() {
  const conf = (name) => relative(process.cwd(), stage.confOf(name));
  say('What to try next');
  if (!keep) tell('  npm run demo -- --keep          leaves this running until Ctrl-C; it shows the commands for another terminal\n  npm run tour                    a whole deployment that reacts to what happens (docs/tour.md)');
  else {
    tell(`  bin/tsalt -c ${conf('master')} '*' grains.item os osrelease
  bin/tsalt -c ${conf('master')} web1 sys.doc test.arg
  bin/tsalt-key -c ${conf('master')} -F
  bin/tsalt-run -c ${conf('master')} manage.status
  bin/tsalt-call -c ${conf(MINIONS[0])} --local test.versions_report`);
  }
  tell('  README.md                       run it on your machines, take over an existing Salt master');
}

await stage.play(showCommands);
