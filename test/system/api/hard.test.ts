/** The API against bad input, wrong credentials, slow clients and a master that goes away; TLS. Many services, one master. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { join } from 'node:path';
import { startApi, type RunningApi } from '../../../src/api/start-api.js';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { selfSigned } from '../../../src/kernel/sys/x509/self-signed.js';
import { OpenStream, sendTo, type Reply, type Send } from '../../support/fleet/api.js';
import { MasterHost } from '../../support/fleet/master.js';
import { repository } from '../../support/fleet/salt-venv.js';
import { Site, userName } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';
import { frame, WebSocketClient } from '../../support/fleet/websocket-client.js';
import { keepingLog } from '../../support/logs.js';

const site = new Site();
let master: MasterHost;
let access: PlainMap;

site.setUp('a master', async () => {
  const users = site.write('users', 'ann:secret\n', 0o600);
  access = { external_auth: { file: { '^filename': users, ann: ['.*', '@runner', '@wheel', '@jobs'] } }, netapi_enable_clients: ['local', 'runner', 'wheel'] };
  master = await MasterHost.prepare(site, 'tsalt', 'master', access);
  await master.start();
});

class Service implements AsyncDisposable {
  readonly #api: RunningApi;
  readonly log;
  readonly address: string;

  private constructor(api: RunningApi, log: ReturnType<typeof keepingLog>, scheme: string) {
    this.#api = api;
    this.log = log;
    this.address = `${scheme}://127.0.0.1:${api.port}`;
  }

  static async start(options: PlainMap = {}): Promise<Service> {
    const log = keepingLog();
    const opts: PlainMap = { sock_dir: master.path('run'), cachedir: master.path('cache'), user: userName, ...access, rest_cherrypy: { host: '127.0.0.1', port: 0, disable_ssl: true, ...options } };
    return new Service(await startApi({ opts, log, distDir: join(repository, 'dist') }), log, options['disable_ssl'] === false ? 'https' : 'http');
  }

  send(path: string, send: Send = {}): Promise<Reply> {
    return sendTo(`${this.address}${path}`, send);
  }

  reload(): void {
    this.#api.reload();
  }

  async login(): Promise<string> {
    const { text } = await this.send('/login', { body: { username: 'ann', password: 'secret', eauth: 'file' } });
    return (JSON.parse(text) as { return: [{ token: string }] }).return[0].token;
  }

  /** A connection that a test writes to itself; `text` is what came back. */
  raw(): { socket: Socket; readonly text: string; readonly isClosed: boolean } {
    const socket = connect(Number(new URL(this.address).port), '127.0.0.1');
    const state = { socket, text: '', isClosed: false };
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      state.text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      state.isClosed = true;
    });
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
  }
}

