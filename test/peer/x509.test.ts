/** The same certificates as real Salt's, byte by byte where nothing is left to chance, and the same words about them. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Answer, type Call } from '../support/salt-calls.js';

const skip = skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-x509-')));
const folder = saltFolder(base);
after(() => rmSync(base, { recursive: true }));
const at = (name: string): string => join(base, name);

const pem = { type: 'pkcs8', format: 'pem' } as const;
function writeKeys(): void {
  const pairs = {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }), web: generateKeyPairSync('rsa', { modulusLength: 2048 }), ec: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ed25519: generateKeyPairSync('ed25519'), ed448: generateKeyPairSync('ed448'),
  };
  for (const [name, { privateKey, publicKey }] of Object.entries(pairs)) {
    writeFileSync(at(`${name}.key`), privateKey.export(pem));
    writeFileSync(at(`${name}.der`), privateKey.export({ type: 'pkcs8', format: 'der' }));
    writeFileSync(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(at(`${name}.locked`), privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'hush' }));
  }
  writeFileSync(at('rsa.pkcs1'), pairs.rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }));
}

/** Salt has classes of its own below `SaltInvocationError`; people see the text. */
const plainly = (answers: readonly Answer[]): unknown => answers.map((answer) => ('error' in answer ? { ...answer, error: answer.error.replace(/^(?:\w+Deserialization|)(?:Error|\w+Password)$/, 'SaltInvocationError') } : answer));

/** Nothing here is by chance. */
const fixed = { serial_number: '0A:BC:DE', not_before: '2026-01-01 00:00:00', not_after: '2061-01-01 00:00:00' };
const own = (more: PlainMap, key = 'rsa'): Call => ['x509.create_certificate', [], { ...fixed, signing_private_key: at(`${key}.key`), CN: 'web', ...more }];
const child = (more: PlainMap): Call => own({ signing_cert: at('ca.crt'), private_key: at('web.key'), ...more });

const value = (answer: Answer | undefined): string => {
  assert.ok(answer !== undefined && 'value' in answer, JSON.stringify(answer));
  return String(answer.value);
};

async function makeAuthority(): Promise<void> {
  writeKeys();
  const [made] = await askOurs(folder, [own({ CN: 'The CA', O: 'Org, Inc. "x"', C: 'DE', MAIL: 'ca@example.org', basicConstraints: 'critical, CA:TRUE, pathlen:1', keyUsage: 'critical, cRLSign, keyCertSign', subjectKeyIdentifier: 'hash', subjectAltName: 'DNS:ca.example.org' })]);
  writeFileSync(at('ca.crt'), value(made));
  const [request] = await askOurs(folder, [['x509.create_csr', [at('web.key')], { CN: 'asks', subjectAltName: ['DNS:asked.example.org'], keyUsage: ['digitalSignature'] }]]);
  writeFileSync(at('web.csr'), value(request));
}

test('certificates: the same bytes', { skip }, async () => {
  await makeAuthority();
  await compareCalls(folder, [
    own({}), own({ digest: 'sha512', O: 'Org', OU: 'ä ö', L: 'Here', ST: 'There', STREET: '1', SN: 'S', GN: 'G', UID: 'u', SERIALNUMBER: '7', C: 'US', MAIL: 'a@b.org' }), own({ digest: 'sha3_256' }), own({}, 'ed25519'), own({}, 'ed448'),
    own({ subject: 'CN=one,O=two\\, three+OU=x,C=DE' }), own({ subject: ['C=DE', 'O=two', 'CN=one'] }), own({ subject: { CN: 'map', O: 'x' } }), own({ commonName: 'long', organizationName: 'x' }),
    own({ basicConstraints: { ca: true, pathlen: 3, critical: true } }), own({ basicConstraints: 'CA:FALSE' }), own({ keyUsage: ['critical', 'digitalSignature', 'keyEncipherment', 'nonRepudiation'] }), own({ keyUsage: 'keyAgreement, encipherOnly, decipherOnly' }),
    own({ extendedKeyUsage: 'serverAuth, clientAuth' }), own({ extendedKeyUsage: ['critical', 'OCSPSigning', '1.2.3.4', 'msEFS'] }), own({ subjectKeyIdentifier: 'hash', authorityKeyIdentifier: 'keyid:always' }), own({ subjectKeyIdentifier: 'AB:CD' }),
    own({ subjectAltName: 'DNS:*.example.org, IP:192.0.2.1, email:a@example.org, URI:https://example.org/x, RID:1.2.3' }), own({ subjectAltName: ['critical', 'DNS:a.example.org', { dirName: { CN: 'x' } }, 'IP:2001:db8::1', 'IP:10.0.0.0/8', 'dirName:CN=a,O=b'] }),
    own({ authorityInfoAccess: 'OCSP;URI:http://ocsp.example.org,caIssuers;URI:http://x' }), own({ authorityInfoAccess: [{ OCSP: 'URI:http://x' }] }), own({ crlDistributionPoints: 'URI:http://x/a.crl, URI:http://y/b.crl' }),
    own({ crlDistributionPoints: [{ fullname: 'URI:http://x', crlissuer: 'dirName:CN=a', reasons: ['keyCompromise', 'superseded'] }, { relativename: 'CN=rel' }] }), own({ certificatePolicies: 'critical, 1.2.4.5, 1.1.3.4' }),
    own({ certificatePolicies: { '1.2.3.4.5': ['http://example.org', { organization: 'org', noticeNumbers: [1, 2], text: 'mytext' }] } }), own({ policyConstraints: 'critical, requireExplicitPolicy:3, inhibitPolicyMapping:1' }), own({ inhibitAnyPolicy: 'critical, 5' }),
    own({ inhibitAnyPolicy: 4 }), own({ nameConstraints: 'critical, permitted;IP:192.168.0.0/16, permitted;email:.example.com, excluded;email:.com' }), own({ nameConstraints: { permitted: ['dns:a.org'], excluded: ['IP:10.0.0.0/8'] } }),
    own({ noCheck: 'critical' }), own({ tlsfeature: 'status_request' }), own({ 'X509v3 Basic Constraints': 'CA:TRUE' }),
    child({}), child({ subjectKeyIdentifier: 'hash', authorityKeyIdentifier: 'keyid,issuer:always', issuerAltName: 'DNS:x.org' }), child({ private_key: null, public_key: at('ec.pub') }), child({ private_key: null, csr: at('web.csr') }),
    child({ append_certs: at('ca.crt') }), child({ encoding: 'der' }),
  ]);
});

