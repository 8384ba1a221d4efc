/** The plugin against a local provider with real keys. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, createHmac, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, suite, test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import oidc from '../../../../src/plugins/auth/oidc.js';
import { silentLog } from '../../../support/logs.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const text = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenOf(claims: object, { key = ours.privateKey, header = { alg: 'RS256', kid: 'one' } }: { key?: KeyObject; header?: object } = {}): string {
  const signed = `${text(header)}.${text(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

suite('oidc', () => {
  let server: Server;
  let issuer = '';
  before(async () => {
    server = createServer(({ url }, response) => {
      const answer = url === '/keys' ? { keys: [{ ...ours.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] } : { issuer, jwks_uri: `${issuer}/keys` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const ctx = (more: PlainMap = {}): Context => ({ opts: { external_auth: { oidc: { '^issuer': issuer, '^audience': 'tsalt', ...more } } }, log: silentLog, signal: AbortSignal.timeout(60_000) } as unknown as Context);
  const now = (): number => Math.floor(Date.now() / 1000);
  const claims = (more: object = {}): object => ({ iss: issuer, aud: 'tsalt', sub: '7', preferred_username: 'ann', groups: ['ops', 7], exp: now() + 600, ...more });

  test('a token of the provider lets its user in, with its groups', async () => {
    const token = tokenOf(claims());
    assert.equal(await oidc.auth('ann', token, ctx()), true);
    assert.deepEqual(await oidc.groups?.('ann', token, ctx()), ['ops']);
    assert.equal(await oidc.auth('7', token, ctx({ '^username_claim': 'sub', '^jwks_uri': `${issuer}/keys` })), true);
    assert.equal(await oidc.auth('ann', tokenOf(claims({ aud: ['other', 'tsalt'], exp: now() - 5 })), ctx()), true, 'clocks may differ a little');
  });
  test('any other does not', async () => {
    const unsigned = `${text({ alg: 'none' })}.${text(claims())}.`;
    const body = `${text({ alg: 'HS256', kid: 'one' })}.${text(claims())}`;
    const byPublicKey = `${body}.${createHmac('sha256', ours.publicKey.export({ type: 'spki', format: 'pem' })).update(body).digest('base64url')}`;
    for (const [name, token] of [
      ['bob', tokenOf(claims())], ['', tokenOf(claims({ preferred_username: '' }))], ['ann', tokenOf(claims({ exp: now() - 120 }))], ['ann', tokenOf(claims({ exp: undefined }))], ['ann', tokenOf(claims({ nbf: now() + 600 }))],
      ['ann', tokenOf(claims({ aud: 'other' }))], ['ann', tokenOf(claims({ iss: 'https://other.example' }))], ['ann', tokenOf(claims(), { key: theirs.privateKey })], ['ann', tokenOf(claims(), { header: { alg: 'RS256', kid: 'two' } })],
      ['ann', unsigned], ['ann', byPublicKey], ['ann', 'secret'], ['ann', ''], ['ann', `${tokenOf(claims())}x`],
    ] as const) assert.equal(await oidc.auth(name, token, ctx()), false, token.slice(0, 40));
    assert.equal(await oidc.auth('ann', tokenOf(claims()), ctx({ '^audience': '' })), false);
    assert.equal(await oidc.auth('ann', tokenOf(claims()), ctx({ '^algorithms': ['HS256'] })), false);
  });
  test('a provider that is another, or cannot be asked safely, is an error', async () => {
    const elsewhere = `${issuer}/elsewhere`;
    await assert.rejects(async () => oidc.auth('ann', tokenOf(claims()), ctx({ '^issuer': elsewhere })), /another provider/);
    await assert.rejects(async () => oidc.auth('ann', tokenOf(claims()), ctx({ '^issuer': 'http://provider.example' })), /use https/);
  });
});
