/** What a signer does for others, and what it refuses; certificates themselves are compared with real Salt by the peer test. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import x509 from '../../../../src/plugins/modules/x509_v2.js';
import { machine, type Machine } from './machine.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-x509-unit-')));
after(() => rmSync(base, { recursive: true }));
const pem = { type: 'pkcs8', format: 'pem' } as const;
const ca = generateKeyPairSync('ed25519');
const web = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync(join(base, 'ca.key'), ca.privateKey.export(pem));
writeFileSync(join(base, 'web.key'), web.privateKey.export(pem));
const publicKey = web.publicKey.export({ type: 'spki', format: 'der' });

/** A signer with rules, asked by a minion that the master has proven. */
function signer(policies: PlainMap, asker?: string): Machine & { readonly signs: (policy: string, words: PlainMap, only?: boolean) => Promise<PlainMap> } {
  const made = machine({ modules: [x509], answers: {
    'pillar.get': policies, 'config.get': {}, 'match.glob': ([pattern, id]) => String(id).startsWith(String(pattern).replace('*', '')), 'publish.runner': ([, ] = [], kwargs = {}) => ({ res: (kwargs['arg'] as Value[])[1] === 'db1' ? 'db1' : false }),
  } });
  const run = x509.functions['sign_remote_certificate'];
  assert.ok(run !== undefined);
  const job = asker === undefined ? {} : { id: asker };
  const context = { ...made.context, job, call: (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}) => made.call(fun, args, kwargs) };
  return { ...made, signs: async (policy, words, only = false) => await run.run({ signing_policy: policy, kwargs: words, get_signing_policy_only: only, more_kwargs: { __pub_id: 'web-forged' } }, context) as PlainMap };
}

const host = machine({ modules: [x509] });
const authority = async (): Promise<string> => {
  const path = join(base, 'ca.crt');
  await host.call('x509.create_certificate', [], { signing_private_key: join(base, 'ca.key'), CN: 'CA', basicConstraints: 'critical, CA:TRUE', subjectKeyIdentifier: 'hash', path });
  return path;
};
const rules = async (more: PlainMap = {}): Promise<PlainMap> => ({ www: [{ signing_private_key: join(base, 'ca.key') }, { signing_cert: await authority() }, { keyUsage: 'critical, digitalSignature' }, { days_valid: 7 }, { O: 'ours' }, ...Object.entries(more).map(([key, value]) => ({ [key]: value }))] });
const read = (answer: PlainMap): X509Certificate => new X509Certificate(answer['data'] as Uint8Array);

test('a signer signs what its rules allow, and the rules win', async () => {
  const answer = await signer(await rules()).signs('www', { public_key: publicKey, CN: 'web', O: 'theirs', keyUsage: 'keyCertSign', days_valid: 9999 });
  assert.deepEqual(answer['errors'], []);
  const certificate = read(answer);
  assert.equal(certificate.subject, 'O=ours\nCN=web');
  assert.equal(certificate.verify(ca.publicKey), true);
  assert.equal(certificate.publicKey.equals(web.publicKey), true);
  assert.ok(Date.parse(certificate.validTo) < Date.now() + 8 * 86_400_000);
});

test('a signer serves those its rules name, as the master knows them', async () => {
  const named = await rules({ minions: 'web*' });
  assert.deepEqual((await signer(named, 'web1').signs('www', { public_key: publicKey }))['errors'], []);
  assert.deepEqual(await signer(named, 'db1').signs('www', { public_key: publicKey }), { data: null, errors: ['minion not permitted to use specified signing policy'] });
  assert.deepEqual(await signer(named).signs('www', { public_key: publicKey }), { data: null, errors: ['minion sending this request could not be identified'] });
  const compound = await rules({ minions: 'G@role:db' });
  assert.deepEqual((await signer(compound, 'db1').signs('www', { public_key: publicKey }))['errors'], []);
  assert.deepEqual((await signer(compound, 'web1').signs('www', { public_key: publicKey }))['errors'], ['minion not permitted to use specified signing policy']);
  assert.deepEqual(await signer({}).signs('www', { public_key: publicKey }), { data: null, errors: ['signing_policy must be specified and defined on signing minion'] });
});

test('who asks can neither read nor write on the signer, nor choose its key', async () => {
  const copies = mkdtempSync(join(base, 'copies-'));
  const answer = await signer(await rules()).signs('www', { public_key: publicKey, copypath: copies, signing_private_key: join(base, 'web.key'), signing_cert: null, private_key: join(base, 'web.key') });
  assert.equal(read(answer).verify(ca.publicKey), true);
  assert.deepEqual(readdirSync(copies), []);
  for (const words of [{ public_key: '/etc/shadow' }, { csr: join(base, 'web.key') }]) assert.match(String((await signer(await rules()).signs('www', words))['errors']), /must be sent as a value$/);
});

test('the rules are told without their secrets', async () => {
  const { data } = await signer(await rules({ signing_private_key_passphrase: 'hush' })).signs('www', {}, true);
  assert.deepEqual(Object.keys(data as PlainMap).toSorted(), ['O', 'days_valid', 'keyUsage', 'signing_cert']);
});

test('who asks another minion keeps the private key, and tells its refusal', async () => {
  let sent: readonly Value[] = [];
  const answers = (answer: Value) => machine({ modules: [x509], answers: { 'publish.publish': (_args, kwargs) => {
    sent = kwargs['arg'] as readonly Value[];
    return answer;
  } } });
  const words = { ca_server: 'ca', signing_policy: 'www', private_key: join(base, 'web.key'), CN: 'web' };
  const made = await signer(await rules()).signs('www', { public_key: publicKey, CN: 'web' });
  assert.match(String(await answers({ ca: made }).call('x509.create_certificate', [], words)), /^-----BEGIN CERTIFICATE-----\n/);
  assert.deepEqual(sent, ['www', { CN: 'web', days_valid: 365, public_key: publicKey }]);
  await assert.rejects(answers({ ca: { data: null, errors: ['no'] } }).call('x509.create_certificate', [], words), /^CommandExecutionError: ca_server reported errors:\nno$/);
  await assert.rejects(answers({}).call('x509.create_certificate', [], words), /ca_server did not respond\./);
  await assert.rejects(answers({ ca: { data: Buffer.from('x'), errors: [] } }).call('x509.create_certificate', [], words), /cannot be built|did not return/);
});

test('bytes that are no certificate are refused, whatever they are', async () => {
  for (const bytes of [[], [0x30], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], [0x30, 0x80, 0, 0], Array.from({ length: 3000 }, () => 0x30), [0x30, 3, 2, 1, 3]]) {
    await assert.rejects(host.call('x509.read_certificate', [Buffer.from(bytes)]), /Could not deserialize/);
    await assert.rejects(host.call('x509.read_csr', [Buffer.from(bytes)]), /Could not load DER-encoded/);
    await assert.rejects(host.call('x509.read_crl', [Buffer.from(bytes)]), /Could not load DER-encoded/);
    await assert.rejects(host.call('x509.get_private_key_size', [Buffer.from(bytes)]), /Could not deserialize/);
  }
});

test('a key that is written is for its owner alone', async () => {
  const path = join(base, 'made; $(id).key');
  assert.equal(await host.call('x509.create_private_key', [], { algo: 'ed25519', path }), `PEM written to ${path}`);
  assert.equal((await host.context.sys.fs.stat(path)).mode & 0o777, 0o600);
  assert.equal(existsSync(join(base, 'none')), false);
});
