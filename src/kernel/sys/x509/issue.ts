/** Certificates, requests and lists of revoked ones from the words of a call: what is to be signed, and with which key. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { InvocationError } from '../../contract/errors.js';
import type { Sys } from '../../contract/sys.js';
import { str } from '../../std/python-text.js';
import { isList, isMap, isPlainMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value } from '../../std/value.js';
import { ownKeyId, randomSerial, readCertificate, serialOf, type Certificate, type Draft } from './certificate.js';
import type { CrlDraft, Revoked } from './crl.js';
import { partsOf, readDer } from './der.js';
import { buildExtension, type Around, type Extension } from './extension.js';
import { keyId, readPrivateKey, readPublicKey, samePublic } from './keys.js';
import { nameOf } from './names.js';
import { EXTENSIONS, EXTENSION_WORDS, ENTRY_EXTENSIONS, NAME_PARTS, NAME_WORDS, NOT_OF_REQUESTS, OF_CERTIFICATES, OF_CRLS } from './oids.data.js';
import { readRequest, type CertificateRequest } from './request.js';
import { readSaltTime } from './salt-time.js';

export const DAY_MS = 24 * 60 * 60 * 1000;
/** Days a certificate holds when nothing is said. Source: observed, Salt 3008.3. */
export const DAYS_VALID = 365;
const NO_PAIR = "Signing private key does not match the certificate's public key";

const textOrNull = (value: Value | undefined): string | null => (value === undefined || value === null ? null : str(value));

/** The same words with Salt's short names for long ones. */
export function shortWords(words: PlainMap): PlainMap {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [NAME_WORDS[name] ?? EXTENSION_WORDS[name] ?? name, value]));
}

/** A policy wins over what is asked for; of subjects, both count. Source: read, Salt 3008.3. */
export function withPolicy(policy: PlainMap, asked: PlainMap): PlainMap {
  if (Object.keys(policy).length === 0) return asked;
  const rules = { ...policy };
  const words = shortWords(asked);
  if ('subject' in words) {
    const wanted = words['subject'] ?? null;
    const ruled = rules['subject'] ?? null;
    if (Object.keys(NAME_PARTS).some((part) => part in rules)) delete words['subject'];
    else if (isPlainMap(wanted) && isPlainMap(ruled)) {
      words['subject'] = { ...wanted, ...ruled };
      delete rules['subject'];
    } else if (isList(wanted) && isList(ruled)) {
      words['subject'] = [...ruled, ...wanted];
      delete rules['subject'];
    }
  }
  return { ...words, ...rules };
}

const subjectOf = (words: PlainMap): Buffer => nameOf(isTruthy(words['subject']) ? words['subject'] ?? null : words);

/** What an extension may say of the signer. */
export function aroundSigner(signer: Certificate | undefined, key: KeyObject | undefined): Pick<Around, 'signer'> {
  if (signer === undefined) return key === undefined ? {} : { signer: { keyId: keyId(key) } };
  const names = signer.extensions.find(({ oid }) => oid === EXTENSIONS['subjectAltName']);
  return { signer: {
    keyId: ownKeyId(signer), issuer: signer.issuer.bytes, serial: signer.serial,
    ...(names === undefined ? {} : { alternativeNames: partsOf(readDer(names.value)).map(({ bytes }) => bytes) }),
  } };
}

export interface Issue {
  readonly draft: Draft;
  readonly digest: string;
  readonly signingKey: KeyObject | undefined;
  readonly signer: Certificate | undefined;
  /** The key that is certified, when it was given. */
  readonly privateKey: KeyObject | undefined;
}

interface Subjects {
  readonly publicKey: KeyObject;
  readonly privateKey?: KeyObject;
}

async function certifiedKey(words: PlainMap, request: CertificateRequest | undefined, sys: Sys): Promise<Subjects> {
  if (isTruthy(words['private_key'])) {
    const { key } = await readPrivateKey(words['private_key'] ?? null, textOrNull(words['private_key_passphrase']), sys);
    return { publicKey: createPublicKey(key), privateKey: key };
  }
  if (isTruthy(words['public_key'])) return { publicKey: await readPublicKey(words['public_key'] ?? null, sys) };
  if (request !== undefined) return { publicKey: request.publicKey };
  throw new InvocationError('This certificate is not self-signed (signing_cert is set) and thus needs public_key, private_key or csr to derive public key to sign');
}

function extensionsFor(words: PlainMap, around: Around, allowed: (name: string) => boolean): Extension[] {
  return [...Object.keys(EXTENSIONS), 'nsComment', 'nsCertType'].filter((name) => allowed(name) && words[name] !== undefined && words[name] !== null)
    .map((name) => buildExtension(name, words[name] ?? null, around));
}

/** Those a request asks for and nobody else decides. */
const fromRequest = (request: CertificateRequest | undefined, taken: readonly Extension[]): Extension[] => (request?.extensions ?? []).filter(({ oid }) =>
  Object.entries(EXTENSIONS).some(([name, number]) => number === oid && OF_CERTIFICATES.includes(name) && !NOT_OF_REQUESTS.includes(name)) && !taken.some((one) => one.oid === oid));