site.test('bodies: too large, without end, malformed, of no known form', async () => {
  await using service = await Service.start({ max_request_body_size: 10_000 });
  const session = await service.login();
  const headers = { 'X-Auth-Token': session, 'Content-Type': 'application/json' };
  assert.equal((await service.send('/', { headers, body: JSON.stringify([{ client: 'runner', fun: 'test.arg', arg: ['x'.repeat(20_000)] }]) })).status, 413);
  const gigabyte = service.raw();
  gigabyte.socket.write(`POST /run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n[`);
  await until('the refusal of a gigabyte', () => gigabyte.text.startsWith('HTTP/1.1 413') && gigabyte.isClosed);
  const endless = service.raw();
  endless.socket.write('POST /run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `1000\r\n${' '.repeat(4096)}\r\n`;
  for (let sent = 0; sent < 8; sent += 1) endless.socket.write(chunk);
  await until('the refusal of a body without end', () => endless.text.startsWith('HTTP/1.1 413') && endless.isClosed);
  for (const [type, body, status] of [
    ['application/json', '{"a": ', 400], ['application/json', '', 400], ['application/json', '7', 400], ['application/json', '"text"', 400], ['application/json', '{}', 400],
    ['application/json', '[7]', 500], ['application/json', '[[]]', 500], ['application/json', '['.repeat(5000), 400], ['application/x-yaml', 'a: [', 400], ['application/x-yaml', '&a [*a]', 400], ['text/xml', '<a/>', 406], ['text/plain', 'hello', 400],
  ] as const) {
    const { status: found, text } = await service.send('/', { method: 'POST', headers: { ...headers, 'Content-Type': type }, body });
    assert.equal(found, status, `${type} ${body.slice(0, 20)}: ${text}`);
    assert.doesNotMatch(text, /at .*\.js|node:internal/);
  }
  assert.equal((await service.send('/', { headers, body: [{ client: 'runner', fun: 'test.arg', unknown: 1 }] })).status, 200, 'the next request is served');
});

site.test('paths that lead elsewhere, and tokens in the query', async () => {
  const folder = join(site.dir, 'static');
  mkdirSync(join(folder, 'css'), { recursive: true });
  site.write('static/css/a.css', 'body {}');
  site.write('secret.txt', 'nobody reads this');
  symlinkSync(join(site.dir, 'secret.txt'), join(folder, 'link.txt'));
  await using service = await Service.start({ static: folder, app: site.write('app.html', '<title>console</title>') });
  const css = await service.send('/static/css/a.css');
  assert.deepEqual([css.status, css.headers['content-type'], css.text], [200, 'text/css;charset=utf-8', 'body {}']);
  assert.match((await service.send('/app/any/where')).text, /console/);
  assert.match((await service.send('/', { headers: { Accept: 'text/html' } })).text, /console/);
  const session = await service.login();
  const headers = { 'X-Auth-Token': session };
  for (const path of ['/static/../secret.txt', '/static/..%2fsecret.txt', '/static/%2e%2e/secret.txt', '/static/css/..%5c..%5csecret.txt', '/static/link.txt', '/static/%00', '/static/', '/static/%zz', '/hook/..%2f..%2fx', '/jobs/..%2f..', '/app/..%2fsecret.txt']) {
    const { status, text } = await service.send(path, { headers });
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    assert.doesNotMatch(text, /nobody reads/);
  }
  for (const path of [`/events?token=${session}`, `/events?salt_token=${session}`]) assert.equal((await service.send(path, { headers: { Accept: 'text/event-stream', ...headers } })).status, 400);
  using socket = new WebSocketClient(service.address, `/ws?token=${session}`);
  assert.equal(await socket.answered(), 400);
  assert.equal((await service.send(`/minions?token=${session}`)).status, 401);
  assert.ok(!JSON.stringify(service.log.lines).includes(session), 'no session in the log');
});

site.test('sessions: a new id at each login, cookies, wrong ids, addresses', async () => {
  await using service = await Service.start({ cors_origin: ['https://console.example'], api_acl: { users: { ann: ['127.0.0.1'] } } });
  const fixed = 'f'.repeat(40);
  const login = await service.send('/login', { headers: { Cookie: `session_id=${fixed}` }, body: { username: 'ann', password: 'secret', eauth: 'file' } });
  const id = String(login.headers['x-auth-token']);
  assert.notEqual(id, fixed);
  assert.match(String(login.headers['set-cookie']), new RegExp(`^session_id=${id}; Max-Age=36000; Path=/; HttpOnly; SameSite=Strict$`));
  assert.equal((await service.send('/stats', { headers: { Cookie: `session_id=${id}` } })).status, 200);
  for (const wrong of ['', 'x', '../../x', '0'.repeat(40), id.toUpperCase(), `${id}0`]) assert.equal((await service.send('/stats', { headers: { 'X-Auth-Token': wrong } })).status, 401, wrong);
  for (const body of [{}, { username: 'eve', password: 'secret', eauth: 'file' }, { username: ['ann'], password: 'secret', eauth: 'file' }]) assert.equal((await service.send('/login', { body })).status, 401);
  const [mine, other] = await Promise.all(['https://console.example', 'https://evil.example'].map((Origin) => service.send('/stats', { headers: { Origin, 'X-Auth-Token': id } })));
  assert.deepEqual([mine?.headers['access-control-allow-origin'], other?.headers['access-control-allow-origin']], ['https://console.example', undefined]);
  using foreign = new WebSocketClient(service.address, '/ws', { Cookie: `session_id=${id}`, Origin: 'https://evil.example' });
  assert.equal(await foreign.answered(), 403);
  const refused = await service.send('/', { method: 'OPTIONS', headers: { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' } });
  assert.equal(refused.status, 403);
  await using closed = await Service.start({ authorized_ips: ['192.0.2.1'] });
  assert.equal((await closed.send('/')).status, 403);
});

site.test('a client that sends too much or too slowly is refused, and the others are served', async () => {
  await using service = await Service.start({ rate_limit: 5, max_streams: 1 });
  const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await service.send('/')).status));
  assert.ok(statuses.includes(429) && statuses.includes(200), statuses.join());
  await using other = await Service.start({ max_streams: 1 });
  const large = other.raw();
  large.socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`);
  await until('the refusal of long headers', () => /^HTTP\/1\.1 4\d\d/.test(large.text) && large.isClosed);
  const session = await other.login();
  using stream = new OpenStream(`${other.address}/events`, { 'X-Auth-Token': session });
  await stream.begun();
  const second = await other.send('/events', { headers: { 'X-Auth-Token': session, Accept: 'text/event-stream' } });
  assert.equal(second.status, 503);
  assert.equal((await other.send('/')).status, 200);
});

site.test('websockets: bytes that are none, and a handshake that is none', async () => {
  await using service = await Service.start();
  const headers = { 'X-Auth-Token': await service.login() };
  for (const [code, bytes] of [
    [1002, Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5])], [1002, Buffer.from([0xf1, 0x80, 0, 0, 0, 0])], [1002, Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
    [1009, Buffer.from([0x81, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])], [1009, frame(1, Buffer.alloc(20_000))],
  ] as const) {
    using socket = new WebSocketClient(service.address, '/ws', headers);
    assert.equal(await socket.answered(), 101);
    socket.raw(bytes);
    await until('the end of the websocket', () => socket.isClosed);
    assert.equal(socket.closeCode, code);
  }
  using old = new WebSocketClient(service.address, '/ws', { ...headers, 'Sec-WebSocket-Version': '8' });
  assert.equal(await old.answered(), 426);
  using none = new WebSocketClient(service.address, '/ws');
  assert.equal(await none.answered(), 401);
  using elsewhere = new WebSocketClient(service.address, '/nowhere', headers);
  assert.equal(await elsewhere.answered(), 404);
});

site.test('TLS: certificates are renewed without a restart, and clients may have to show one', async () => {
  const made = async (name: string): Promise<{ key: string; certificate: string }> => selfSigned({ bits: 2048, days: 1, digest: 'sha256', names: [['commonName', name]] });
  const write = (name: string, { key, certificate }: { key: string; certificate: string }): PlainMap => ({ ssl_key: site.write(`${name}.key`, key, 0o600), ssl_crt: site.write(`${name}.crt`, certificate) });
  const client = await made('client');
  const files = write('server', await made('first'));
  const nameSeen = (service: Service): Promise<string> => new Promise((resolve, reject) => {
    const socket = connectTls({ port: Number(new URL(service.address).port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
  await using service = await Service.start({ disable_ssl: false, ...files });
  assert.equal(await nameSeen(service), 'first');
  const { headers } = await service.send('/login', { body: { username: 'ann', password: 'secret', eauth: 'file' }, tls: { rejectUnauthorized: false } });
  assert.match(String(headers['set-cookie']), /; Secure$/);
  write('server', await made('second'));
  service.reload();
  assert.equal(await nameSeen(service), 'second');
  site.write('server.crt', 'no certificate');
  service.reload();
  assert.equal(await nameSeen(service), 'second', 'what cannot be read changes nothing');
  await using mutual = await Service.start({ disable_ssl: false, ...write('mutual', await made('127.0.0.1')), tls_client_ca: site.write('client.crt', client.certificate) });
  const ca = readFileSync(join(site.dir, 'mutual.crt'));
  await assert.rejects(mutual.send('/', { tls: { ca } }));
  assert.equal((await mutual.send('/', { tls: { ca, key: client.key, cert: client.certificate } })).status, 200);
  await assert.rejects(Service.start({ disable_ssl: false }), /ssl_crt and ssl_key are required/);
  await assert.rejects(Service.start({ disable_ssl: false, ssl_crt: '/nowhere.crt', ssl_key: '/nowhere.key' }), /Could not find a certificate/);
});

site.test('a master that restarts under an open stream, and one that is away', async () => {
  await using service = await Service.start();
  const session = await service.login();
  const headers = { 'X-Auth-Token': session };
  using stream = new OpenStream(`${service.address}/events`, headers);
  await stream.begun();
  await service.send('/hook/before', { headers, body: {} });
  await stream.sees('tag: salt/netapi/hook/before\n');
  await master.stop();
  for (const [path, send] of [['/keys', { headers }], ['/login', { body: { username: 'ann', password: 'secret', eauth: 'file' } }], ['/hook/x', { headers, body: {} }]] as const) {
    const { status, text } = await service.send(path, send);
    assert.equal(status, 503, path);
    assert.match(text, /Salt Master is not available\./);
  }
  await master.start();
  await until('the events of the new master', async () => {
    await service.send('/hook/after', { headers, body: {} });
    return stream.text.includes('tag: salt/netapi/hook/after\n');
  });
  assert.equal(stream.isEnded, false);
  assert.equal((await service.send('/keys', { headers })).status, 200, 'the token is still known');
});

site.test('the files of answers and of failures', async () => {
  const [access, error] = ['access', 'error'].map((name) => join(site.dir, `log-${name}`));
  {
    await using service = await Service.start({ log_access_file: access ?? '', log_error_file: error ?? '' });
    const session = await service.login();
    using socket = new WebSocketClient(service.address, `/ws/${session}?format_events`);
    assert.equal(await socket.answered(), 101);
    assert.equal((await service.send('/nowhere?token=secret')).status, 404);
    await until('the line of the last answer', () => readFileSync(access ?? '', 'utf8').includes('/nowhere'));
  }
  const lines = readFileSync(access ?? '', 'utf8');
  assert.match(lines, /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:[\d:]{8}\] "POST \/login HTTP\/1\.1" 200 \d+ "" ""$/m);
  assert.match(lines, /"GET \/nowhere HTTP\/1\.1" 404 \d+ /);
  assert.match(lines, /"GET \/ws\/\.\.\. HTTP\/1\.1" 101 - /);
  assert.doesNotMatch(lines, /secret|[0-9a-f]{32}/);
  assert.match(readFileSync(error ?? '', 'utf8'), /ENGINE Serving on http:\/\/127\.0\.0\.1:\d+/);
});

site.test('stopping ends streams at once and lets a request end', async () => {
  const service = await Service.start();
  const session = await service.login();
  using stream = new OpenStream(`${service.address}/events`, { 'X-Auth-Token': session });
  await stream.begun();
  await service[Symbol.asyncDispose]();
  await until('the end of the stream', () => stream.isEnded);
  await assert.rejects(service.send('/'), { code: 'ECONNREFUSED' });
});
