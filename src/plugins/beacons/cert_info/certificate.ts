/**
 * What the beacon tells of a certificate, by pyOpenSSL's names. Source: read, RFC 5280; Salt 3008.3.
 * Differs: extensions that real Salt shows as Python objects have OpenSSL's words, and those without words their bytes.
 */
import { X509Certificate } from 'node:crypto';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { childrenOf, readInteger, readNodes, readOid, readText, readTime, TAG, type Node } from './der.js';
import { ATTRIBUTES, EXTENSIONS, KEY_USAGES, PURPOSES, SIGNATURES } from './names.data.js';

export interface CertificateFacts {
  readonly notAfterMs: number;
  readonly facts: PlainMap;
}

const VERSION = 0xa0;
const EXTENSION_LIST = 0xa3;

/** @throws Error for a text that is no certificate */
export function readCertificate(pem: string, nowMs: number): CertificateFacts {
  const certificate = new X509Certificate(pem);
  const [signed] = childrenOf(readNodes(certificate.raw)[0]);
  const all = childrenOf(signed);
  const version = all.find(({ tag }) => tag === VERSION);
  const [serial, algorithm, issuer, validity, subject] = all.filter(({ tag }) => tag !== VERSION);
  if (serial === undefined || algorithm === undefined || issuer === undefined || validity === undefined || subject === undefined) throw new RangeError('Not a certificate');
  const [begin = '', end = ''] = childrenOf(validity).map(readTime);
  const signature = readOid(childrenOf(algorithm)[0] ?? serial);
  const notAfterMs = unixMs(end);
  const number = readInteger(serial);
  const issuers = readName(issuer);
  const subjects = readName(subject);
  return {
    notAfterMs,
    facts: {
      issuer: nameText(issuers), issuer_dict: Object.fromEntries(issuers), notAfter_raw: end, notAfter: timeText(end), notBefore_raw: begin, notBefore: timeText(begin),
      serial_number: number <= BigInt(Number.MAX_SAFE_INTEGER) && number >= 0n ? Number(number) : number, signature_algorithm: SIGNATURES[signature] ?? signature,
      subject: nameText(subjects), subject_dict: Object.fromEntries(subjects), version: version === undefined ? 0 : Number(readInteger(childrenOf(version)[0] ?? version)),
      extensions: readExtensions(all.find(({ tag }) => tag === EXTENSION_LIST), certificate), has_expired: notAfterMs < nowMs,
    },
  };
}

const readName = (name: Node): [string, string][] => childrenOf(name).flatMap((part) => childrenOf(part)).map((pair) => {
  const [kind, value] = childrenOf(pair);
  if (kind === undefined || value === undefined) throw new RangeError('Not a name');
  const oid = readOid(kind);
  return [ATTRIBUTES[oid] ?? oid, readText(value)];
});

const nameText = (parts: readonly [string, string][]): string => parts.map(([kind, value]) => `${kind}="${value}"`).join(',');
const isoText = (raw: string): string => raw.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
const unixMs = (raw: string): number => Date.parse(isoText(raw));
const timeText = (raw: string): string => isoText(raw).replace('T', ' ');
const colons = (bytes: Buffer): string => bytes.toString('hex').toUpperCase().replace(/..(?=.)/g, '$&:');

function readExtensions(list: Node | undefined, certificate: X509Certificate): Value[] {
  return childrenOf(childrenOf(list)[0]).map((extension) => {
    const [kind, ...rest] = childrenOf(extension);
    const data = rest.find(({ tag }) => tag === TAG.octets);
    if (kind === undefined || data === undefined) throw new RangeError('Not an extension');
    const oid = readOid(kind);
    const name = EXTENSIONS[oid] ?? oid;
    return { ext_name: name, ext_data: extensionText(name, data.content, certificate) };
  });
}

function extensionText(name: string, content: Buffer, certificate: X509Certificate): string {
  const [value] = readNodes(content);
  switch (name) {
    case 'basicConstraints': {
      const parts = childrenOf(value);
      const length = parts.find(({ tag }) => tag === TAG.integer);
      const isAuthority = parts.some(({ tag, content: [truth] }) => tag === TAG.boolean && truth !== 0);
      return `CA:${isAuthority ? 'TRUE' : 'FALSE'}${length === undefined ? '' : `, pathlen:${readInteger(length)}`}`;
    }
    case 'subjectAltName': return certificate.subjectAltName ?? '';
    case 'subjectKeyIdentifier': return colons(value?.content ?? content);
    case 'authorityKeyIdentifier': {
      const key = childrenOf(value).find(({ tag }) => tag === 0x80);
      return key === undefined ? colons(content) : colons(key.content);
    }
    case 'keyUsage': {
      const bits = value?.content.subarray(1) ?? Buffer.alloc(0);
      return KEY_USAGES.filter((_, at) => ((bits[at >> 3] ?? 0) & (0x80 >> (at & 7))) !== 0).join(', ');
    }
    case 'extendedKeyUsage': return childrenOf(value).map(readOid).map((oid) => PURPOSES[oid] ?? oid).join(', ');
    default: return colons(content);
  }
}
