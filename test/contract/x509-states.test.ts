/** States of keys, certificates, requests and lists of revoked certificates hold what every state must. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { minionFolder, openStateHost, pictureOf } from '../support/state-host.js';
import { stateContract, type StateSystem } from './states.js';

interface Folder extends StateSystem {
  readonly path: string;
}

const pem = { type: 'pkcs8', format: 'pem' } as const;
const KEYS = Object.fromEntries(['ca', 'web', 'other'].map((name) => [name, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)]));
/** The states under test rest on one authority. */
const AUTHORITY = { CN: 'The CA', basicConstraints: 'critical, CA:TRUE', keyUsage: 'critical, cRLSign, keyCertSign', subjectKeyIdentifier: 'hash', days_valid: 3650 };

async function openFolder(): Promise<Folder> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-x509-states-')));
  const path = join(base, 'the work; $(id)');
  mkdirSync(path);
  for (const [name, text] of Object.entries(KEYS)) writeFileSync(join(path, `${name}.key`), text);
  writeFileSync(join(path, 'rubbish'), 'no key\n');
  const host = await openStateHost(minionFolder(base));
  await host.call('x509.create_certificate', [], { signing_private_key: join(path, 'ca.key'), path: join(path, 'ca.crt'), ...AUTHORITY });
  return {
    path,
    run: (fun, args, options) => host.run(fun, args, options),
    picture: () => pictureOf(path),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

const at = (name: string, more: (path: string) => PlainMap = () => ({})) => ({ path }: Folder): PlainMap => ({ name: join(path, name), ...more(path) });
const certificate = (more: PlainMap = {}) => at('web.crt', (path) => ({
  signing_private_key: join(path, 'ca.key'), signing_cert: join(path, 'ca.crt'), private_key: join(path, 'web.key'), CN: 'web; $(id)', subjectAltName: 'DNS:web.example.org', authorityKeyIdentifier: 'keyid', days_valid: 365, ...more,
}));
const crl = (more: PlainMap = {}) => at('ca.crl', (path) => ({
  signing_private_key: join(path, 'ca.key'), signing_cert: join(path, 'ca.crt'), revoked: [{ serial_number: '0A:BB', extensions: { CRLReason: 'keyCompromise' } }], extensions: { cRLNumber: 'auto' }, days_valid: 100, ...more,
}));
const request = (more: PlainMap = {}) => at('web.csr', (path) => ({ private_key: join(path, 'web.key'), CN: 'asks', ...more }));
const first = (fun: string, args: (folder: Folder) => PlainMap) => async (folder: Folder): Promise<void> => void await folder.run(fun, args(folder));

stateContract({
  name: 'x509', open: openFolder,
  changing: [
    { title: 'a certificate', fun: 'x509.certificate_managed', args: certificate({ mode: '0640' }) },
    { title: 'a certificate in DER', fun: 'x509.certificate_managed', args: certificate({ encoding: 'der' }) },
    { title: 'a certificate with its key', fun: 'x509.certificate_managed', args: certificate({ encoding: 'pkcs12', pkcs12_passphrase: 'hush', pkcs12_friendlyname: 'web' }) },
    { title: 'another name', fun: 'x509.certificate_managed', args: certificate({ CN: 'other', O: 'x', keyUsage: 'digitalSignature' }), prepare: first('x509.certificate_managed', certificate()) },
    { title: 'a chain', fun: 'x509.certificate_managed', args: (folder) => ({ ...certificate()(folder), append_certs: [join(folder.path, 'ca.crt')] }), prepare: first('x509.certificate_managed', certificate()) },
    { title: 'another key', fun: 'x509.certificate_managed', args: (folder) => ({ ...certificate()(folder), private_key: join(folder.path, 'other.key') }), prepare: first('x509.certificate_managed', certificate()) },
    { title: 'in place of rubbish', fun: 'x509.certificate_managed', args: (folder) => ({ ...certificate()(folder), name: join(folder.path, 'rubbish') }) },
    { title: 'a list', fun: 'x509.crl_managed', args: crl() },
    { title: 'one more in the list', fun: 'x509.crl_managed', args: crl({ revoked: [{ serial_number: '0A:BC' }], encoding: 'der' }), prepare: first('x509.crl_managed', crl()) },
    { title: 'a request', fun: 'x509.csr_managed', args: request({ subjectAltName: ['DNS:a.org'], digest: 'sha512' }) },
    { title: 'another request', fun: 'x509.csr_managed', args: request({ O: 'x' }), prepare: first('x509.csr_managed', request()) },
    { title: 'a key', fun: 'x509.private_key_managed', args: at('new.key', () => ({ algo: 'ec' })) },
    { title: 'a key of another kind', fun: 'x509.private_key_managed', args: at('web.key', () => ({ algo: 'ed25519', passphrase: null })) },
    { title: 'a key in another encoding', fun: 'x509.private_key_managed', args: at('web.key', () => ({ encoding: 'der' })) },
    { title: 'a key in place of rubbish', fun: 'x509.private_key_managed', args: at('rubbish', () => ({ algo: 'ec', overwrite: true })) },
  ],
  failing: [
    { title: 'no key of the signer', fun: 'x509.certificate_managed', args: (folder) => ({ ...certificate()(folder), signing_private_key: join(folder.path, 'none') }), comment: /^Could not load provided source\./, leaves: 'nothing but what file.managed prepared' },
    { title: 'the key of somebody else', fun: 'x509.certificate_managed', args: (folder) => ({ ...certificate()(folder), signing_private_key: join(folder.path, 'other.key') }), comment: /^Signing private key does not match/ },
    { title: 'an unknown extension', fun: 'x509.certificate_managed', args: certificate({ subjectAltName: 'nonsense:x' }), comment: /^GeneralName type nonsense is invalid$/ },
    { title: 'no folder', fun: 'x509.private_key_managed', args: at('none/new.key'), comment: /^Problem while testing file\.managed changes, see its output$|^Could not create file, see file\.managed output$/ },
    { title: 'a key that is none', fun: 'x509.private_key_managed', args: at('rubbish'), comment: /^The existing file does not seem to be a private key/ },
    { title: 'a size of no key', fun: 'x509.private_key_managed', args: at('new.key', () => ({ keysize: 1000 })), comment: /^RSA key size must be either/ },
    { title: 'no PEM', fun: 'x509.pem_managed', args: at('new.pem', () => ({ text: 'nothing' })), comment: /^Could not load provided source\.|^PEM text not valid/ },
  ],
});
