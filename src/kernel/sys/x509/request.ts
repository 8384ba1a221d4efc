/** Requests for certificates. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Sys } from '../../contract/sys.js';
import type { PlainMap, Value } from '../../std/value.js';
import { der, integer, oid, oidOf, ownParts, partsOf, sequence, TAG, type Node } from './der.js';
import { nameHash } from './certificate.js';
import { UnreadableError } from './errors.js';
import { extensionsBytes, type Extension } from './extension.js';
import { keyId, keySize, keyType, publicBytes } from './keys.js';
import { nameText, nameWords } from './names.js';
import { hexOf, readExtensions, showExtensions } from './show-extension.js';
import { readSigned, signed, type Signed } from './signed.js';
import { bytesOf, isPem, pemBlocks, pemText } from './source.js';

export const REQUEST_LABEL = 'CERTIFICATE REQUEST';
/** The attribute that holds the extensions asked for. */
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

export interface CertificateRequest extends Signed {
  readonly subject: Node;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
}

export function signRequest(subject: Buffer, key: KeyObject, extensions: readonly Extension[], digest: string): Buffer {
  const attributes = extensions.length === 0 ? [] : [sequence(oid(EXTENSION_REQUEST), der(TAG.set, extensionsBytes(extensions)))];
  return signed(key, digest, () => sequence(integer(0), subject, publicBytes(key), der(ownParts(0), ...attributes)));
}

function parseRequest(bytes: Buffer): CertificateRequest {
  const document = readSigned(bytes);
  const [, subject, spki, attributes] = document.parts;
  if (subject === undefined || spki === undefined) throw new UnreadableError('no request');
  const asked = (attributes === undefined ? [] : partsOf(attributes)).map(partsOf).find(([number]) => number !== undefined && oidOf(number) === EXTENSION_REQUEST)?.[1];
  return { ...document, subject, publicKey: createPublicKey({ key: spki.bytes, format: 'der', type: 'spki' }), extensions: asked === undefined ? [] : readExtensions(partsOf(asked)[0]) };
}

/** @throws UnreadableError */
export async function readRequest(source: Value, sys: Sys): Promise<{ request: CertificateRequest; encoding: 'pem' | 'der' }> {
  const bytes = await bytesOf(source, sys);
  const encoding = isPem(bytes) ? 'pem' : 'der';
  try {
    const block = encoding === 'pem' ? pemBlocks(bytes.toString('latin1')).find(({ label }) => label.endsWith(REQUEST_LABEL))?.bytes : bytes;
    return { request: parseRequest(block ?? Buffer.alloc(0)), encoding };
  } catch (error) {
    throw new UnreadableError(`Could not load ${encoding.toUpperCase()}-encoded certificate signing request.`, { cause: error });
  }
}

export const requestPem = (bytes: Uint8Array): string => pemText(REQUEST_LABEL, bytes);

export function showRequest({ publicKey, subject, extensions }: CertificateRequest): PlainMap {
  return {
    key_size: keySize(publicKey), key_type: keyType(publicKey), subject: nameWords(subject), subject_hash: nameHash(subject), subject_str: nameText(subject),
    public_key_hash: hexOf(keyId(publicKey)), extensions: showExtensions(extensions),
  };
}