test('certificates: the same refusals', { skip }, async () => {
  await makeAuthority();
  const calls: Call[] = [
    own({ encoding: 'x' }), own({ digest: 'md5' }), own({ encoding: 'der', append_certs: at('ca.crt') }), ['x509.create_certificate', [], { CN: 'x' }], own({ subjectKeyIdentifier: 'critical, hash' }),
    own({ subjectKeyIdentifier: 'xyz' }), own({ nsComment: 'x' }), own({ nsCertType: 'x' }), own({ subjectAltName: 'foo:bar' }), own({ subjectAltName: 'IP:nonsense' }), own({ subjectAltName: 'othername:x' }), own({ serial_number: 'xyz' }), own({ signing_cert: at('ca.crt') }),
    child({ signing_private_key: at('ec.key') }), own({ nameConstraints: 'x' }), own({ crlDistributionPoints: [{ fullname: 'URI:http://x', relativename: 'CN=a,O=b' }] }), own({ signing_private_key: at('none') }), own({ signing_private_key: at('rsa.locked') }),
    own({ signing_private_key: at('rsa.locked'), signing_private_key_passphrase: 'wrong' }), own({ signing_private_key_passphrase: 'needless' }), own({ ca_server: 'x' }),
    ['x509.create_private_key', [], { algo: 'dsa' }], ['x509.create_private_key', [], { keysize: 1024 }], ['x509.create_private_key', [], { algo: 'ec', keysize: 1 }], ['x509.create_private_key', [], { nonsense: 1 }], ['x509.create_private_key', [], { encoding: 'x' }],
    ['x509.get_public_key', ['AAAA']], ['x509.read_certificate', [at('rsa.key')]], ['x509.read_csr', [at('ca.crt')]], ['x509.read_crl', [at('ca.crt')]], ['x509.get_private_key_size', [at('ca.crt')]], ['x509.read_certificate', ['b64:AAAA']],
    ['x509.create_crl', [at('rsa.key'), [{}]], { signing_cert: at('ca.crt') }], ['x509.create_crl', [at('rsa.key'), []], { unknown: 1 }],
    ['x509.write_pem', ['x', at('y')]], ['x509.get_pem_entry', ['-----BEGIN X-----'], {}], ['x509.get_pem_entry', [at('ca.crt'), 'PUBLIC KEY']], ['x509.sign_remote_certificate', ['none', {}]], ['x509.get_signing_policy', ['none']],
  ];
  assert.deepEqual(plainly(await askOurs(folder, calls)), plainly(askSalt(folder, calls)));
});

