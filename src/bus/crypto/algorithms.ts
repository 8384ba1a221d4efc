/**
 * Names of RSA algorithms on the wire and the hashes they stand for. Salt 3008.3 knows these and no others.
 *
 * Source: golden wire/rsa and wire/auth; read, wire protocol section 3.2.
 */
export type SignatureAlgorithm = 'PKCS1v15-SHA1' | 'PKCS1v15-SHA224';
export type EncryptionAlgorithm = 'OAEP-SHA1' | 'OAEP-SHA224';

/** What is used when a message names none. */
export const DEFAULT_SIGNATURE_ALGORITHM: SignatureAlgorithm = 'PKCS1v15-SHA1';
export const DEFAULT_ENCRYPTION_ALGORITHM: EncryptionAlgorithm = 'OAEP-SHA1';

export const SIGNATURE_HASHES: Readonly<Record<SignatureAlgorithm, string>> = { 'PKCS1v15-SHA1': 'sha1', 'PKCS1v15-SHA224': 'sha224' };
export const ENCRYPTION_HASHES: Readonly<Record<EncryptionAlgorithm, string>> = { 'OAEP-SHA1': 'sha1', 'OAEP-SHA224': 'sha224' };

export function isSignatureAlgorithm(name: unknown): name is SignatureAlgorithm {
  return typeof name === 'string' && Object.hasOwn(SIGNATURE_HASHES, name);
}

export function isEncryptionAlgorithm(name: unknown): name is EncryptionAlgorithm {
  return typeof name === 'string' && Object.hasOwn(ENCRYPTION_HASHES, name);
}
