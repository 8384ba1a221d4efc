import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { unpackSession } from '../../../../../src/kernel/sys/http/session-file.js';
import { createSys } from '../../../../../src/kernel/sys/sys.js';
import type { PlainMap, Value } from '../../../../../src/kernel/std/value.js';
import { floatOf } from '../../../../../src/kernel/std/value.js';
import { neverAborted, testHost } from '../../../../support/module-host.js';

let server: Server;
let base = '';
const root = mkdtempSync(join(tmpdir(), 'http-'));
let tries = 0;

/** What came, as JSON. */
async function seen(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { host, connection, ...headers } = request.headers;
  void [host, connection];
  return JSON.stringify({ method: request.method, url: request.url, headers, body: Buffer.concat(chunks).toString() });
}

before(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const body = await seen(request);
      const path = (request.url ?? '').split('?')[0];
      if (path === '/echo') response.setHeader('Content-Type', 'application/json').end(body);
      else if (path === '/text') response.setHeader('Content-Type', 'text/plain; charset=iso-8859-1').end(Buffer.from([0x67, 0xfc]));
      else if (path === '/bytes') response.end(Buffer.from([0xff, 0xfe, 0x00]));
      else if (path === '/gzip') response.setHeader('Content-Encoding', 'gzip').end(gzipSync('packed'));
      else if (path === '/json') response.setHeader('Content-Type', 'application/json').end('{"f": 1.0, "n": null}');
      else if (path === '/yaml') response.setHeader('Content-Type', 'text/yaml').end('a: [1, two]\n');
      else if (path === '/xml') response.setHeader('Content-Type', 'text/xml').end('<?xml version="1.0"?><top><a x="1">one</a><b><c>two</c><c>three</c><d/></b><e>t<f>u</f></e></top>');
      else if (path === '/cookie') {
        response.setHeader('Set-Cookie', ['sid=abc; Path=/; HttpOnly', 'keep=x=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/']).end(`got ${request.headers.cookie ?? 'None'}`);
      } else if (path === '/moved') response.writeHead(302, { Location: '/echo' }).end();
      else if (path === '/around') response.writeHead(302, { Location: '/around' }).end();
      else if (path === '/slow') setTimeout(() => response.end('late'), 5000).unref();
      else if (path === '/later') response.writeHead((tries += 1) < 3 ? 503 : 200).end('x');
      else response.writeHead(404).end('nothing here');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(root, { recursive: true, force: true });
});

async function call(fun: string, args: readonly Value[], kwargs: PlainMap = {}, opts: PlainMap = {}): Promise<PlainMap> {
  const host = await testHost({ opts, sys: createSys() });
  return await host.session({ signal: neverAborted() }).call(fun, args, kwargs) as PlainMap;
}
const query = (path: string, kwargs: PlainMap = {}, opts: PlainMap = {}): Promise<PlainMap> => call('http.query', [base + path], kwargs, opts);
const echoed = async (kwargs: PlainMap, path = '/echo') => JSON.parse(String((await query(path, kwargs))['body'])) as { method: string; url: string; headers: Record<string, string>; body: string };

test('the body is given, and what else is asked for', async () => {
  assert.deepEqual(await query('/gzip'), { body: 'packed' });
  assert.deepEqual(await query('/text'), { body: 'gü' });
  assert.deepEqual(await query('/bytes'), { body: Buffer.from([0xff, 0xfe, 0x00]) });
  const { headers, ...rest } = await query('/json', { status: true, headers: true, text: true, decode: true });
  assert.deepEqual(rest, { body: '{"f": 1.0, "n": null}', status: 200, dict: { f: floatOf(1), n: null }, text: '{"f": 1.0, "n": null}' });
  assert.equal((headers as PlainMap)['Content-Type'], 'application/json');
  assert.deepEqual((await query('/yaml', { decode: true }))['dict'], { a: [1, 'two'] });
  assert.equal((await query('/gzip', { decode: true, decode_type: 'plain' }))['text'], 'packed');
  assert.match(String((await query('/json', { decode: true, decode_type: 'zip' }))['error']), /^Invalid decode_type specified/);
});

