/** Certificates: made, read from their encodings, and shown. */
import { createHash, createPublicKey, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { CommandExecutionError, InvocationError } from '../../contract/errors.js';
import type { Sys } from '../../contract/sys.js';
import type { PlainMap, Value } from '../../std/value.js';
import { der, integer, integerOf, oid, ownParts, partsOf, readDer, sequence, TAG, timeOf, type Node } from './der.js';
import { UnreadableError } from './errors.js';
import { extensionsBytes, validity, type Extension } from './extension.js';
import { keyId, keySize, keyType, publicBytes, publicPem } from './keys.js';
import { nameText, nameWords } from './names.js';
import { EXTENSIONS } from './oids.data.js';
import { looksLikePkcs12, readPkcs12, type Pkcs12 } from './pkcs12.js';
import { saltTime } from './salt-time.js';
import { hexOf, hexOfNumber, readExtensions, showExtensions } from './show-extension.js';
import { readSigned, signatureName, signed, type Signed } from './signed.js';
import { bytesOf, isPem, pemBlocks, pemText } from './source.js';

export const CERTIFICATE_LABEL = 'CERTIFICATE';
const PKCS7_LABEL = 'PKCS7';
const SERIAL_BYTES = 20;
const VERSION_3 = 2;

export interface Certificate extends Signed {
  readonly version: number;
  readonly serial: bigint;
  readonly issuer: Node;
  readonly subject: Node;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

/** What a certificate says before it is signed. */
export interface Draft {
  readonly serial: bigint;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

export const randomSerial = (): bigint => BigInt(`0x${randomBytes(SERIAL_BYTES).toString('hex')}`) >> 1n;

export function signCertificate(draft: Draft, key: KeyObject, digest: string): Buffer {
  const extensions = draft.extensions.length === 0 ? [] : [der(ownParts(3), extensionsBytes(draft.extensions))];
  return signed(key, digest, (algorithm) => sequence(
    der(ownParts(0), integer(VERSION_3)), integer(draft.serial), algorithm, draft.issuer, validity(draft.notBeforeMs, draft.notAfterMs), draft.subject, publicBytes(draft.publicKey), ...extensions,
  ));
}

/** @throws DerError and others for what is no certificate */
export function parseCertificate(bytes: Buffer): Certificate {
  const document = readSigned(bytes);
  const hasVersion = document.parts[0]?.tag === ownParts(0);
  const [serial, , issuer, dates, subject, spki, ...rest] = hasVersion ? document.parts.slice(1) : document.parts;
  const [notBefore, notAfter] = partsOf(dates);
  const extensions = rest.find((part) => part.tag === ownParts(3));
  if (serial === undefined || issuer === undefined || subject === undefined || spki === undefined || notBefore === undefined || notAfter === undefined) throw new UnreadableError('no certificate');
  return {
    ...document, version: hasVersion ? Number(integerOf(readDer(document.parts[0]?.content ?? Buffer.alloc(0)))) + 1 : 1, serial: integerOf(serial), issuer, subject,
    notBeforeMs: timeOf(notBefore), notAfterMs: timeOf(notAfter), publicKey: createPublicKey({ key: spki.bytes, format: 'der', type: 'spki' }),
    extensions: readExtensions(extensions === undefined ? undefined : readDer(extensions.content)),
  };
}

export type CertificateEncoding = 'pem' | 'der' | 'pkcs7_pem' | 'pkcs7_der' | 'pkcs12';
export interface ReadCertificate {
  readonly certificate: Certificate;
  readonly encoding: CertificateEncoding;
  readonly chain: readonly Certificate[];
  readonly pkcs12?: Pkcs12;
}

function parsed(all: readonly Buffer[], encoding: CertificateEncoding, pkcs12?: Pkcs12): ReadCertificate {
  const [certificate, ...chain] = all.map(parseCertificate);
  if (certificate === undefined) throw new UnreadableError('no certificate');
  return { certificate, encoding, chain, ...(pkcs12 === undefined ? {} : { pkcs12 }) };
}

/** Runs a reader; whatever it meets, the text says what it was to read. */
function orUnreadable<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableError(text, { cause: error });
  }
}

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const PLAIN_DATA = '1.2.840.113549.1.7.1';

/** Certificates without anything signed (PKCS#7). */
export function pkcs7Bytes(certificates: readonly Buffer[]): Buffer {
  const data = sequence(integer(1), der(TAG.set), sequence(oid(PLAIN_DATA)), der(ownParts(0), ...certificates), der(TAG.set));
  return sequence(oid(SIGNED_DATA), der(ownParts(0), data));
}

function pkcs7Certificates(bytes: Buffer): Buffer[] {
  const [, wrapped] = partsOf(readDer(bytes, TAG.sequence));
  const data = partsOf(partsOf(wrapped)[0]);
  const certificates = data.find((part) => part.tag === ownParts(0));
  return partsOf(certificates).map((part) => part.bytes);
}

function fromPem(text: string): ReadCertificate {
  const blocks = pemBlocks(text);
  if (blocks[0]?.label === PKCS7_LABEL) return orUnreadable('Could not load PEM-encoded PKCS#7 blob', () => parsed(pkcs7Certificates(blocks[0]?.bytes ?? Buffer.alloc(0)), 'pkcs7_pem'));
  return orUnreadable('Could not load PEM-encoded certificate.', () => {
    if (blocks[0]?.label !== CERTIFICATE_LABEL) throw new UnreadableError('no certificate');
    return parsed(blocks.filter(({ label }) => label === CERTIFICATE_LABEL).map(({ bytes }) => bytes), 'pem');
  });
}

/** Reads a certificate and what stands behind it, wherever it comes from. @throws UnreadableError, WrongPassphraseError */
export async function readCertificate(source: Value, sys: Sys, passphrase: string | null = null): Promise<ReadCertificate> {
  const bytes = await bytesOf(source, sys);
  if (isPem(bytes)) return fromPem(bytes.toString('latin1'));
  if (looksLikePkcs12(bytes)) {
    const file = await readPkcs12(bytes, passphrase);
    return orUnreadable('Could not deserialize binary data, neither as DER nor PKCS#7, PKCS#12.', () => parsed(file.certificates, 'pkcs12', file));
  }
  return orUnreadable('Could not deserialize binary data, neither as DER nor PKCS#7, PKCS#12.', () => {
    const [first] = partsOf(readDer(bytes, TAG.sequence));
    return first?.tag === TAG.oid ? parsed(pkcs7Certificates(bytes), 'pkcs7_der') : parsed([bytes], 'der');
  });
}

export const certificatePem = (bytes: Uint8Array): string => pemText(CERTIFICATE_LABEL, bytes);
export const pkcs7Pem = (certificates: readonly Buffer[]): string => pemText(PKCS7_LABEL, pkcs7Bytes(certificates));

/** First bytes of a name's hash, as files in folders of certificates are called. */
export const nameHash = (name: Node): string => hexOf(createHash('sha1').update(name.bytes).digest().subarray(0, 4).toReversed());
export const fingerprint = (certificate: Certificate, hash: string): string => hexOf(createHash(hash).update(certificate.bytes).digest());

export function showCertificate(certificate: Certificate): PlainMap {
  const { publicKey } = certificate;
  return {
    version: certificate.version, key_size: keySize(publicKey), key_type: keyType(publicKey), serial_number: hexOfNumber(certificate.serial),
    fingerprints: { sha1: fingerprint(certificate, 'sha1'), sha256: fingerprint(certificate, 'sha256'), md5: fingerprint(certificate, 'md5') },
    subject: nameWords(certificate.subject), subject_hash: nameHash(certificate.subject), subject_str: nameText(certificate.subject),
    issuer: nameWords(certificate.issuer), issuer_hash: nameHash(certificate.issuer), issuer_str: nameText(certificate.issuer),
    not_before: saltTime(certificate.notBeforeMs), not_after: saltTime(certificate.notAfterMs), public_key: publicPem(publicKey), extensions: showExtensions(certificate.extensions),
    signature_algorithm: signatureName(certificate),
  };
}

/** The key identifier a certificate has for itself, or that of its key. */
export function ownKeyId(certificate: Certificate): Buffer {
  const found = certificate.extensions.find(({ oid: number }) => number === EXTENSIONS['subjectKeyIdentifier']);
  return found === undefined ? keyId(certificate.publicKey) : readDer(found.value).content;
}

/** The number as it is given: a number, or hexadecimal digits. */
export function serialOf(value: Value): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value);
  const text = typeof value === 'string' ? value.replaceAll(':', '') : '';
  if (text.length === 0 || text.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(text)) throw new CommandExecutionError(`Could not parse serial number ${String(value)}`);
  return BigInt(`0x${text}`);
}

/** Whether node can read it too; a certificate we cannot vouch for is not handed out. */
export function checkReadable(bytes: Buffer): Buffer {
  try {
    return Buffer.from(new X509Certificate(bytes).raw);
  } catch (error) {
    throw new InvocationError('The certificate cannot be built from these values', { cause: error });
  }
}
