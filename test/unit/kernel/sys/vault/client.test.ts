/** How Vault is asked: certificates, answers of others, tokens of several logins. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { PlainMap, Value } from '../../../../../src/kernel/std/value.js';
import { Vault } from '../../../../../src/kernel/sys/vault/client.js';
import { vaultPlace } from '../../../../../src/kernel/sys/vault/place.js';
import { dropToken, keepToken, keptToken } from '../../../../../src/kernel/sys/vault/tokens.js';
import { pretendVault } from '../../../../support/servers/vault-server.js';

const root = mkdtempSync(join(tmpdir(), 'tsalt-vault-tls-'));
after(() => rmSync(root, { recursive: true, force: true }));
const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
before(() => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, '-subj', '/CN=vault', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
});

const placeOf = (url: string, more: PlainMap = {}, auth: PlainMap = { token: 'root' }): ReturnType<typeof vaultPlace> => vaultPlace({ vault: { auth, server: { url, ...more } } });
const ask = (url: string, more?: PlainMap): Promise<Value> => new Vault(placeOf(url, more), new AbortController().signal).ask('GET', 'sys/policy');

test('a certificate is checked: of a file, as PEM, or on purpose not at all', async () => {
  await using vault = await pretendVault({ cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') });
  for (const verify of [cert, readFileSync(cert, 'utf8'), false]) assert.deepEqual((await ask(vault.url, { verify }) as PlainMap)['policies'], ['default', 'root']);
  for (const verify of [null, true]) await assert.rejects(ask(vault.url, { verify }), { kind: 'ConnectionError', message: /cannot be asked: self-signed certificate/ });
  await assert.rejects(ask(vault.url, { verify: join(root, 'none.pem') }), { kind: 'ConnectionError', message: /ENOENT/ });
});

async function answering(listener: RequestListener): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

test('the token goes nowhere else, and what is no Vault is told so', async () => {
  let seen = 0;
  await using other = await answering((_request, response) => {
    seen += 1;
    response.end('{}');
  });
  await using away = await answering((_request, response) => response.writeHead(307, { Location: `${other.url}/v1/sys/policy` }).end());
  await assert.rejects(ask(away.url), { kind: 'VaultException', message: /sends elsewhere \(307\), which is not followed$/ });
  assert.equal(seen, 0);
  await using page = await answering((_request, response) => response.end('<html>secret page</html>'));
  await assert.rejects(ask(page.url), { kind: 'VaultException', message: /^What answers at http:\/\/127\.0\.0\.1:\d+ is no Vault$/ });
  await using broken = await answering((_request, response) => response.writeHead(503).end('<html>secret page</html>'));
  await assert.rejects(ask(broken.url), { kind: 'VaultUnavailableError', message: 'Service Unavailable' });
  await using endless = await answering((_request, response) => response.end(Buffer.alloc(17 * 1024 * 1024, ' ')));
  await assert.rejects(ask(endless.url), { kind: 'ConnectionError', message: /larger than 16777216 bytes/ });
});

test('a kept token belongs to its login, and goes before it ends', () => {
  const place = placeOf('http://vault.example', {}, { method: 'approle', role_id: 'a', secret_id: 'b' });
  const other = placeOf('http://vault.example', {}, { method: 'approle', role_id: 'a', secret_id: 'c' });
  keepToken(place, { token: 't', endsAtMs: 100_000 });
  assert.deepEqual([keptToken(place, 0), keptToken(place, 95_000), keptToken(other, 0)], ['t', undefined, undefined]);
  for (let at = 0; at < 64; at += 1) keepToken(placeOf('http://vault.example', {}, { method: 'approle', role_id: `many${at}` }), { token: 'x', endsAtMs: undefined });
  assert.equal(keptToken(place, 0), undefined);
  keepToken(place, { token: 't2', endsAtMs: undefined });
  assert.deepEqual([dropToken(place), keptToken(place, 0)], ['t2', undefined]);
});

test('the address: older options, a path below, no slash at its end', () => {
  const place = vaultPlace({ vault: { url: 'https://vault.example:8200/below/', verify: '/etc/ca.pem', namespace: 'team', auth: { method: 'approle', role_id: 'r', mount: 'own' } } });
  assert.deepEqual([place.url, place.caFile, place.namespace], ['https://vault.example:8200/below', '/etc/ca.pem', 'team']);
  assert.deepEqual(place.login, { method: 'approle', mount: 'own', roleId: 'r', secretId: undefined });
  assert.throws(() => vaultPlace({}), { kind: 'InvalidConfigError' });
});