test('how it is asked: method, query, headers, login, data', async () => {
  const plain = await echoed({});
  assert.deepEqual([plain.method, plain.headers['user-agent']], ['GET', 'Salt/3008.3 http.query()']);
  const posted = await echoed({ method: 'POST', params: { a: 'b c' }, data: { x: 1, y: 'ü' }, header_dict: { 'X-One': 1 }, header_list: ['X-Two: two'], username: 'me', password: 'secret', agent: 'mine' });
  assert.deepEqual([posted.method, posted.url, posted.body], ['POST', '/echo?a=b+c', 'x=1&y=%C3%BC']);
  assert.deepEqual(
    [posted.headers['x-one'], posted.headers['x-two'], posted.headers['authorization'], posted.headers['user-agent'], posted.headers['content-type']],
    ['1', 'two', `Basic ${Buffer.from('me:secret').toString('base64')}`, 'mine', 'application/x-www-form-urlencoded'],
  );
  assert.equal((await echoed({ method: 'PUT', data: '<xml/>' })).body, '<xml/>');
  writeFileSync(join(root, 'data'), 'from a file');
  writeFileSync(join(root, 'headers'), 'X-Three: 3\nno header\n');
  const filed = await echoed({ method: 'POST', data_file: join(root, 'data'), header_file: join(root, 'headers') });
  assert.deepEqual([filed.body, filed.headers['x-three']], ['from a file', '3']);
  const form = await echoed({ method: 'POST', formdata: true, formdata_fieldname: 'part', formdata_filename: 'a.txt', data: 'content' });
  assert.match(form.headers['content-type'] ?? '', /^multipart\/form-data; boundary=/);
  assert.match(form.body, /name="part"; filename="a\.txt"\r\n\r\ncontent\r\n--/);
});

test('a redirection is followed, and not for ever; a POST becomes a GET without its data', async () => {
  const moved = await echoed({ method: 'POST', data: 'x' }, '/moved');
  assert.deepEqual([moved.method, moved.url, moved.body, moved.headers['content-length']], ['GET', '/echo', '', undefined]);
  assert.equal((await query('/around', { status: true }))['status'], 302);
});

test('what goes wrong is told in the answer', async () => {
  assert.deepEqual(await query('/gone'), { status: 404, error: 'HTTP 404: Not Found', body: 'nothing here' });
  assert.deepEqual(await query('/gone', { raise_error: false }), { body: 'nothing here' });
  assert.deepEqual(await call('http.query', ['http://127.0.0.1:1/'], { status: true }), { status: 0, error: '[Errno 111] Connection refused' });
  assert.deepEqual(await query('/slow', {}, { http_request_timeout: floatOf(0.2) }), { status: 599, error: 'HTTP 599: Timeout during request' });
  assert.deepEqual(await query('/echo', { method: 'POST', formdata: true, data: 'x' }), { error: 'formdata_fieldname is required when formdata=True' });
  await assert.rejects(call('http.query', ['ftp://x/']), { message: 'Unsupported url scheme: ftp://x/' });
  await assert.rejects(query('/gzip', { data_file: join(root, 'none') }), { message: `[Errno 2] No such file or directory: '${join(root, 'none')}'` });
});

test('answers go to files; a test asks another address or nobody', async () => {
  await query('/json', { text_out: join(root, 'out') });
  assert.equal(readFileSync(join(root, 'out'), 'utf8'), '{"f": 1.0, "n": null}');
  assert.deepEqual(await query('/json', { test: true }), {});
  assert.deepEqual(await query('/json', { test: true, test_url: `${base}/gzip` }), { test: true, body: 'packed' });
});

test('it is asked again until there is no error', async () => {
  assert.deepEqual(await call('http.wait_for_successful_query', [`${base}/later`], { wait_for: 20, request_interval: floatOf(0.1) }), { body: 'x' });
  assert.equal(tries, 3);
  assert.equal((await call('http.wait_for_successful_query', [`${base}/gone`], { wait_for: 0 }))['status'], 404);
});

test('certificates are fetched, and those of further files added', async () => {
  writeFileSync(join(root, 'own.pem'), 'OWN');
  const target = join(root, 'bundle.pem');
  assert.equal(await call('http.update_ca_bundle', [target, `${base}/gzip`, join(root, 'own.pem')]), null);
  assert.equal(readFileSync(target, 'utf8'), 'packed\n\nOWN');
});

/** What Salt 3008.3 gives (observed). */
test('answers as they came, and failures by the named backend', async () => {
  const body = Buffer.from('{"f": 1.0, "n": null}');
  assert.deepEqual(await query('/json', { stream: true }), { handle: `HTTPResponse(code=200,effective_url='${base}/json',reason='OK')`, body });
  assert.deepEqual(await query('/json', { handle: true, backend: 'requests' }), { handle: '<Response [200]>', body });
  await assert.rejects(query('/json', { stream: true, backend: 'requests' }), { message: "'NoneType' object is not callable" });
  await assert.rejects(query('/json', { handle: true, backend: 'urllib2' }), { message: "'HTTPResponse' object has no attribute 'content'" });
  for (const name of ['streaming_callback', 'header_callback']) assert.deepEqual(await query('/json', { [name]: 'x' }), { status: 599, error: 'Connection closed' });
  assert.deepEqual(await query('/gzip', { backend: 'other' }), { body: 'packed' });
  assert.deepEqual(await query('/gone', { backend: 'urllib2' }), { Error: 'HTTP Error 404: Not Found' });
  await assert.rejects(query('/gone', { backend: 'requests' }), { message: `404 Client Error: Not Found for url: ${base}/gone` });
  assert.deepEqual(await call('http.query', ['http://127.0.0.1:1/'], { backend: 'urllib2' }), { Error: '<urlopen error [Errno 111] Connection refused>' });
  await assert.rejects(call('http.query', ['http://127.0.0.1:1/'], { backend: 'requests' }), {
    message: "HTTPConnectionPool(host='127.0.0.1', port=1): Max retries exceeded with url: / (Caused by NewConnectionError(\"HTTPConnection(host='127.0.0.1', port=1): "
      + 'Failed to establish a new connection: [Errno 111] Connection refused"))',
  });
});

