/** States of keys of ssh with a real sshd, beside those of real Salt. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const SSHD = '/usr/sbin/sshd';
const USER = 'tsalt-ssh';
const skip = skipWithoutSalt !== false ? skipWithoutSalt : process.getuid?.() !== 0 ? 'keys of other users are for root' : existsSync(SSHD) ? false : 'no sshd here';
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-ssh-')));
const files = join(base, 'files');
mkdirSync(files);
chmodSync(base, 0o755);
const folder = saltFolder(base, { file_roots: { base: [files] } });
const home = join(base, 'home of it');
let server: ChildProcess | undefined;
let port = 0;

function makeKey(name: string, kind: string): string {
  const path = join(base, name);
  spawnSync('ssh-keygen', ['-q', '-t', kind, '-N', '', '-C', `${name}@made`, '-f', path]);
  return readFileSync(`${path}.pub`, 'utf8').trim();
}

function freshUser(): void {
  spawnSync('userdel', ['-f', USER]);
  rmSync(home, { recursive: true, force: true });
  spawnSync('useradd', ['-m', '-d', home, USER]);
}

before(async () => {
  if (skip !== false) return;
  makeKey('host_ed25519', 'ed25519');
  makeKey('host_ecdsa', 'ecdsa');
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  port = (free.address() as { port: number }).port;
  free.close();
  mkdirSync('/run/sshd', { recursive: true });
  server = spawn(SSHD, ['-D', '-e', '-f', '/dev/null', '-o', `Port=${port}`, '-o', 'ListenAddress=127.0.0.1', '-o', `HostKey=${join(base, 'host_ed25519')}`, '-o', `HostKey=${join(base, 'host_ecdsa')}`, '-o', 'PidFile=none'], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(server.stderr ?? server, 'data');
});
after(() => {
  server?.kill();
  spawnSync('userdel', ['-f', USER]);
  rmSync(base, { recursive: true, force: true });
});

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);

test('ssh_auth: the same results and files', { skip }, async () => {
  const [line, other] = [makeKey('one', 'ed25519'), makeKey('two', 'ecdsa')];
  const [, key = ''] = line.split(' ');
  writeFileSync(join(files, 'keys'), `# keys\n${line}\nno-pty ${other} more words\n`);
  writeFileSync(join(files, 'empty'), 'nothing\n');
  const user = USER;
  const config = '.ssh/authorized_keys';
  await compareStates(folder, [...thrice([
    ['ssh_auth.present', { name: key, user, enc: 'ed25519' }], ['ssh_auth.present', { name: line, user }], ['ssh_auth.present', { name: `no-pty,command="echo a" ${line}`, user }],
    ['ssh_auth.present', { name: `${key} a comment of words`, user, enc: 'ssh-ed25519', options: ['no-pty'] }], ['ssh_auth.present', { name: 'no key', user }], ['ssh_auth.present', { name: 'AAAA', user, enc: 'odd' }],
    ['ssh_auth.present', { name: other, user: 'tsalt-none' }], ['ssh_auth.present', { name: 'file', user, source: 'salt://keys' }], ['ssh_auth.present', { name: 'file', user, source: 'salt://empty' }],
    ['ssh_auth.present', { name: 'file', user, source: 'salt://none' }], ['ssh_auth.absent', { name: line, user }], ['ssh_auth.absent', { name: key, user }], ['ssh_auth.absent', { name: 'file', user, source: 'salt://keys' }],
    ['ssh_auth.absent', { name: 'file', user, source: 'salt://none' }], ['ssh_auth.present', { name: line, user, config: '/%h/keys/%u' }], ['ssh_auth.manage', { name: 'm', ssh_keys: [other], user }],
    ['ssh_auth.manage', { name: 'm', ssh_keys: [line], user, enc: 'ssh-ed25519' }], ['ssh_auth.present', { name: line, user, config: '%x' }],
  ]), ['module.run', { name: 'x', 'file.read': [join(home, config)] }], ['module.run', { name: 'x', 'ssh.auth_keys': [user], 'ssh.user_keys': [user], 'file.stats': [join(home, config)] }]], {
    prepare: freshUser, comparable: (answer) => JSON.parse(JSON.stringify(answer).replaceAll(/"(inode|atime|mtime|ctime|uid|gid|target)":[^,}]+/g, '"$1":0')) as unknown,
  });
});

test('ssh_known_hosts: the same results and files', { skip }, async () => {
  const config = join(base, 'known', 'the hosts');
  const user = USER;
  const host = { port, hash_known_hosts: false, config };
  const [enc = '', key = ''] = readFileSync(join(base, 'host_ed25519.pub'), 'utf8').split(' ');
  const fingerprint = 'aa:bb:cc';
  await compareStates(folder, [...thrice([
    ['ssh_known_hosts.present', { name: '127.0.0.1', ...host }], ['ssh_known_hosts.present', { name: '127.0.0.1', ...host, enc: 'ssh-ed25519' }], ['ssh_known_hosts.present', { name: '127.0.0.1', ...host, fingerprint }],
    ['ssh_known_hosts.present', { name: 'given.invalid', key, enc, config, hash_known_hosts: false }], ['ssh_known_hosts.present', { name: 'given.invalid', key: `${key}x`, enc, config, hash_known_hosts: false }],
    ['ssh_known_hosts.present', { name: 'given.invalid', key, config }], ['ssh_known_hosts.present', { name: 'given.invalid', key, fingerprint, enc, config }], ['ssh_known_hosts.present', { name: 'x.invalid', config: 'relative' }],
    ['ssh_known_hosts.present', { name: 'user.invalid', key, enc, user, hash_known_hosts: false }], ['ssh_known_hosts.present', { name: 'user.invalid', key, enc, user: 'tsalt-none' }],
    ['ssh_known_hosts.present', { name: '127.0.0.1', port, config }], ['ssh_known_hosts.absent', { name: 'given.invalid', config }], ['ssh_known_hosts.absent', { name: 'none.invalid', config }],
    ['ssh_known_hosts.absent', { name: 'user.invalid', user }], ['ssh_known_hosts.absent', { name: 'x.invalid', config: 'relative' }],
  ]), ['module.run', { name: 'x', 'file.read': [config] }], ['module.run', { name: 'x', 'ssh.host_keys': [join(base, 'none')] }], ['module.run', { name: 'x', 'ssh.key_is_encrypted': [join(base, 'one')] }],
  ['module.run', { name: 'x', 'ssh.check_known_host': [user], 'ssh.hash_known_hosts': [{ config }], 'ssh.rm_known_host': [user, 'none.invalid'] }]], {
    prepare: () => { freshUser(); rmSync(join(base, 'known'), { recursive: true, force: true }); },
    // The scan gives the keys in the order the answers come.
    comparable: (answer) => JSON.stringify(answer).split('').toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join(''),
  });
});
