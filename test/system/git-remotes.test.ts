/** Fetching from git servers that want a proof: a local sshd with keys, and a web server with passwords; wrong ones, and servers nobody knows. */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { GitAuth } from '../../src/kernel/sys/git/credentials.js';
import { GitMirror } from '../../src/kernel/sys/git/mirror.js';
import { GitError } from '../../src/kernel/sys/git/url.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { isOpen } from '../support/fleet/master.js';
import { freePort } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { GitRepository } from '../support/git-repository.js';

const SSHD = '/usr/sbin/sshd';
const skipSsh: string | false = existsSync(SSHD) && process.getuid?.() === 0 ? false : 'needs root and sshd';
const SECRET = 'correct horse';
const PASSPHRASE = 'battery staple';

const root = mkdtempSync(join(tmpdir(), 'tsalt-remotes-'));
let repository: GitRepository;
let made = 0;
after(() => rmSync(root, { recursive: true, force: true }));

before(async () => {
  repository = await GitRepository.create(join(root, 'origin'));
  await repository.commit({ 'top.sls': 'top\n' });
});

function mirror(url: string, auth: GitAuth = {}): GitMirror {
  return new GitMirror({ sys: createSys(), folder: join(root, `mirror-${made += 1}`), remote: { url, auth, depth: 1 }, timeoutMs: 30_000 });
}
const fails = (one: GitMirror, message: RegExp): Promise<void> => assert.rejects(one.fetch(), (error: unknown) => {
  assert.ok(error instanceof GitError);
  assert.match(error.message, message);
  for (const secret of [SECRET, PASSPHRASE]) assert.ok(!error.message.includes(secret) && !JSON.stringify(error.context).includes(secret));
  return true;
});

// By SSH.

let port = 0;
let daemon: ChildProcess | undefined;
const sshFile = (name: string): string => join(root, 'ssh', name);

before(async () => {
  if (skipSsh !== false) return;
  mkdirSync(sshFile(''), { mode: 0o700 });
  mkdirSync('/run/sshd', { recursive: true });
  for (const [name, phrase] of [['host', ''], ['key', ''], ['locked', PASSPHRASE], ['stranger', '']] as const) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-f', sshFile(name)]);
  }
  writeFileSync(sshFile('authorized'), ['key', 'locked'].map((name) => readFileSync(sshFile(`${name}.pub`), 'utf8')).join(''), { mode: 0o600 });
  port = await freePort();
  writeFileSync(sshFile('config'), [
    `Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${sshFile('host')}`, `AuthorizedKeysFile ${sshFile('authorized')}`, `PidFile ${sshFile('pid')}`,
    'StrictModes no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'UsePAM no', 'PermitRootLogin yes', 'AllowTcpForwarding no',
  ].join('\n'));
  daemon = spawn(SSHD, ['-D', '-e', '-f', sshFile('config')], { stdio: 'ignore' });
  await until('the sshd', () => isOpen(port));
  writeFileSync(sshFile('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(sshFile('host.pub'), 'utf8')}`);
  writeFileSync(sshFile('nobody_known'), '');
});
after(() => void daemon?.kill());

const sshUrl = (): string => `ssh://${userInfo().username}@127.0.0.1:${port}${repository.folder}`;
const known = { knownHosts: sshFile('known_hosts') };

test('a key opens a repository by SSH, also one with a pass phrase', { skip: skipSsh }, async () => {
  assert.equal(await mirror(sshUrl(), { ...known, privateKey: sshFile('key') }).fetch(), true);
  assert.equal(await mirror(sshUrl(), { ...known, privateKey: sshFile('locked'), passphrase: PASSPHRASE }).fetch(), true);
});

test('a key the server does not know, or one that stays locked, opens nothing', { skip: skipSsh }, async () => {
  await fails(mirror(sshUrl(), { ...known, privateKey: sshFile('stranger') }), /Permission denied/);
  await fails(mirror(sshUrl(), { ...known, privateKey: sshFile('locked') }), /Permission denied/);
  await fails(mirror(sshUrl(), { ...known, privateKey: sshFile('locked'), passphrase: 'wrong' }), /Permission denied/);
});

test('a server whose key is not known is not trusted', { skip: skipSsh }, async () => {
  await fails(mirror(sshUrl(), { knownHosts: sshFile('nobody_known'), privateKey: sshFile('key') }), /Host key verification failed/);
  assert.equal(readFileSync(sshFile('nobody_known'), 'utf8'), '', 'and not learned either');
});

// By HTTP: `git http-backend` behind a password.

let web: Server;
let elsewhere: Server;
const asked: (string | undefined)[] = [];

/** A gateway for the one program: its headers, an empty line, its body. */
function serveGit(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const program = spawn('git', ['http-backend'], {
    env: {
      ...process.env, GIT_PROJECT_ROOT: repository.folder, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: `/.git${path}`, QUERY_STRING: query, REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '', REMOTE_USER: 'ann', HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '', GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
    },
  });
  request.pipe(program.stdin);
  const chunks: Buffer[] = [];
  program.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  program.on('close', () => {
    const whole = Buffer.concat(chunks);
    const end = whole.indexOf('\r\n\r\n');
    const headers = whole.toString('latin1', 0, end).split('\r\n').map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
    const status = headers.find(([name]) => name === 'Status')?.[1];
    response.writeHead(Number.parseInt(status ?? '200', 10), Object.fromEntries(headers.filter(([name]) => name !== 'Status'))).end(whole.subarray(end + 4));
  });
}

const listening = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

before(async () => {
  web = createServer(serveGit);
  elsewhere = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
  });
  await Promise.all([listening(web), listening(elsewhere)]);
});
after(() => {
  for (const server of [web, elsewhere]) server.close();
});

test('user and password open a repository by HTTP, from options or from the address', async () => {
  const auth = { user: 'ann', password: SECRET, insecureAuth: true };
  assert.equal(await mirror(`http://127.0.0.1:${portOf(web)}/`, auth).fetch(), true);
  assert.equal(await mirror(`http://ann:${encodeURIComponent(SECRET)}@127.0.0.1:${portOf(web)}/`, { insecureAuth: true }).fetch(), true);
});

test('a wrong password and none are refused, without a question to anybody', async () => {
  await fails(mirror(`http://127.0.0.1:${portOf(web)}/`, { user: 'ann', password: 'wrong', insecureAuth: true }), /Authentication failed/);
  await fails(mirror(`http://127.0.0.1:${portOf(web)}/`), /could not read Username|Authentication failed/);
});

test('a redirect to another server does not take the password along', async () => {
  const sender = createServer((request, response) => void response.writeHead(302, { location: `http://127.0.0.1:${portOf(elsewhere)}${request.url ?? ''}` }).end());
  await listening(sender);
  await fails(mirror(`http://127.0.0.1:${portOf(sender)}/`, { user: 'ann', password: SECRET, insecureAuth: true }), /Cannot fetch/);
  assert.ok(asked.length > 0);
  for (const proof of asked) assert.ok(proof === undefined || !Buffer.from(proof.replace(/^Basic /, ''), 'base64').toString().includes(SECRET));
  sender.close();
});

test('the password is in no file of the copy', async () => {
  const one = mirror(`http://127.0.0.1:${portOf(web)}/`, { user: 'ann', password: SECRET, insecureAuth: true });
  await one.fetch();
  const found = spawnSync('grep', ['-rlF', SECRET, one.folder], { encoding: 'utf8' });
  assert.deepEqual([found.status, found.stdout], [1, '']);
});
