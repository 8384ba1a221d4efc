/** The server under everything else: clients that stop reading, streams that follow their clients, upgrades that are none. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Answer, Ask } from '../../../../src/api/http/exchange.js';
import { HttpError } from '../../../../src/api/http/http-error.js';
import { serveHttp, type HttpOptions, type HttpServer } from '../../../../src/api/http/serve-http.js';
import type { WebSocketLink } from '../../../../src/api/http/websocket.js';
import { until } from '../../../support/fleet/until.js';
import { WebSocketClient } from '../../../support/fleet/websocket-client.js';
import { keepingLog } from '../../../support/logs.js';

function serve(more: Partial<HttpOptions>): Promise<HttpServer> {
  return serveHttp({
    host: '127.0.0.1', port: 0, bodyBytesMax: 1000, connectionsMax: 10, requestsPerSecond: 0, early: () => undefined, headersOf: () => ({}), log: keepingLog(),
    handle: () => Promise.resolve({ status: 200, headers: {}, body: 'here' }), upgrade: () => Promise.reject(new HttpError(404)), ...more,
  });
}

/** Reads its first bytes and no more. */
function stalled(port: number, headers = ''): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.once('data', () => socket.pause());
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  return socket;
}

async function textOf(port: number, lines: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  socket.write(lines);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test('a client that stops reading is cut off, and nothing is made for it meanwhile', async () => {
  const piece = 'x'.repeat(64 * 1024);
  const told = { made: 0, ended: false, asks: [] as Ask[] };
  const handle = (ask: Ask): Promise<Answer> => {
    told.asks.push(ask);
    async function* pieces(): AsyncGenerator<string> {
      try {
        for (;;) {
          told.made += 1;
          yield await Promise.resolve(piece);
        }
      } finally {
        told.ended = true;
      }
    }
    return Promise.resolve({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: pieces() });
  };
  await using server = await serve({ handle, notTakenMs: 300 });
  const socket = stalled(server.port);
  await until('the end of the stream', () => told.ended);
  assert.equal(told.asks[0]?.signal.aborted, true);
  // What the system buffers for a connection, and a few pieces: a stream that nobody reads would make them for ever.
  assert.ok(told.made * piece.length < 64 * 1024 * 1024, `${told.made} pieces`);
  socket.destroy();
});

test('a whole answer that is not taken ends the connection as well', async () => {
  let signal: AbortSignal | undefined;
  await using server = await serve({
    notTakenMs: 300,
    handle: (ask) => {
      signal = ask.signal;
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.alloc(64 * 1024 * 1024) });
    },
  });
  const socket = stalled(server.port);
  await until('the end of the connection', () => signal?.aborted === true);
  socket.destroy();
});

test('a websocket that is not read is cut off', async () => {
  let link: WebSocketLink | undefined;
  let isClosed = false;
  await using server = await serve({
    upgrade: () => Promise.resolve((opened: WebSocketLink) => {
      link = opened;
      void opened.closed.then(() => {
        isClosed = true;
      });
    }),
  });
  const socket = stalled(server.port, 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n');
  await until('the websocket', () => link !== undefined);
  const text = 'x'.repeat(1024 * 1024);
  for (let sent = 0; sent < 64; sent += 1) link?.send(text);
  await until('the end of the websocket', () => isClosed);
  socket.destroy();
});

test('texts, pings and the end of a websocket', async () => {
  const heard: string[] = [];
  await using server = await serve({
    upgrade: () => Promise.resolve((link: WebSocketLink) => {
      link.onText = (text) => {
        heard.push(text);
        link.send(text.toUpperCase());
        if (text === 'bye') link.refuse();
      };
    }),
  });
  using socket = new WebSocketClient(`http://127.0.0.1:${server.port}`, '/any');
  assert.equal(await socket.answered(), 101);
  socket.send('hello');
  await socket.sees('HELLO');
  socket.send('bye');
  await until('the end', () => socket.closeCode !== undefined);
  assert.deepEqual([heard, socket.closeCode], [['hello', 'bye'], 1008]);
});

test('an upgrade to something else is refused', async () => {
  await using server = await serve({});
  assert.match(await textOf(server.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h9\r\n\r\n'), /^HTTP\/1\.1 400 /);
  assert.match(await textOf(server.port, 'POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('every method, address and body of no known form reaches the handler, or is told why not', async () => {
  const seen: string[] = [];
  await using server = await serve({
    handle: async (ask) => {
      seen.push(`${ask.method} ${ask.path} ${(await ask.body()).toString()}`);
      return { status: 200, headers: {}, body: '' };
    },
  });
  const close = 'Host: x\r\nConnection: close\r\n';
  for (const line of ['PROPFIND /a', 'TRACE /a/b', 'OPTIONS /', 'GET //a//b', 'DELETE /a/']) assert.match(await textOf(server.port, `${line} HTTP/1.1\r\n${close}\r\n`), /^HTTP\/1\.1 200 /);
  assert.match(await textOf(server.port, `POST /p HTTP/1.1\r\n${close}Content-Length: 3\r\n\r\na=b`), /^HTTP\/1\.1 200 /);
  assert.match(await textOf(server.port, `POST /p HTTP/1.1\r\n${close}Content-Type: nothing\r\nContent-Length: 3\r\n\r\na=b`), /^HTTP\/1\.1 406 /);
  assert.match(await textOf(server.port, `POST /p HTTP/1.1\r\n${close}Content-Length: 1001\r\n\r\n`), /^HTTP\/1\.1 413 /);
  for (const path of ['/%zz', '/a/..%2fb', '/../b', '/%00']) assert.match(await textOf(server.port, `GET ${path} HTTP/1.1\r\n${close}\r\n`), /^HTTP\/1\.1 400 [\s\S]*The path is not valid/);
  assert.deepEqual(seen, ['PROPFIND /a ', 'TRACE /a/b ', 'OPTIONS / ', 'GET //a//b ', 'DELETE /a/ ', 'POST /p a=b']);
});

test('errors tell nothing but that they happened, and the limit of requests is one of each second', async () => {
  await using failing = await serve({ handle: () => Promise.reject(new Error('the inner reason')) });
  const text = await textOf(failing.port, 'GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine-1\r\nConnection: close\r\n\r\n');
  assert.match(text, /^HTTP\/1\.1 500 [\s\S]*x-request-id: mine-1[\s\S]*An unexpected error occurred/i);
  assert.doesNotMatch(text, /inner reason/);
  await using limited = await serve({ requestsPerSecond: 1 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => textOf(limited.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')));
  const refused = answers.filter((one) => one.startsWith('HTTP/1.1 429 '));
  assert.ok(refused.length > 0 && refused.length < answers.length);
  assert.match(refused[0] ?? '', /retry-after: 1\r\n/i);
});
