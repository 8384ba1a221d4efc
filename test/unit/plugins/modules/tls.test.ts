import assert from 'node:assert/strict';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { testHost } from '../../../support/module-host.js';

const folder = mkdtempSync(join(tmpdir(), 'tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, 'api', 'certs', name);

test('a certificate that signs itself, with its key; what is there stays', async () => {
  await using host = await testHost({ sys: createSys(), opts: { 'ca.cert_base_path': folder } });
  const create = (more: Record<string, string | boolean | number> = {}) =>
    host.session({ kind: 'modules', signal: new AbortController().signal, job: { jid: '20260101000000000001', user: 'root', fun: 'tls.create_self_signed_cert' } }).call('tls.create_self_signed_cert', [], { tls_dir: 'api', CN: 'api.example', OU: 'ops', days: 2, ...more });
  assert.equal(await create(), `Created Private Key: "${path('api.example.key')}" Created Certificate: "${path('api.example.crt')}"`);
  const text = readFileSync(path('api.example.crt'), 'utf8');
  const certificate = new X509Certificate(text);
  assert.equal(certificate.subject, 'C=US\nST=Utah\nL=Salt Lake City\nO=SaltStack\nOU=ops\nCN=api.example');
  assert.ok(certificate.verify(certificate.publicKey) && certificate.checkPrivateKey(createPrivateKey(readFileSync(path('api.example.key')))));
  assert.equal(certificate.checkHost('api.example'), 'api.example');
  assert.equal(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom), 2 * 86_400_000);
  assert.equal(statSync(path('api.example.key')).mode & 0o777, 0o600);
  assert.equal(await create(), 'Certificate "api.example" already exists');
  await create({ replace: true });
  assert.notEqual(readFileSync(path('api.example.crt'), 'utf8'), text);
  await assert.rejects(create({ CN: 'other', digest: 'nosuch' }));
});
