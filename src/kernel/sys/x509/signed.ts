/** What certificates, requests and lists of revoked ones have in common: a body, the kind of signature, and the signature. */
import { sign, verify, type KeyObject } from 'node:crypto';
import { CommandExecutionError } from '../../contract/errors.js';
import { bits, NOTHING, oid, oidOf, partsOf, readDer, sequence, TAG, type Node } from './der.js';
import { SIGNATURES, type SignatureKind } from './oids.data.js';

export const DIGESTS = ['sha1', 'sha224', 'sha256', 'sha384', 'sha512', 'sha512_224', 'sha512_256', 'sha3_224', 'sha3_256', 'sha3_384', 'sha3_512'] as const;

const hashName = (digest: string): string => digest.toLowerCase().replace('_', '-');

function kindFor(key: KeyObject, digest: string): SignatureKind {
  const found = SIGNATURES.find((kind) => kind.key === key.asymmetricKeyType && (kind.hash === null || kind.hash === hashName(digest)));
  if (found === undefined) throw new CommandExecutionError('The selected hashing algorithm does not exist in the cryptography python library');
  return found;
}

const algorithm = (kind: SignatureKind): Buffer => sequence(oid(kind.oid), ...(kind.key === 'rsa' ? [NOTHING] : []));

/** Signs a body; it is told the kind of signature, since most bodies name it. */
export function signed(key: KeyObject, digest: string, body: (algorithm: Buffer) => Buffer): Buffer {
  const kind = kindFor(key, digest);
  const bytes = body(algorithm(kind));
  return sequence(bytes, algorithm(kind), bits(sign(kind.hash ?? undefined, bytes, key)));
}

export interface Signed {
  readonly bytes: Buffer;
  readonly body: Node;
  readonly parts: readonly Node[];
  readonly signatureOid: string;
  readonly signature: Buffer;
}

/** @throws DerError */
export function readSigned(bytes: Buffer): Signed {
  const [body, kind, signature] = partsOf(readDer(bytes, TAG.sequence));
  const number = partsOf(kind)[0];
  if (body === undefined || number === undefined || signature === undefined) throw new CommandExecutionError('no signed document');
  return { bytes, body, parts: partsOf(body), signatureOid: oidOf(number), signature: signature.content.subarray(1) };
}

const kindOf = ({ signatureOid }: Signed): SignatureKind | undefined => SIGNATURES.find((kind) => kind.oid === signatureOid);

export const signatureName = (document: Signed): string => kindOf(document)?.told ?? document.signatureOid;
/** Whether a document was signed with this digest; true where the kind of signature has none. */
export const hasDigest = (document: Signed, digest: string): boolean => kindOf(document)?.hash === null || kindOf(document)?.hash === hashName(digest);

export function isSignedBy(document: Signed, key: KeyObject): boolean {
  const kind = kindOf(document);
  return kind !== undefined && kind.key === key.asymmetricKeyType && verify(kind.hash ?? undefined, document.body.bytes, key, document.signature);
}
