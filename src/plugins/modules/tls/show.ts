/** A certificate as OpenSSL's library tells it. Source: observed, openssl 3.0.11 (`x509 -text`). */
import { isIP } from 'node:net';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { fingerprint, type Certificate } from '../../../kernel/sys/x509/certificate.js';
import { bitsOf, integerOf, oidOf, own, ownParts, partsOf, readDer, TAG, type Node } from '../../../kernel/sys/x509/der.js';
import type { Extension } from '../../../kernel/sys/x509/extension.js';
import { generalNameText } from '../../../kernel/sys/x509/general-names.js';
import { nameParts } from '../../../kernel/sys/x509/names.js';
import { EXTENSIONS, KEY_PURPOSES } from '../../../kernel/sys/x509/oids.data.js';
import { hexOf, hexOfNumber } from '../../../kernel/sys/x509/show-extension.js';
import { signatureName } from '../../../kernel/sys/x509/signed.js';

const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.6': 'C', '2.5.4.8': 'ST', '2.5.4.7': 'L', '2.5.4.10': 'O', '2.5.4.11': 'OU', '2.5.4.3': 'CN', '1.2.840.113549.1.9.1': 'emailAddress', '2.5.4.9': 'street', '2.5.4.4': 'SN',
  '2.5.4.42': 'GN', '2.5.4.5': 'serialNumber', '0.9.2342.19200300.100.1.25': 'DC', '0.9.2342.19200300.100.1.1': 'UID',
};
const USES: readonly string[] = ['Digital Signature', 'Non Repudiation', 'Key Encipherment', 'Data Encipherment', 'Key Agreement', 'Certificate Sign', 'CRL Sign', 'Encipher Only', 'Decipher Only'];
const PURPOSES: Readonly<Record<string, string>> = {
  serverAuth: 'TLS Web Server Authentication', clientAuth: 'TLS Web Client Authentication', codeSigning: 'Code Signing', emailProtection: 'E-mail Protection', timeStamping: 'Time Stamping', OCSPSigning: 'OCSP Signing',
};
const MS = 1000;

const components = (name: Node): [string, string][] => nameParts(name).map(({ oid, value }) => [SHORT_NAMES[oid] ?? oid, value]);
/** `/C=US/CN=web`. */
export const subjectLine = (name: Node): string => `/${components(name).map(([kind, value]) => `${kind}=${value}`).join('/')}`;

function nameText(node: Node): string {
  if (node.tag === ownParts(4)) return `DirName:/${components(readDer(node.content)).map(([kind, value]) => `${kind}=${value.replaceAll('/', String.raw`\/`)}`).join('/')}`;
  if (node.tag !== own(7)) return generalNameText(node).replace(/^mail:/, 'email:');
  const text = generalNameText(node).slice('IP:'.length);
  return `IP Address:${isIP(text) === 6 ? text.split(':').map((group) => group.replace(/^0+(?=.)/, '')).join(':').toUpperCase() : text}`;
}

function constraints(node: Node): string {
  const parts = partsOf(node);
  const length = parts.find(({ tag }) => tag === TAG.integer);
  const isCa = parts.some(({ tag, content }) => tag === TAG.boolean && content[0] === 0xff);
  return `CA:${isCa ? 'TRUE' : 'FALSE'}${length === undefined ? '' : `, pathlen:${integerOf(length)}`}`;
}

function authorityKey(node: Node): string {
  return partsOf(node).map((part) => {
    if (part.tag === own(0)) return `keyid:${hexOf(part.content)}`;
    return part.tag === ownParts(1) ? partsOf(part).map(nameText).join(', ') : `serial:${hexOfNumber(integerOf(part))}`;
  }).join('\n');
}

function purpose(node: Node): string {
  const number = oidOf(node);
  const word = Object.entries(KEY_PURPOSES).find(([, one]) => one === number)?.[0];
  return (word === undefined ? undefined : PURPOSES[word]) ?? number;
}

const TEXTS: Readonly<Record<string, (node: Node) => string>> = {
  basicConstraints: constraints, authorityKeyIdentifier: authorityKey,
  keyUsage: (node) => bitsOf(node.content).map((bit) => USES[bit] ?? '').join(', '),
  extendedKeyUsage: (node) => partsOf(node).map(purpose).join(', '),
  subjectKeyIdentifier: (node) => hexOf(node.content),
  subjectAltName: (node) => partsOf(node).map(nameText).join(', '), issuerAltName: (node) => partsOf(node).map(nameText).join(', '),
};

/** Name and text; what has no text of its own is told in hexadecimal digits. */
function extensionText({ oid, value }: Extension): [string, string] {
  const name = Object.entries(EXTENSIONS).find(([, number]) => number === oid)?.[0] ?? oid;
  return [name, TEXTS[name]?.(readDer(value)) ?? hexOf(value)];
}

export function certInfo(certificate: Certificate, digest: string): PlainMap {
  const extensions = Object.fromEntries(certificate.extensions.map(extensionText));
  const names = extensions['subjectAltName']?.split(', ').map((name) => /^(?:DNS|IP Address):(.*)$/s.exec(name)?.[1]).filter((name) => name !== undefined);
  const serial = certificate.serial <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(certificate.serial) : certificate.serial;
  const told: Record<string, Value> = {
    fingerprint: fingerprint(certificate, digest), subject: Object.fromEntries(components(certificate.subject)), issuer: Object.fromEntries(components(certificate.issuer)),
    serial_number: serial, not_before: certificate.notBeforeMs / MS, not_after: certificate.notAfterMs / MS, extensions,
  };
  return { ...told, ...(names === undefined ? {} : { subject_alt_names: [...new Set(names)] }), signature_algorithm: signatureName(certificate) };
}
