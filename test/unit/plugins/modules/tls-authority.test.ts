/** An authority of `tls` from its birth to a revoked certificate; what it makes is checked by openssl, whose texts are the standard. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import tls from '../../../../src/plugins/modules/tls.js';
import tlsState from '../../../../src/plugins/states/tls.js';
import { machine } from './machine.js';

const base = mkdtempSync(join(tmpdir(), 'tsalt-tls-'));
after(() => rmSync(base, { recursive: true, force: true }));
const host = machine({ modules: [tls], answers: { 'config.option': base, 'pillar.get': false, 'cmd.retcode': ([command]) => (command === 'true' ? 0 : 1) } });
const at = (...names: string[]): string => join(base, ...names);
const openssl = (...words: string[]): string => execFileSync('openssl', words, { encoding: 'utf8' });
const call = (fun: string, args: Value[], kwargs: PlainMap = {}): Promise<Value> => host.call(`tls.${fun}`, args, kwargs);

/** Words of openssl about an extension, as the library tells them. */
function told(path: string, name: string): string {
  return openssl('x509', '-in', path, '-noout', '-ext', name).split('\n').slice(1).map((line) => line.trim()).filter((line) => line !== '').join('\n');
}

test('an authority, a request, a certificate, and its end', async () => {
  const ca = at('koji', 'koji_ca_cert.crt');
  assert.equal(await call('ca_exists', ['koji']), false);
  assert.equal(await call('create_csr', ['koji']), 'Certificate for CA named "koji" does not exist, please create it first.');
  assert.deepEqual(await call('create_ca_signed_cert', ['koji', 'web']), { retcode: 1, comment: 'There is no CA named "koji"' });
  assert.equal(await call('create_empty_crl', ['koji']), 'There is no CA named "koji"');
  await assert.rejects(call('get_ca', ['koji']), { message: 'Certificate does not exist for koji' });
  assert.equal(await call('create_ca', ['koji'], { onlyif: 'false' }), null);
  assert.equal(await call('create_ca', ['koji'], { unless: true }), null);

  assert.equal(await call('create_ca', ['koji'], { CN: 'Koji, Inc. "CA"', OU: 'ops/infra', emailAddress: 'ca@example.com', onlyif: 'true' }), `Created Private Key: "${at('koji')}/koji_ca_cert.key" Created CA "koji": "${ca}"`);
  assert.equal(statSync(at('koji', 'koji_ca_cert.key')).mode & 0o777, 0o600);
  assert.match(openssl('x509', '-in', ca, '-noout', '-text'), /CA:TRUE, pathlen:0[^]*Certificate Sign, CRL Sign/);
  assert.equal(await call('create_ca', ['koji']), 'Certificate for CA named "koji" already exists');
  assert.equal(await call('get_ca', ['koji']), ca);
  assert.equal(await call('get_ca', ['koji'], { as_text: true }), readFileSync(ca, 'utf8'));

  const certs = at('koji', 'certs');
  const names = ['DNS:web.example.com', 'IP:192.0.2.7', 'IP:2001:db8::1', 'email:a@example.com'];
  assert.equal(await call('create_csr', ['koji'], { CN: 'web', subjectAltName: names }), `Created Private Key: "${certs}/web.key" Created CSR for "web": "${certs}/web.csr"`);
  assert.match(openssl('req', '-in', join(certs, 'web.csr'), '-noout', '-text', '-verify'), /CA:FALSE[^]*TLS Web Server Authentication[^]*DNS:web\.example\.com, IP Address:192\.0\.2\.7/);
  assert.equal(await call('create_csr', ['koji'], { CN: 'web' }), `Certificate Request "${certs}//web.csr" already exists`);
  assert.deepEqual(await call('create_ca_signed_cert', ['koji', 'other']), { retcode: 1, comment: 'There is no CSR that matches the CN "other"' });
  assert.deepEqual(await call('create_ca_signed_cert', ['koji', 'web'], { type_ext: true }), {});
  assert.equal(await call('create_ca_signed_cert', ['koji', 'web'], { days: 30 }), `Created Certificate for "web": "${certs}/web.crt"`);
  assert.equal(await call('create_ca_signed_cert', ['koji', 'web']), 'Certificate "web" already exists');
  const web = join(certs, 'web.crt');
  assert.equal(openssl('verify', '-CAfile', ca, web), `${web}: OK\n`);

  const info = await call('cert_info', [web]) as PlainMap;
  const extensions = info['extensions'] as PlainMap;
  for (const name of ['basicConstraints', 'keyUsage', 'extendedKeyUsage', 'subjectAltName']) assert.equal(extensions[name], told(web, name), name);
  const ofCa = (await call('cert_info', [readFileSync(ca, 'utf8')]) as PlainMap)['extensions'] as PlainMap;
  for (const name of ['basicConstraints', 'keyUsage', 'subjectKeyIdentifier', 'authorityKeyIdentifier']) assert.equal(ofCa[name], told(ca, name), name);
  assert.equal(`sha256 Fingerprint=${String(info['fingerprint'])}\n`, openssl('x509', '-in', web, '-noout', '-fingerprint', '-sha256'));
  assert.deepEqual(info['issuer'], { C: 'US', ST: 'Utah', L: 'Salt Lake City', O: 'SaltStack', OU: 'ops/infra', CN: 'Koji, Inc. "CA"', emailAddress: 'ca@example.com' });
  assert.deepEqual(info['subject_alt_names'], ['web.example.com', '192.0.2.7', '2001:DB8:0:0:0:0:0:1']);
  assert.equal(info['signature_algorithm'], 'sha256WithRSAEncryption');
  assert.equal(Number(info['not_after']) - Number(info['not_before']), 30 * 86_400);
  assert.equal(await call('get_expiration_date', [web]), new Date(Number(info['not_after']) * 1000).toISOString().slice(0, 10));
  const serial = BigInt(String(info['serial_number'])).toString(16).toUpperCase();

  assert.equal(await call('create_pkcs12', ['koji', 'web'], { passphrase: 'hush' }), `Created PKCS#12 Certificate for "web": "${certs}/web.p12"`);
  assert.match(openssl('pkcs12', '-in', join(certs, 'web.p12'), '-passin', 'pass:hush', '-nokeys'), /friendlyName: web[^]*BEGIN CERTIFICATE[^]*BEGIN CERTIFICATE/);
  assert.equal(await call('create_pkcs12', ['koji', 'web']), 'Certificate "web" already exists');
  assert.equal(await call('create_pkcs12', ['koji', 'none']), 'There is no certificate that matches the CN "none"');

  assert.deepEqual(await call('validate', [web, 'koji', null]), { valid: true });
  const crl = at('koji', 'crl.pem');
  assert.equal(await call('create_empty_crl', ['koji']), `Created an empty CRL: "${crl}"`);
  assert.equal(await call('create_empty_crl', ['koji']), `CRL "${crl}" already exists`);
  assert.equal(openssl('verify', '-CAfile', ca, '-crl_check', '-CRLfile', crl, web), `${web}: OK\n`);
  assert.deepEqual(await call('revoke_cert', ['koji', 'web'], { crl_file: base }), { retcode: 1, comment: `crl_file "${base}" is an existing directory` });
  assert.equal(await call('revoke_cert', ['koji', 'none']), 'There is no client certificate named "none"');
  const before = readFileSync(at('koji', 'index.txt'), 'utf8');
  assert.equal(await call('revoke_cert', ['koji', 'web']), `Revoked Certificate: "${web}", serial number: ${serial}`);
  assert.equal(await call('revoke_cert', ['koji', 'web']), `"${web}" was already revoked, serial number: ${serial}`);
  const lines = readFileSync(at('koji', 'index.txt'), 'utf8').split('\n');
  assert.equal(lines.length, before.split('\n').length, 'the line was changed, none was added');
  assert.match(lines[1] ?? '', new RegExp(String.raw`^R\t\d{12}Z\t\d{12}Z\t${serial}\tunknown\t/C=US/ST=Utah/L=Salt Lake City/O=SaltStack/CN=web$`));
  const verdict = spawnSync('openssl', ['verify', '-CAfile', ca, '-crl_check', '-CRLfile', crl, web], { encoding: 'utf8' });
  assert.match(verdict.stderr, /certificate revoked/);
  const refused = { valid: false, error: 'certificate revoked', error_cert: readFileSync(web, 'utf8') };
  assert.deepEqual(await call('validate', [web, 'koji', crl]), refused);
  assert.deepEqual(await call('validate', [web, 'koji', null]), refused);

  assert.equal(await call('create_self_signed_cert', [], { CN: 'alone' }), `Created Private Key: "${at('tls', 'certs', 'alone.key')}" Created Certificate: "${at('tls', 'certs', 'alone.crt')}"`);
  assert.match(readFileSync(at('tls', 'index.txt'), 'utf8'), /^V\t\d{12}Z\t\t[0-9A-F]+\tunknown\t\/C=US\/.*\/CN=alone\n$/);
  assert.equal((await call('validate', [at('tls', 'certs', 'alone.crt'), 'koji', null]) as PlainMap)['error'], 'unable to get local issuer certificate');
});