/** What a certificate of these words says. With `unsigned` the key of the signer is on another machine. @throws InvocationError, CommandExecutionError */
export async function issueOf(words: PlainMap, sys: Sys, options: { unsigned?: boolean } = {}): Promise<Issue> {
  const passphrase = textOrNull(words['signing_private_key_passphrase']);
  const signingKey = options.unsigned === true ? undefined : (await readPrivateKey(words['signing_private_key'] ?? null, passphrase, sys)).key;
  const request = isTruthy(words['csr']) ? (await readRequest(words['csr'] ?? null, sys)).request : undefined;
  const signer = isTruthy(words['signing_cert']) ? (await readCertificate(words['signing_cert'] ?? null, sys)).certificate : undefined;
  if (signer === undefined && signingKey === undefined) throw new InvocationError('The signing policy names no certificate of the signer');
  const subjects: Subjects = signer === undefined && signingKey !== undefined ? { publicKey: createPublicKey(signingKey), privateKey: signingKey } : await certifiedKey(words, request, sys);
  if (signer !== undefined && signingKey !== undefined && !samePublic(signer.publicKey, signingKey)) throw new InvocationError(NO_PAIR);
  const subject = subjectOf(words);
  const around = { subjectKeyId: keyId(subjects.publicKey), ...aroundSigner(signer, signer === undefined ? subjects.publicKey : undefined) };
  const own = extensionsFor(words, around, (name) => OF_CERTIFICATES.includes(name));
  const day = (name: string): number | undefined => (isTruthy(words[name]) ? readSaltTime(str(words[name] ?? '')) : undefined);
  const draft: Draft = {
    serial: words['serial_number'] === undefined || words['serial_number'] === null ? randomSerial() : serialOf(words['serial_number']),
    subject, issuer: signer?.subject.bytes ?? subject, publicKey: subjects.publicKey, extensions: [...own, ...fromRequest(request, own)],
    notBeforeMs: day('not_before') ?? sys.now(), notAfterMs: day('not_after') ?? sys.now() + Number(str(words['days_valid'] ?? DAYS_VALID)) * DAY_MS,
  };
  return { draft, digest: str(words['digest'] ?? 'sha256'), signingKey, signer, privateKey: subjects.privateKey };
}

export interface RequestDraft {
  readonly subject: Buffer;
  readonly key: KeyObject;
  readonly extensions: readonly Extension[];
}

export async function requestOf(words: PlainMap, sys: Sys): Promise<RequestDraft> {
  const { key } = await readPrivateKey(words['private_key'] ?? null, textOrNull(words['private_key_passphrase']), sys);
  const extensions = extensionsFor(words, { subjectKeyId: keyId(key) }, (name) => OF_CERTIFICATES.includes(name) && !NOT_OF_REQUESTS.includes(name));
  return { subject: subjectOf(words), key, extensions };
}

/** Rows as they are given now, and as older SLS have them: `{name: [{serial_number: ...}, ...]}`, `reason` beside. */
function plainRow(row: Value): PlainMap {
  if (!isMap(row)) throw new InvocationError('Need serial_number or certificate');
  const entries = mapEntries(row);
  const [, only] = entries[0] ?? [];
  const words: PlainMap = Object.fromEntries((entries.length === 1 && isList(only) ? only.flatMap((item) => (isMap(item) ? mapEntries(item) : [])) : entries).map(([key, value]) => [str(key), value]));
  const { reason, ...rest } = words;
  return reason === undefined ? rest : { ...rest, extensions: { ...(isPlainMap(rest['extensions']) ? rest['extensions'] : {}), CRLReason: reason } };
}

async function revokedOf(row: PlainMap, includeExpired: boolean, signer: Certificate | undefined, sys: Sys): Promise<Revoked | undefined> {
  const certificate = isTruthy(row['certificate']) ? (await readCertificate(row['certificate'] ?? null, sys)).certificate : undefined;
  const notAfterMs = certificate?.notAfterMs ?? (isTruthy(row['not_after']) ? readSaltTime(str(row['not_after'] ?? '')) : undefined);
  if (certificate === undefined && !isTruthy(row['serial_number'])) throw new InvocationError('Need serial_number or certificate');
  if (notAfterMs !== undefined && !includeExpired && sys.now() > notAfterMs) return undefined;
  const asked = isMap(row['extensions']) ? mapEntries(row['extensions']) : [];
  return {
    serial: certificate?.serial ?? serialOf(row['serial_number'] ?? null),
    dateMs: isTruthy(row['revocation_date']) ? readSaltTime(str(row['revocation_date'] ?? '')) : sys.now(),
    extensions: asked.filter(([name]) => str(name) in ENTRY_EXTENSIONS).map(([name, value]) => buildExtension(str(name), value, aroundSigner(signer, undefined))),
  };
}

export interface CrlIssue {
  readonly draft: CrlDraft;
  readonly key: KeyObject;
}

export interface CrlWords {
  readonly signing_private_key: Value;
  readonly signing_private_key_passphrase: Value;
  readonly signing_cert: Value;
  readonly revoked: Value;
  readonly include_expired: Value;
  readonly days_valid: number;
  readonly extensions: Value;
}

export async function crlOf(words: CrlWords, sys: Sys): Promise<CrlIssue> {
  const signer = isTruthy(words.signing_cert) ? (await readCertificate(words.signing_cert, sys)).certificate : undefined;
  const { key } = await readPrivateKey(words.signing_private_key, textOrNull(words.signing_private_key_passphrase), sys);
  if (signer === undefined) throw new InvocationError('A CRL must have an issuer name');
  if (!samePublic(signer.publicKey, key)) throw new InvocationError(NO_PAIR);
  const revoked: Revoked[] = [];
  for (const row of isList(words.revoked) ? words.revoked : []) {
    const one = await revokedOf(plainRow(row), isTruthy(words.include_expired), signer, sys);
    if (one !== undefined) revoked.push(one);
  }
  const asked = isMap(words.extensions) ? words.extensions : {};
  const extensions = OF_CRLS.filter((name) => mapGet(asked, name) !== undefined).map((name) => buildExtension(name, mapGet(asked, name) ?? null, aroundSigner(signer, undefined)));
  return { draft: { issuer: signer.subject.bytes, lastUpdateMs: sys.now(), nextUpdateMs: sys.now() + words.days_valid * DAY_MS, revoked, extensions }, key };
}
