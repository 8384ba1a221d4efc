/** Lists of revoked certificates. */
import type { KeyObject } from 'node:crypto';
import type { Sys } from '../../contract/sys.js';
import { mapFrom, type PlainMap, type Value } from '../../std/value.js';
import { der, integer, integerOf, ownParts, partsOf, readDer, sequence, TAG, time, timeOf, type Node } from './der.js';
import { UnreadableError } from './errors.js';
import { extensionsBytes, type Extension } from './extension.js';
import { nameWords } from './names.js';
import { saltTime } from './salt-time.js';
import { hexOfNumber, readExtensions, showEntryExtensions, showExtensions } from './show-extension.js';
import { readSigned, signatureName, signed, type Signed } from './signed.js';
import { bytesOf, isPem, pemBlocks, pemText } from './source.js';

export const CRL_LABEL = 'X509 CRL';
const VERSION_2 = 1;

export interface Revoked {
  readonly serial: bigint;
  readonly dateMs: number;
  readonly extensions: readonly Extension[];
}
export interface CrlDraft {
  readonly issuer: Buffer;
  readonly lastUpdateMs: number;
  readonly nextUpdateMs: number;
  readonly revoked: readonly Revoked[];
  readonly extensions: readonly Extension[];
}
export interface Crl extends Signed {
  readonly issuer: Node;
  readonly lastUpdateMs: number;
  readonly nextUpdateMs: number;
  readonly revoked: readonly Revoked[];
  readonly extensions: readonly Extension[];
}

const revokedBytes = ({ serial, dateMs, extensions }: Revoked): Buffer => sequence(integer(serial), time(dateMs), ...(extensions.length === 0 ? [] : [extensionsBytes(extensions)]));

export function signCrl(draft: CrlDraft, key: KeyObject, digest: string): Buffer {
  return signed(key, digest, (algorithm) => sequence(
    integer(VERSION_2), algorithm, draft.issuer, time(draft.lastUpdateMs), time(draft.nextUpdateMs), ...(draft.revoked.length === 0 ? [] : [sequence(...draft.revoked.map(revokedBytes))]),
    ...(draft.extensions.length === 0 ? [] : [der(ownParts(0), extensionsBytes(draft.extensions))]),
  ));
}

function parseCrl(bytes: Buffer): Crl {
  const document = readSigned(bytes);
  const [, issuer, last, ...rest] = document.parts[0]?.tag === TAG.integer ? document.parts.slice(1) : document.parts;
  const next = rest.find((part) => part.tag === TAG.utcTime || part.tag === TAG.generalizedTime);
  const list = rest.find((part) => part.tag === TAG.sequence);
  const extensions = rest.find((part) => part.tag === ownParts(0));
  if (issuer === undefined || last === undefined || next === undefined) throw new UnreadableError('no list of revoked certificates');
  const revoked = (list === undefined ? [] : partsOf(list)).map(partsOf).flatMap(([serial, date, more]) =>
    (serial === undefined || date === undefined ? [] : [{ serial: integerOf(serial), dateMs: timeOf(date), extensions: readExtensions(more) }]));
  return { ...document, issuer, lastUpdateMs: timeOf(last), nextUpdateMs: timeOf(next), revoked, extensions: readExtensions(extensions === undefined ? undefined : readDer(extensions.content)) };
}

/** @throws UnreadableError */
export async function readCrl(source: Value, sys: Sys): Promise<{ crl: Crl; encoding: 'pem' | 'der' }> {
  const bytes = await bytesOf(source, sys);
  const encoding = isPem(bytes) ? 'pem' : 'der';
  try {
    const block = encoding === 'pem' ? pemBlocks(bytes.toString('latin1')).find(({ label }) => label === CRL_LABEL)?.bytes : bytes;
    return { crl: parseCrl(block ?? Buffer.alloc(0)), encoding };
  } catch (error) {
    throw new UnreadableError(`Could not load ${encoding.toUpperCase()}-encoded certificate revocation list.`, { cause: error });
  }
}

export const crlPem = (bytes: Uint8Array): string => pemText(CRL_LABEL, bytes);

export function showCrl(crl: Crl): PlainMap {
  return {
    issuer: nameWords(crl.issuer), last_update: saltTime(crl.lastUpdateMs), next_update: saltTime(crl.nextUpdateMs),
    revoked_certificates: mapFrom(crl.revoked.map(({ serial, dateMs, extensions }) => [hexOfNumber(serial).replaceAll(':', ''), { revocation_date: saltTime(dateMs), extensions: showEntryExtensions(extensions) }])),
    extensions: showExtensions(crl.extensions), signature_algorithm: signatureName(crl),
  };
}