test('an authority that is made again keeps its key; one that cannot be read is put aside', async () => {
  const key = at('again', 'again_ca_cert.key');
  await call('create_ca', ['again']);
  const first = readFileSync(key, 'utf8');
  await call('create_ca', ['again'], { replace: true });
  assert.equal(readFileSync(key, 'utf8'), first);
  writeFileSync(key, 'no key');
  await call('create_ca', ['again'], { replace: true });
  assert.match(readFileSync(key, 'utf8'), /^-----BEGIN PRIVATE KEY-----/);
  const aside = readdirSync(at('again')).filter((name) => name.includes('.unloadable.'));
  assert.deepEqual(aside.map((name) => readFileSync(at('again', name), 'utf8')), ['no key']);
  assert.ok(!existsSync(at('again', 'crl.pem')));
});

test('a folder holds for the rest of the job', async () => {
  const job = machine({ modules: [tls], answers: { 'config.option': base } });
  assert.equal(await job.call('tls.cert_base_path'), base);
  assert.equal(await job.call('tls.set_ca_path', ['/elsewhere']), '/elsewhere');
  assert.equal(await job.call('tls.cert_base_path'), '/elsewhere');
  assert.equal(await job.call('tls.cert_base_path', ['/here']), '/here');
});

test('extensions of a kind come from the pillar', async () => {
  const pillar: PlainMap = { 'tls.extensions:mail': { csr: { extendedKeyUsage: 'emailProtection' } } };
  const job = machine({ modules: [tls], answers: { 'pillar.get': ([path, fallback]) => pillar[String(path)] ?? fallback ?? '' } });
  assert.deepEqual(await job.call('tls.get_extensions', ['client']), {
    csr: { basicConstraints: 'CA:FALSE', extendedKeyUsage: 'clientAuth', keyUsage: 'nonRepudiation, digitalSignature, keyEncipherment' }, cert: { authorityKeyIdentifier: 'keyid,issuer:always', subjectKeyIdentifier: 'hash' },
  });
  assert.deepEqual((await job.call('tls.get_extensions', ['mail']) as PlainMap)['csr'], { basicConstraints: 'CA:FALSE', extendedKeyUsage: 'emailProtection' });
  await assert.rejects(job.call('tls.get_extensions', ['none']), /tls\.extensions:none/);
});