test('XML is decoded as Salt does', async () => {
  assert.deepEqual((await query('/xml', { decode: true }))['dict'], [{ a: 'one' }, { c: ['two', { c: 'three' }], d: null }, { f: 'u' }]);
  await assert.rejects(query('/json', { decode: true, decode_type: 'xml' }), /^CommandExecutionError: not well-formed/);
});

for (const [format, lines] of [
  ['lwp', '#LWP-Cookies-2.0\nSet-Cookie3: keep="x=1"; path="/"; domain="127.0.0.1"; path_spec; expires="2037-10-21 07:28:00Z"; version=0\n'],
  ['mozilla', '# Netscape HTTP Cookie File\n# http://curl.haxx.se/rfc/cookie_spec.html\n# This is a generated file!  Do not edit.\n\n127.0.0.1\tFALSE\t/\tFALSE\t2139722880\tkeep\tx=1\n'],
] as const) {
  test(`cookies that last are kept in a file of the form ${format}, for nobody else to read, and sent again`, async () => {
    const jar = join(root, `${format}.txt`);
    const asked = { cookies: true, cookie_jar: jar, cookie_format: format };
    assert.deepEqual(await query('/cookie', asked), { body: 'got None' });
    assert.equal(readFileSync(jar, 'utf8'), lines);
    assert.equal(statSync(jar).mode & 0o777, 0o600);
    assert.deepEqual(await query('/cookie', asked), { body: 'got keep=x=1' });
    assert.deepEqual(await query('/cookie', { ...asked, header_dict: { Cookie: 'mine=1' } }), { body: 'got mine=1; keep=x=1' });
    const other = base.replace('127.0.0.1', 'localhost');
    assert.deepEqual(await call('http.query', [`${other}/cookie`], asked).catch(String), { body: 'got None' }, 'not for another host');
    writeFileSync(jar, 'something else\n');
    await assert.rejects(query('/cookie', asked), format === 'lwp' ? /does not look like a Set-Cookie3 \(LWP\) format file/ : /does not look like a Netscape format cookies file/);
  });
}

test('a session goes on in a file that Salt reads too', async () => {
  const file = join(root, 'session.p');
  assert.deepEqual(await query('/cookie', { persist_session: true, session_cookie_jar: file }), { body: 'got None' });
  const text = 'sid=abc; Path=/; HttpOnly,keep=x=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Path=/';
  assert.deepEqual(unpackSession(readFileSync(file)), text);
  assert.deepEqual(await query('/cookie', { persist_session: true, session_cookie_jar: file }), { body: 'got sid=abc; keep=x=1' });
  // As Salt wrote it (recorded).
  writeFileSync(file, Buffer.concat([Buffer.from('81a6436f6f6b6965d951', 'hex'), Buffer.from(text)]));
  assert.deepEqual(await query('/cookie', { persist_session: true, session_cookie_jar: file }), { body: 'got sid=abc; keep=x=1' });
  writeFileSync(file, 'no session');
  assert.deepEqual(await query('/cookie', { persist_session: true, session_cookie_jar: file }), { body: 'got None' });
});

test('a proxy is asked with the whole address, or for a tunnel; hosts may be excepted', async () => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''} ${request.headers.host}`);
    response.end('by proxy');
  });
  proxy.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const opts = { proxy_host: '127.0.0.1', proxy_port: (proxy.address() as AddressInfo).port, proxy_username: 'me', proxy_password: 'pw' };
  try {
    assert.deepEqual(await call('http.query', ['http://far.example/x?y=1'], {}, opts), { body: 'by proxy' });
    await assert.rejects(call('http.query', ['https://far.example/x'], {}, opts), /Tunnel connection failed: 403 Forbidden/);
    assert.deepEqual(asked, [`GET http://far.example/x?y=1 Basic ${Buffer.from('me:pw').toString('base64')} far.example`, 'CONNECT far.example:443']);
    assert.deepEqual(await query('/gzip', {}, { ...opts, no_proxy: ['127.0.0.1'] }), { body: 'packed' });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
