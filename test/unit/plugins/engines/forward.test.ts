/** Engines that hand events on, against local servers: what they send, and what they do while the server is away. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createLineServer, type AddressInfo, type Server } from 'node:net';
import { hostname } from 'node:os';
import { after, suite, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { isWanted } from '../../../../src/plugins/engines/parts/forward.js';
import { until } from '../../../support/fleet/until.js';
import { startEngine } from './kit.js';

interface Got { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }

/** Answers with the given statuses in turn, then with 200. */
async function httpServer(answers: readonly { status: number; body?: string; headers?: Readonly<Record<string, string>> }[] = []) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body = '{"ok": true}', headers = {} } = answers[got.length] ?? { status: 200 };
      got.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => void server.close());
  return { got, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function lineServer(port = 0): Promise<{ lines: string[]; port: number; server: Server; end(): Promise<void> }> {
  const lines: string[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = createLineServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => lines.push(...chunk.toString().split('\n').filter((line) => line !== '')));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = (): Promise<void> => new Promise((resolve) => {
    for (const socket of sockets) socket.destroy();
    server.close(() => resolve());
  });
  after(() => (server.listening ? end() : undefined));
  return { lines, port: (server.address() as AddressInfo).port, server, end };
}

test('which events are wanted', () => {
  const event = { tag: 'salt/job/1/ret/web1', data: { fun: 'test.ping' } };
  const wants = (tags: string[], funs: string[]) => isWanted(event, { tags, funs });
  assert.deepEqual([wants([], []), wants(['salt/job/*'], []), wants(['x', 'salt/*/ret/*'], ['test.ping']), wants(['salt/key'], []), wants([], ['state.apply'])], [true, true, true, false, false]);
  assert.equal(isWanted({ tag: 'a', data: {} }, { tags: [], funs: ['test.ping'] }), false);
});

suite('http_logstash', () => {
  test('posts the data of wanted events; one that the server cannot take now comes again, one that it never takes is given up', async () => {
    const { got, url } = await httpServer([{ status: 503 }, { status: 200 }, { status: 400 }]);
    const engine = await startEngine('http_logstash', { url, tags: ['my/*'] });
    await engine.listens();
    engine.bus.fire('other', { n: 0 });
    engine.bus.fire('my/a', { n: 1, _stamp: 's' });
    engine.bus.fire('my/b', { n: 2, _stamp: 's' });
    engine.bus.fire('my/c', { n: 3, _stamp: 's' });
    await until('four requests', () => got.length === 4);
    assert.deepEqual(got.map(({ body }) => (JSON.parse(body) as PlainMap)['n']), [1, 1, 2, 3]);
    assert.equal(got[0]?.headers['content-type'], 'application/json');
    await engine.said('event not handed on: it is given up');
  });
});

suite('logstash', () => {
  test('lines of JSON over TCP; after the server was away they come again', async () => {
    const first = await lineServer();
    const engine = await startEngine('logstash', { host: '127.0.0.1', port: first.port, proto: 'tcp' });
    await engine.listens();
    engine.bus.fire('a', { n: 1, _stamp: 's' });
    await until('a line', () => first.lines.length === 1);
    const line = JSON.parse(first.lines[0] ?? '') as PlainMap;
    assert.match(String(line['@timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual({ ...line, '@timestamp': '' }, {
      n: 1, _stamp: 's', '@timestamp': '', '@version': '1', message: 'salt/engine/logstash', host: hostname(), path: 'salt/engines/logstash_engine.py', tags: [], type: 'logstash', level: 'INFO',
      logger_name: 'python-logstash-logger',
    });
    await first.end();
    await until('a refused event', () => {
      engine.bus.fire('b', { n: 2, _stamp: 's' });
      return engine.lines.some(({ text }) => text.includes('tried again'));
    });
    const second = await lineServer(first.port);
    await until('a line after the pause', () => second.lines.length > 0);
  });
  test('datagrams', async () => {
    const socket = createSocket('udp4');
    after(() => void socket.close());
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const got: string[] = [];
    socket.on('message', (bytes) => got.push(bytes.toString()));
    const engine = await startEngine('logstash', { host: '127.0.0.1', port: socket.address().port });
    await engine.listens();
    engine.bus.fire('a', { n: 1 });
    await until('a datagram', () => got.length === 1);
    assert.equal((JSON.parse(got[0] ?? '') as PlainMap)['n'], 1);
  });
  test('another protocol is refused', async () => {
    await assert.rejects((await startEngine('logstash', { host: 'x', proto: 'smtp' })).done, /proto must be udp or tcp/);
  });
});

suite('logentries', () => {
  const token = '12345678-1234-1234-1234-123456789abc';
  test('token, tag, data; an end of line inside is another character', async () => {
    const { lines, port } = await lineServer();
    const engine = await startEngine('logentries', { endpoint: '127.0.0.1', port, token, tls: false });
    await engine.listens();
    engine.bus.fire('a', { n: 'x', _stamp: 's' });
    await until('a line', () => lines.length === 1);
    assert.equal(lines[0], `${token} salt/engines/logentries {"n": "x", "_stamp": "s"}`);
  });
  test('what is no token is refused', async () => {
    await assert.rejects((await startEngine('logentries', { token: 'x' })).done, /token is no Logentries token/);
  });
});

suite('slack (a strict local server in place of the service)', () => {
  test('posts to the channel, waits when told to, and gives up what Slack never takes; the token is in no line of the log', async () => {
    const { got, url } = await httpServer([{ status: 429, body: '{}', headers: { 'Retry-After': '0' } }, { status: 200 }, { status: 200, body: '{"ok": false, "error": "channel_not_found"}' }]);
    const engine = await startEngine('slack', { token: 'xoxb-secret', channel: '#ops', tags: ['my/*'], api_url: `${url}/api` });
    await engine.listens();
    engine.bus.fire('my/a', { text: '<b> & c', _stamp: 's' });
    await until('two requests', () => got.length === 2);
    engine.bus.fire('my/b', { _stamp: 's' });
    await engine.said('given up');
    const [, post] = got;
    assert.deepEqual([post?.path, post?.headers.authorization], ['/api/chat.postMessage', 'Bearer xoxb-secret']);
    assert.deepEqual(JSON.parse(post?.body ?? ''), { channel: '#ops', text: '*my/a*\n```{"text": "&lt;b&gt; &amp; c", "_stamp": "s"}```' });
    assert.doesNotMatch(JSON.stringify(engine.lines.map(({ fields, text }) => [String(fields['err']), text])), /xoxb/);
  });
  test('all events are too many', async () => {
    await assert.rejects((await startEngine('slack', { token: 'x', channel: 'y' })).done, /tags is empty/);
    await assert.rejects((await startEngine('slack', { token: 'x', tags: ['a'] })).done, /channel is empty/);
  });
  test('options of the engine that listened are refused in words', async () => {
    await assert.rejects((await startEngine('slack', { token: 'x', control: true, fire_all: false, groups: {} })).done, /control, fire_all, groups belong to the engine that listened.*use slack_bolt/);
  });
});