test('keys, requests and lists: each reads what the other made', { skip }, async () => {
  await makeAuthority();
  const make: Call[] = [
    ['x509.create_private_key', [], { path: at('made.key') }], ['x509.create_private_key', [], { algo: 'ec', keysize: 521, passphrase: 'hush', path: at('made-ec.key') }],
    ['x509.create_private_key', [], { encoding: 'pkcs12', passphrase: 'hush', path: at('made.p12') }], ['x509.create_private_key', [], { algo: 'ed25519', encoding: 'der', path: at('made.der') }],
    ['x509.create_csr', [at('rsa.key')], { CN: 'asks', O: 'x', subjectAltName: 'DNS:a.org', extendedKeyUsage: 'clientAuth', path: at('made.csr') }],
    ['x509.create_crl', [at('rsa.key'), [
      { serial_number: '0A:BB', revocation_date: '2026-01-01 00:00:00', extensions: { CRLReason: 'keyCompromise', invalidityDate: '2025-01-01 00:00:00' } }, { certificate: at('ca.crt') }, { serial_number: '05', not_after: '2020-01-01 00:00:00' },
      { 'old form': [{ serial_number: '0C' }, { reason: 'superseded' }] },
    ]], { signing_cert: at('ca.crt'), path: at('made.crl'), extensions: { cRLNumber: 7, authorityKeyIdentifier: 'keyid', issuingDistributionPoint: { fullname: 'URI:http://x', onlyuser: true, onlysomereasons: ['keyCompromise'], critical: true } } }],
    child({ encoding: 'pkcs12', pkcs12_passphrase: 'hush', pkcs12_friendlyname: 'web', append_certs: [at('ca.crt')], path: at('made-cert.p12') }), child({ encoding: 'pkcs7_pem', append_certs: [at('ca.crt')], path: at('made.p7') }),
    child({ path: at('web.crt') }),
  ];
  const read: Call[] = [
    ['x509.get_public_key', [at('made.key')]], ['x509.get_private_key_size', [at('made.key')]], ['x509.get_private_key_size', [at('made-ec.key'), 'hush']], ['x509.get_private_key_size', [at('made-ec.key')]],
    ['x509.get_public_key', [at('made.p12'), 'hush']], ['x509.get_public_key', [at('made.der')]], ['x509.get_public_key', [at('made.csr')]], ['x509.get_public_key', [at('rsa.pkcs1')]], ['x509.get_public_key', [at('ca.crt')]], ['x509.get_public_key', [at('ec.der')]],
    ['x509.read_csr', [at('made.csr')]], ['x509.read_crl', [at('made.crl')]], ['x509.verify_crl', [at('made.crl'), at('ca.crt')]], ['x509.verify_crl', [at('made.crl'), at('web.key')]], ['x509.read_certificate', [at('made-cert.p12')]], ['x509.read_certificate', [at('made.p7')]],
    ['x509.read_certificate', [at('ca.crt')]], ['x509.read_certificates', [at('*.crt')]], ['x509.verify_signature', [at('web.crt'), at('ca.crt')]], ['x509.verify_signature', [at('web.crt')]], ['x509.verify_signature', [at('ca.crt')]],
    ['x509.verify_private_key', [at('web.key'), at('web.crt')]], ['x509.verify_private_key', [at('rsa.key'), at('web.crt')]], ['x509.verify_private_key', [at('rsa.locked'), at('rsa.pub'), 'hush']], ['x509.expired', [at('ca.crt')]], ['x509.expires', [at('ca.crt'), 36_500]],
    ['x509.will_expire', [at('ca.crt'), 5]], ['x509.get_pem_entries', [at('*.csr')]], ['x509.get_pem_entry', [at('ca.crt'), 'CERTIFICATE']], ['x509.encode_certificate', [at('ca.crt'), 'der']], ['x509.encode_csr', [at('web.csr'), 'der']],
    ['x509.encode_crl', [at('made.crl'), 'der']], ['x509.encode_private_key', [at('rsa.key'), 'der']], ['x509.encode_private_key', [at('rsa.pkcs1')]], ['x509.encode_certificate', [at('web.crt'), 'pem', at('ca.crt')]],
  ];
  for (const maker of [(): Promise<Answer[]> => askOurs(folder, make), (): Promise<Answer[]> => Promise.resolve(askSalt(folder, make))]) {
    for (const name of ['web.crt', 'made.key', 'made-ec.key', 'made.csr', 'made.crl', 'made.p12', 'made.der', 'made-cert.p12', 'made.p7']) rmSync(at(name), { force: true });
    const made = await maker();
    assert.deepEqual(made.filter((answer) => 'error' in answer), []);
    assert.deepEqual(plainly(await askOurs(folder, read)), plainly(askSalt(folder, read)));
    // What a wrong pass phrase makes of a key is sometimes a wrong key, and no sign of the pass phrase.
    const locked: Call[] = [['x509.get_private_key_size', [at('made-ec.key'), 'no']]];
    for (const [answer] of [await askOurs(folder, locked), askSalt(folder, locked)]) {
      assert.ok(answer !== undefined && 'error' in answer, JSON.stringify(answer));
      assert.match(answer.text, /^(?:Bad decrypt - is the password correct\?|Could not load PEM-encoded private key)$/);
    }
  }
});
