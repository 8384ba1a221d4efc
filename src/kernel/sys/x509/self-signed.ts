/** A key and a certificate that it signs itself. The only owner of node-forge, loaded on first use; the key is made by node. */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

export interface SelfSigned {
  readonly bits: number;
  readonly days: number;
  /** Of the subject, in order: `commonName`, `countryName`, ... */
  readonly names: readonly (readonly [string, string])[];
  /** `sha256`, `sha512`, ... */
  readonly digest: string;
}

const DAY_MS = 86_400_000;
const SERIAL_BYTES = 16;
const DNS = 2;
const ADDRESS = 7;

/** Both as PEM. @throws RangeError for a digest that is not known */
export async function selfSigned({ bits, days, names, digest }: SelfSigned): Promise<{ key: string; certificate: string }> {
  const { default: forge } = await import('node-forge');
  const md = Object.hasOwn(forge.md, digest) ? forge.md[digest] : undefined;
  if (md === undefined) throw new RangeError('No such digest method');
  const { privateKey: key, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: bits, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  const attributes = names.map(([name, value]) => ({ name, value }));
  const now = Date.now();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // A positive number, whatever its first bit.
  certificate.serialNumber = `00${randomBytes(SERIAL_BYTES).toString('hex')}`;
  certificate.validity.notBefore = new Date(now);
  certificate.validity.notAfter = new Date(now + days * DAY_MS);
  certificate.setSubject(attributes);
  certificate.setIssuer(attributes);
  const name = names.find(([kind]) => kind === 'commonName')?.[1] ?? '';
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true }, { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyCertSign: true },
    { name: 'subjectAltName', altNames: [isIP(name) === 0 ? { type: DNS, value: name } : { type: ADDRESS, ip: name }] },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(key), md.create());
  return { key, certificate: forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n') };
}