test('tls.valid_certificate tells how long a certificate holds', async () => {
  const now = Date.UTC(2026, 0, 10);
  const info: PlainMap = { not_before: Date.UTC(2026, 0, 1) / 1000, not_after: Date.UTC(2026, 0, 13, 4, 5, 6) / 1000 };
  const at2026 = (ms: number) => machine({ modules: [{ ...tlsState, kind: 'modules' }], answers: { 'tls.cert_info': info }, sys: { now: () => ms, exists: (path: string) => Promise.resolve(path === '/c.crt') }, ports: {} });
  const run = async (ms: number, args: PlainMap): Promise<PlainMap> => await at2026(ms).call('tls.valid_certificate', ['/c.crt'], args) as PlainMap;
  assert.deepEqual(await run(now, { days: 1 }), { name: '/c.crt', changes: {}, result: true, comment: 'Certificate is valid for 3 days, 4:05:06' });
  assert.equal((await run(now + 500, { weeks: 1 }))['comment'], 'Certificate will expire in 3 days, 4:05:05.500000, which is less than 7 days, 0:00:00');
  assert.equal((await run(Date.UTC(2025, 0, 1), {}))['comment'], 'Certificate is not yet valid');
  assert.equal((await run(Date.UTC(2027, 0, 1), {}))['comment'], 'Certificate is expired');
  assert.equal((await at2026(now).call('tls.valid_certificate', ['/none']) as PlainMap)['comment'], "[Errno 2] No such file or directory: '/none'");
});
