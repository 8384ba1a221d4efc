/** States of certificates and keys beside those of real Salt: the same comments, changes and bytes. */
import { generateKeyPairSync } from 'node:crypto';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { compareFileStates, type Case } from './compare.js';

const key = (): string => String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }));
const files = { 'ca.key': key(), 'web.key': key(), rubbish: 'no key\n', 'locked.key': String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hush' })) };
/** Nothing is left to chance. */
const fixed = { serial_number: '0A:BC', not_before: '2026-01-01 00:00:00', not_after: '2060-01-01 00:00:00' };
const own = (more: PlainMap = {}, name = '@/own.crt') => ['x509.certificate_managed', { name, signing_private_key: '@/ca.key', CN: 'own', ...fixed, ...more }] as const;
const crl = (more: PlainMap = {}) => ['x509.crl_managed', { name: '@/own.crl', signing_private_key: '@/ca.key', signing_cert: '@/own.crt', revoked: [], ...more }] as const;
const csr = (more: PlainMap = {}) => ['x509.csr_managed', { name: '@/web.csr', private_key: '@/web.key', CN: 'asks', ...more }] as const;

const cases: Case[] = [
  { title: 'certificate: made, changed, kept', files, states: [own(), own({ CN: 'other', O: 'x' }), own({ CN: 'other', O: 'x', keyUsage: 'critical, cRLSign' }), own({ CN: 'other', O: 'x', keyUsage: 'digitalSignature', subjectKeyIdentifier: 'hash' }), own({ serial_number: '0B', mode: '0640' })] },
  { title: 'certificate: encodings and keys', files, states: [own(), own({ encoding: 'der' }), own({ digest: 'sha512' }), own({ signing_private_key: '@/web.key' }), own({ append_certs: ['@/own.crt'] })] },
  { title: 'certificate: in place of something else', files, states: [own({}, '@/rubbish'), own({}, '@/ca.key')] },
  { title: 'certificate: what is refused', files, states: [own({ subjectAltName: 'x:y' }), own({ signing_private_key: '@/none' }), own({ signing_private_key: '@/locked.key' }), own({}, '@/none/own.crt'), own({ encoding: 'x' })] },
  { title: 'certificate: not to be made', files, states: [own({ create: false })] },
  { title: 'certificate: too little time left', files, states: [own({ not_after: '2026-02-01 00:00:00', days_remaining: 36_500 })], runs: ['test', 'real'] },
  { title: 'request', files, states: [csr(), csr({ O: 'x' }), csr({ O: 'x', subjectAltName: 'DNS:a.org' }), csr({ O: 'x', private_key: '@/ca.key' }), csr({ digest: 'sha512' }), csr({ encoding: 'der' }), csr({ private_key: '@/rubbish' })] },
  { title: 'key: what is told', files, states: [
    ['x509.private_key_managed', { name: '@/web.key' }], ['x509.private_key_managed', { name: '@/web.key', encoding: 'der', mode: '0600' }], ['x509.private_key_managed', { name: '@/rubbish' }], ['x509.private_key_managed', { name: '@/locked.key', algo: 'ed25519' }],
    ['x509.private_key_managed', { name: '@/locked.key', algo: 'ed25519', passphrase: 'wrong' }], ['x509.private_key_managed', { name: '@/x', algo: 'ed25519', keysize: 5 }],
  ] },
  { title: 'key: what would be made', files, states: [
    ['x509.private_key_managed', { name: '@/new.key' }], ['x509.private_key_managed', { name: '@/web.key', algo: 'ec' }], ['x509.private_key_managed', { name: '@/web.key', keysize: 4096 }], ['x509.private_key_managed', { name: '@/web.key', new: true }],
    ['x509.private_key_managed', { name: '@/web.key', passphrase: 'x' }], ['x509.private_key_managed', { name: '@/locked.key', algo: 'ed25519', overwrite: true }], ['x509.private_key_managed', { name: '@/rubbish', overwrite: true }],
  ], runs: ['test'] },
  { title: 'list: what would be made', files, states: [crl()], runs: ['test'] },
  { title: 'list: what is told', files, states: [crl({ signing_cert: '@/rubbish' }), crl({ revoked: [{}] }), crl({ signing_cert: null, signing_private_key: '@/none' })], runs: ['test'] },
  { title: 'PEM', files, states: [['x509.pem_managed', { name: '@/copy.key', text: '@/ca.key' }], ['x509.pem_managed', { name: '@/copy.key', text: '@/web.key', mode: '0600' }], ['x509.pem_managed', { name: '@/copy.key', text: '@/rubbish' }]] },
];

compareFileStates('x509', cases);
