/** The fingerprint people compare (`salt-key -f`, `master_finger`). */
import { DEFAULT_HASH_TYPE, hexDigest, type HashType } from './digest.js';

/**
 * Hash of the key text without its first and last line, as hex pairs with colons. Blank lines and CRLF make no difference,
 * a missing final newline neither.
 *
 * Source: golden wire/rsa, fingerprints; observed: CRLF is read as a newline.
 */
export function pemFingerprint(pem: string | Uint8Array, hashType: HashType = DEFAULT_HASH_TYPE): string {
  // latin1: one character for each byte, whatever the file holds.
  const text = typeof pem === 'string' ? Buffer.from(pem, 'utf8').toString('latin1') : Buffer.from(pem).toString('latin1');
  const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).filter((line) => line.trim() !== '');
  const body = lines.slice(1, -1).join('').replaceAll('\r\n', '\n');
  return hexDigest(Buffer.from(body, 'latin1'), hashType).match(/../g)?.join(':') ?? '';
}
