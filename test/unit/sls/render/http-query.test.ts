/** The filter http_query against a server of the test. What is expected was observed with Salt 3008.3 and the same server. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { textOf } from '../../../support/render-bench.js';

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '', headers } = request;
  if (url.startsWith('/404')) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('nope');
  } else if (url.startsWith('/away')) {
    response.writeHead(302, { location: '/json' }).end();
  } else if (url.startsWith('/echo')) {
    let body = '';
    request.on('data', (piece: Buffer) => { body += piece.toString(); });
    request.on('end', () => response.writeHead(200).end(`${method} ${url} ${headers.authorization ?? '-'} ${String(headers['x-a'] ?? '-')} ${headers['user-agent'] ?? ''} ${body}`));
  } else if (url.startsWith('/json')) {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"a": 1, "b": [1.0]}\n');
  } else {
    response.writeHead(200, { 'content-type': 'text/x-yaml' }).end('a: [1, yes]\n');
  }
}

const server = createServer(answer);
let base = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close());

const asked = (path: string, rest = ''): Promise<string> => textOf(`{{ '${base}${path}' | http_query${rest} | string }}`);

test('http_query gives the body, and what it says when it is asked to decode it', async () => {
  assert.equal(await asked('/json'), `{'body': '{"a": 1, "b": [1.0]}\\n'}`);
  assert.equal(await asked('/json', '(decode=true)'), `{'body': '{"a": 1, "b": [1.0]}\\n', 'dict': {'a': 1, 'b': [1.0]}}`);
  assert.equal(await asked('/yaml', '(decode=true)'), "{'body': 'a: [1, yes]\\n', 'dict': {'a': [1, True]}}");
  assert.equal(await asked('/json', "(decode=true, decode_type='plain')"), `{'body': '{"a": 1, "b": [1.0]}\\n', 'text': '{"a": 1, "b": [1.0]}\\n'}`);
  assert.equal(await asked('/away', '(status=true)'), `{'body': '{"a": 1, "b": [1.0]}\\n', 'status': 200}`);
});

test('http_query sends what it is given', async () => {
  assert.equal(await asked('/echo', "(method='POST', data={'a': 1}, header_dict={'X-A': 'b'}, username='u', password='p')"), "{'body': 'POST /echo Basic dTpw b Salt/3008.3 http.query() a=1'}");
  assert.equal(await asked('/echo', "('GET', {'a': '1 2'})"), "{'body': 'GET /echo?a=1+2 - - Salt/3008.3 http.query() '}");
});

test('http_query says what went wrong', async () => {
  assert.equal(await asked('/404'), "{'status': 404, 'error': 'HTTP 404: Not Found', 'body': 'nope'}");
  assert.equal(await asked('/404', '(raise_error=false)'), "{'body': 'nope'}");
  assert.equal(await textOf("{{ 'http://127.0.0.1:1/x' | http_query | string }}"), "{'error': '[Errno 111] Connection refused'}");
  await assert.rejects(textOf("{{ 'nonsense' | http_query }}"), /Unsupported url scheme: nonsense/);
});
