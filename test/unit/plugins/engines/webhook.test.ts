/** The web hook over TLS, and each way to prove a secret, as its senders do it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isBytes, type PlainMap } from '../../../../src/kernel/std/value.js';
import { isOpen } from '../../../support/fleet/master.js';
import { freePort } from '../../../support/fleet/site.js';
import { until } from '../../../support/fleet/until.js';
import { startEngine, type RunningEngine } from './kit.js';

const root = mkdtempSync(join(tmpdir(), 'ts-hook-'));
after(() => rmSync(root, { recursive: true, force: true }));
const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
before(() => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
});

async function hook(config: PlainMap): Promise<{ engine: RunningEngine; port: number }> {
  const port = await freePort();
  const engine = await startEngine('webhook', { address: '127.0.0.1', port, ...config });
  await until('the hook', () => isOpen(port));
  return { engine, port };
}

/** The status, or the error's code. */
function post(send: typeof request, options: RequestOptions, body = '{}'): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = send({ host: '127.0.0.1', servername: 'localhost', method: 'POST', path: '/push', agent: false, ...options }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

test('over TLS it is the server of its certificate, speaks nothing older than 1.2, and no plain text', async () => {
  const { engine, port } = await hook({ ssl_crt: cert, ssl_key: key, secret: 'hush' });
  const ca = readFileSync(cert);
  const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', 'hush').update('{}').digest('hex')}` };
  assert.equal(await post(request, { port, ca, headers }), 200);
  const { data } = await engine.heard('salt/engines/hook/push');
  assert.ok(isBytes(data['body']));
  assert.equal(await post(request, { port, ca }), 403);
  assert.equal(await post(request, { port, headers }), 'DEPTH_ZERO_SELF_SIGNED_CERT');
  assert.match(String(await post(request, { port, ca, headers, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })), /PROTOCOL_VERSION|NO_PROTOCOLS|UNSUPPORTED|ECONNRESET|EPROTO/);
  assert.match(String(await post(plainRequest as typeof request, { port, headers })), /ECONNRESET|HPE_|400|EPIPE|socket hang up/);
  assert.equal(engine.fired.filter(({ tag }) => tag.startsWith('salt/engines/hook/')).length, 1);
  assert.ok(!JSON.stringify(engine.lines).includes('hush'));
});

test('each kind of proof, in its usual header or another; one of several secrets', async () => {
  const body = '{"ref": "main"}';
  const hmac = (kind: string, secret: string): string => createHmac(kind, secret).update(body).digest('hex');
  for (const [signature, header, proof, wrong] of [
    ['sha512', 'x-hub-signature-512', `sha512=${hmac('sha512', 'new')}`, `sha512=${hmac('sha512', 'other')}`],
    ['sha1', 'x-hub-signature', `sha1=${hmac('sha1', 'old')}`, `sha1=${hmac('sha256', 'old')}`],
    ['token', 'x-gitlab-token', 'new', 'newer'],
  ] as const) {
    const { engine, port } = await hook({ secret: ['old', 'new'], signature });
    const send = plainRequest as typeof request;
    assert.equal(await post(send, { port, headers: { [header]: proof } }, body), 200, signature);
    for (const headers of [{}, { [header]: wrong }, { 'x-other': proof }]) assert.equal(await post(send, { port, headers }, body), 403, signature);
    const { data } = await engine.heard('salt/engines/hook/push');
    // A token is not handed on to those who hear events.
    assert.equal(Object.values(data['headers'] as PlainMap).includes('new'), false);
    await engine.stop();
  }
  const { port } = await hook({ secret: 'own', signature_header: 'X-Own-Proof' });
  assert.equal(await post(plainRequest as typeof request, { port, headers: { 'x-own-proof': hmac('sha256', 'own') } }, body), 200);
});

test('a certificate that is not there, an unknown kind and an empty secret are failures of the engine', async () => {
  await assert.rejects((await startEngine('webhook', { port: await freePort(), ssl_crt: join(root, 'none'), ssl_key: key })).done, /ENOENT/);
  await assert.rejects((await startEngine('webhook', { port: await freePort(), secret: 'x', signature: 'md5' })).done, /signature must be one of sha256, sha512, sha1, token/);
  await assert.rejects((await startEngine('webhook', { port: await freePort(), secret: '' })).done, /secret is empty/);
});
