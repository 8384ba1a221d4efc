/** Which public keys are taken. */
import { TsaltError } from '../../kernel/contract/errors.js';
import { modulusOf } from './x931.js';
import { bitsOf, KEY_BITS_MAX, KEY_BITS_MIN, loadPublicKey, type RsaPublicKey } from './rsa.js';

/** Smaller ones make forged signatures easier; every pair that Salt makes has this one. */
const EXPONENT_MIN = 65_537n;
/** Larger ones only make each use of the key slow for us. */
const EXPONENT_MAX = 2n ** 32n;

const SMALL_PRIMES = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n, 59n, 61n, 67n, 71n, 73n, 79n, 83n, 89n, 97n];
const FORMS = ['spki', 'pkcs1'] as const;
const strip = (pem: string): string => pem.replace(/\s+/g, '');
/** The longest text of a key of the largest size; more is not looked at. */
const PEM_CHARS_MAX = 8192;
/** Keys that were looked at, each for one text: a minion shows its key at each sign-in. */
const good = new WeakSet<RsaPublicKey>();

/**
 * Gives the reason for which a public key must not be trusted, or undefined when it may.
 *
 * Differs: real Salt takes every RSA key it can read.
 */
export function checkPublicKey(pem: string): string | undefined {
  if (pem.length > PEM_CHARS_MAX) return `its text has ${pem.length} characters, at most ${PEM_CHARS_MAX} are read`;
  try {
    const loaded = loadPublicKey(pem);
    if (good.has(loaded)) return undefined;
    const { key } = loaded;
    const bits = bitsOf(key);
    const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
    if (bits < KEY_BITS_MIN) return `it has ${bits} bits, at least ${KEY_BITS_MIN} are needed`;
    if (bits > KEY_BITS_MAX) return `it has ${bits} bits, at most ${KEY_BITS_MAX} are taken`;
    if (exponent % 2n === 0n) return 'its public exponent is even';
    if (exponent < EXPONENT_MIN) return `its public exponent is below ${EXPONENT_MIN}`;
    if (exponent > EXPONENT_MAX) return `its public exponent is above ${EXPONENT_MAX}`;
    if (SMALL_PRIMES.some((prime) => modulusOf(key) % prime === 0n)) return 'its modulus has a small factor';
    // One key, one text: what else stands in it would be shown to who compares it, and mean nothing.
    if (!FORMS.some((type) => strip(key.export({ type, format: 'pem' }).toString()) === strip(pem))) return 'its text holds more than one key';
    good.add(loaded);
    return undefined;
  } catch (error) {
    if (error instanceof TsaltError) return error.message;
    throw error;
  }
}
