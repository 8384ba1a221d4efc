/** Private and public keys: made, read and written. */
import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CommandExecutionError, InvocationError } from '../../contract/errors.js';
import type { Sys } from '../../contract/sys.js';
import type { Value } from '../../std/value.js';
import { partsOf, readDer, TAG } from './der.js';
import { MissingPassphraseError, NeedlessPassphraseError, UnreadableError, WrongPassphraseError } from './errors.js';
import { looksLikePkcs12, readPkcs12, writePkcs12, type Pkcs12 } from './pkcs12.js';
import { bytesOf, isPem, pemBlocks, pemText } from './source.js';

export type KeyType = 'rsa' | 'ec' | 'ed25519' | 'ed448';
export type KeyEncoding = 'pem' | 'der' | 'pkcs12';
export interface ReadKey {
  readonly key: KeyObject;
  readonly encoding: KeyEncoding;
  readonly pkcs12?: Pkcs12;
}

const CURVES: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' };
const CURVE_BITS: Readonly<Record<string, number>> = { prime256v1: 256, secp384r1: 384, secp521r1: 521, secp256k1: 256 };
const RSA_BITS: readonly number[] = [2048, 3072, 4096];
const generate = promisify(generateKeyPair);

export const PUBLIC_LABEL = 'PUBLIC KEY';
export const keyType = (key: KeyObject): KeyType => key.asymmetricKeyType as KeyType;
/** Bits of an RSA or EC key; others have none. */
export const keySize = (key: KeyObject): number | null => key.asymmetricKeyDetails?.modulusLength ?? CURVE_BITS[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? null;
export const publicBytes = (key: KeyObject): Buffer => (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
export const publicPem = (key: KeyObject): string => pemText(PUBLIC_LABEL, publicBytes(key));
export const samePublic = (a: KeyObject, b: KeyObject): boolean => publicBytes(a).equals(publicBytes(b));

/** SHA1 of the bits of a public key, as key identifiers have it. */
export function keyId(key: KeyObject): Buffer {
  const content = partsOf(readDer(publicBytes(key), TAG.sequence))[1]?.content ?? Buffer.alloc(1);
  return createHash('sha1').update(content.subarray(1)).digest();
}

/** Smaller keys are no protection, larger ones take minutes to make. */
const [BITS_MIN, BITS_MAX] = [1024, 16_384];

/** An RSA key of any sensible size. */
export async function generateRsaKey(bits: number): Promise<KeyObject> {
  if (bits < BITS_MIN || bits > BITS_MAX) throw new InvocationError(`RSA key size must be between ${BITS_MIN} and ${BITS_MAX} bits.`);
  return (await generate('rsa', { modulusLength: bits, publicExponent: 65_537 })).privateKey;
}

export async function generateKey(algorithm: string, size: number | null): Promise<KeyObject> {
  if (algorithm === 'rsa') {
    if (!RSA_BITS.includes(size ?? 2048)) throw new InvocationError('RSA key size must be either 2048, 3072 or 4096 bits.');
    return (await generate('rsa', { modulusLength: size ?? 2048, publicExponent: 65_537 })).privateKey;
  }
  if (algorithm === 'ec') {
    const namedCurve = CURVES[size ?? 256];
    if (namedCurve === undefined) throw new InvocationError('EC key size must be either 256, 384, 521 bits.');
    return (await generate('ec', { namedCurve })).privateKey;
  }
  if (algorithm === 'ed25519') return (await generate('ed25519')).privateKey;
  if (algorithm === 'ed448') return (await generate('ed448')).privateKey;
  throw new InvocationError(`Invalid algorithm specified for generating private key: ${algorithm}. Valid: rsa, ec, ed25519, ed448`);
}

/** Bytes of a private key; text goes through latin1. */
export async function encodeKey(key: KeyObject, encoding: KeyEncoding, passphrase: string | null, compatible = false): Promise<Buffer> {
  if (encoding === 'pkcs12') return writePkcs12(key, [], { passphrase, compatible, friendlyName: null });
  const cipher = passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase };
  return encoding === 'der' ? key.export({ type: 'pkcs8', format: 'der', ...cipher }) : Buffer.from(key.export({ type: 'pkcs8', format: 'pem', ...cipher }));
}

function opened(open: () => KeyObject, isEncrypted: boolean, passphrase: string | null, unreadable: string): KeyObject {
  if (isEncrypted && passphrase === null) throw new MissingPassphraseError();
  if (!isEncrypted && passphrase !== null) throw new NeedlessPassphraseError();
  try {
    return open();
  } catch (error) {
    if (isEncrypted) throw new WrongPassphraseError();
    throw new UnreadableError(unreadable, { cause: error });
  }
}

function pemKey(text: string, passphrase: string | null): KeyObject {
  const block = pemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'));
  const unreadable = 'Could not load PEM-encoded private key';
  if (block === undefined) throw new UnreadableError(unreadable);
  const isEncrypted = block.label === 'ENCRYPTED PRIVATE KEY' || block.text.includes('Proc-Type: 4,ENCRYPTED');
  return opened(() => createPrivateKey({ key: block.text, format: 'pem', ...(passphrase === null ? {} : { passphrase }) }), isEncrypted, passphrase, unreadable);
}

const NEITHER = 'Could not deserialize binary data, neither as DER nor PKCS#12.';

/** The forms a private key has in DER, told apart by their first two parts. */
function derForm(bytes: Buffer): { type: 'pkcs8' | 'pkcs1' | 'sec1'; isEncrypted: boolean } | undefined {
  try {
    const [first, second] = partsOf(readDer(bytes, TAG.sequence));
    if (first?.tag === TAG.sequence && second?.tag === TAG.octets) return { type: 'pkcs8', isEncrypted: true };
    if (second?.tag === TAG.sequence) return { type: 'pkcs8', isEncrypted: false };
    return second === undefined ? undefined : { type: second.tag === TAG.integer ? 'pkcs1' : 'sec1', isEncrypted: false };
  } catch (error) {
    if (error instanceof InvocationError) return undefined;
    throw error;
  }
}

/** Reads a private key wherever it comes from. @throws UnreadableError, and an error for each trouble with the passphrase */
export async function readPrivateKey(source: Value, passphrase: string | null, sys: Sys): Promise<ReadKey> {
  const bytes = await bytesOf(source, sys);
  if (isPem(bytes)) return { key: pemKey(bytes.toString('latin1'), passphrase), encoding: 'pem' };
  if (looksLikePkcs12(bytes)) {
    const file = await readPkcs12(bytes, passphrase);
    if (file.key === undefined) throw new CommandExecutionError('PKCS12-encoded blob does not contain a private key.');
    return { key: file.key, encoding: 'pkcs12', pkcs12: file };
  }
  const form = derForm(bytes);
  if (form === undefined) throw new UnreadableError(NEITHER);
  const key = opened(() => createPrivateKey({ key: bytes, format: 'der', type: form.type, ...(passphrase === null ? {} : { passphrase }) }), form.isEncrypted, passphrase, NEITHER);
  return { key, encoding: 'der' };
}

/** @throws UnreadableError */
export async function readPublicKey(source: Value, sys: Sys): Promise<KeyObject> {
  const bytes = await bytesOf(source, sys);
  const asPem = isPem(bytes);
  try {
    if (!asPem) return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    const block = pemBlocks(bytes.toString('latin1')).find(({ label }) => label.endsWith(PUBLIC_LABEL));
    if (block === undefined) throw new UnreadableError('no public key');
    return createPublicKey({ key: block.text, format: 'pem' });
  } catch (error) {
    throw new UnreadableError(asPem ? 'Could not load PEM-encoded public key.' : 'Could not load DER-encoded public key.', { cause: error });
  }
}
