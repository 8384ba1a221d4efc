/** Each command as a user who may not: one clear sentence, the right exit code, no stack trace. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MasterHost } from '../support/fleet/master.js';
import { MinionHost } from '../support/fleet/minion.js';
import { runCommand, type CommandResult } from '../support/fleet/program.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

/** Accounts of every system: the one may do something by `publisher_acl`, the other nothing. */
const [allowed, other] = [accountOf('daemon'), accountOf('nobody')];
const site = new Site(reasonToSkip());
let master: MasterHost;
let minion: MinionHost;

interface Account {
  readonly name: string;
  readonly uid: string;
}

function accountOf(name: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((row) => row.startsWith(`${name}:`));
  return line === undefined ? undefined : { name, uid: line.split(':')[2] ?? '' };
}

function as(uid: string, argv: readonly string[]): string[] {
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...argv];
}

function reasonToSkip(): string | false {
  if (process.getuid?.() !== 0) return 'needs root to become another user';
  if (allowed === undefined || other === undefined) return 'needs the accounts daemon and nobody';
  const [program = '', ...rest] = as(other.uid, [process.execPath, '-e', `const fs = require('node:fs'); fs.readFileSync(${JSON.stringify(join(repository, 'bin/tsalt'))}); fs.readdirSync(${JSON.stringify(tmpdir())})`]);
  const tried = spawnSync(program, rest);
  return tried.status === 0 ? false : 'other users cannot read these programs, or the folder of temporary files';
}

const run = (account: Account | undefined, program: string, ...words: readonly string[]): Promise<CommandResult> =>
  runCommand(as(account?.uid ?? '', [process.execPath, join(repository, 'bin', program), '-c', (isOfMinion(program) ? minion : master).configDir, ...words]), {
    env: { HOME: '/nonexistent', SUDO_USER: '' },
  });
const isOfMinion = (program: string): boolean => program === 'tsalt-call' || program === 'tsalt-minion';

site.setUp('a master, and the folders on the way open to all', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', { publisher_acl: { [allowed?.name ?? '']: ['test.*'] }, log_level_logfile: 'info' });
  minion = new MinionHost(site, 'tsalt', 'm1', master);
  await master.start();
  for (const folder of [site.dir, master.dir, minion.dir, ...['conf', 'run', 'cache', 'log'].map((name) => master.path(name)), minion.configDir]) chmodSync(folder, 0o755);
});

const NO_FILE = (path: () => string): RegExp => new RegExp(`^No permissions to access "${path()}", are you running as the correct user\\?\\n$`);
type Said = () => readonly [code: number, said: RegExp];
/** The first word of a line of cases says which program; what Salt has recorded so ends with 0. */
const CASES: readonly (readonly [account: 'allowed' | 'other', words: readonly string[], said: Said])[] = [
  ['allowed', ['tsalt', 'm1', 'test.ping'], () => [2, /^No minions matched the target\. No command was sent, no jid was assigned\.\nERROR: No return received\n$/]],
  ['allowed', ['tsalt', '*', 'cmd.run', 'id'], () => [0, /^Authorization error occurred\.\n$/]],
  ['allowed', ['tsalt', '--strict', '*', 'cmd.run', 'id'], () => [1, /^Authorization error occurred\.\n$/]],
  ['allowed', ['tsalt-run', 'manage.up'], () => [0, /^Authorization error occurred\.\n$/]],
  ['allowed', ['tsalt-cp', '*', '/etc/hostname', '/tmp/x'], () => [1, /^Authorization error occurred\.\n$/]],
  ['other', ['tsalt', '*', 'test.ping'], () => [0, /^Authentication error occurred\.\n$/]],
  ['other', ['tsalt', '--strict', '-b', '1', '*', 'test.ping'], () => [1, /^Authentication error occurred\.\n$/]],
  ['other', ['tsalt-run', '--strict', 'jobs.list_jobs'], () => [1, /^Authentication failure of type "user" occurred\n$/]],
  ['other', ['tsalt-key', '-L'], () => [1, NO_FILE(() => master.path('log/key'))]],
  ['other', ['tsalt-key', '-y', '-a', 'm1'], () => [1, NO_FILE(() => master.path('log/key'))]],
  ['other', ['tsalt-master'], () => [1, NO_FILE(() => master.path('log/master'))]],
  ['other', ['tsalt-master', '-d'], () => [1, NO_FILE(() => master.path('log/master'))]],
  ['other', ['tsalt-minion'], () => [1, /^No permissions to access "[^"\n]+", are you running as the correct user\?\n$/]],
  ['other', ['tsalt-call', 'test.ping'], () => [1, /^No permissions to access "[^"\n]+", are you running as the correct user\?\n$/]],
];

for (const [who, words, said] of CASES) {
  site.test(`${who === 'other' ? 'nobody' : 'who may run test.*'}: ${words.join(' ')}`, async () => {
    const [program = '', ...rest] = words;
    const { code, stdout, stderr } = await run(who === 'other' ? other : allowed, program, ...rest);
    const [wanted, text] = said();
    assert.match(stdout + stderr, text);
    assert.equal(code, wanted, stdout + stderr);
  });
}

site.test('a socket that is closed to the user, a folder on the way, and a configuration that may not be read', async () => {
  const commands = [['tsalt', 'm1', 'test.ping'], ['tsalt', '-b', '1', '*', 'test.ping'], ['tsalt-run', 'jobs.list_jobs'], ['tsalt-cp', '*', '/etc/hostname', '/tmp/x']];
  const each = async (text: RegExp): Promise<void> => {
    for (const [program = '', ...words] of commands) {
      const { code, stdout, stderr } = await run(allowed, program, ...words);
      assert.match(stdout + stderr, text);
      assert.equal(code, 1, `${program}: ${stdout}${stderr}`);
    }
  };
  chmodSync(master.path('run'), 0o700);
  await each(/^(?:\[ERROR {3}\] )?\S+\/run\/tsalt\.ipc may not be used by this user: run as root or as the master's user\n$/);
  chmodSync(master.path('run'), 0o755);
  chmodSync(master.path('cache'), 0o700);
  await each(/^\[ERROR {3}\] Cannot read \S+_key: daemon may not enter \S+\/cache; run as root, or open it\n$/);
  chmodSync(master.path('cache'), 0o755);
  chmodSync(join(master.configDir, 'master'), 0o600);
  const { stderr } = await run(allowed, 'tsalt', 'm1', 'test.ping');
  assert.match(stderr, /^\[WARNING \] No permissions to read the configuration "\S+\/conf\/master": defaults are used\. Are you running as the correct user\?\n/);
});
