/** Which public keys are taken. */
import { TsaltError } from '../../kernel/contract/errors.js';
import { bitsOf, KEY_BITS_MAX, KEY_BITS_MIN, loadPublicKey } from './rsa.js';

/** Smaller ones make forged signatures easier; every pair that Salt makes has this one. */
const EXPONENT_MIN = 65_537n;

/**
 * Gives the reason for which a public key must not be trusted, or undefined when it may.
 *
 * Differs: real Salt takes every RSA key it can read.
 */
export function checkPublicKey(pem: string): string | undefined {
  try {
    const { key } = loadPublicKey(pem);
    const bits = bitsOf(key);
    const exponent = key.asymmetricKeyDetails?.publicExponent ?? 0n;
    if (bits < KEY_BITS_MIN) return `it has ${bits} bits, at least ${KEY_BITS_MIN} are needed`;
    if (bits > KEY_BITS_MAX) return `it has ${bits} bits, at most ${KEY_BITS_MAX} are taken`;
    if (exponent % 2n === 0n) return 'its public exponent is even';
    if (exponent < EXPONENT_MIN) return `its public exponent is below ${EXPONENT_MIN}`;
    return undefined;
  } catch (error) {
    if (error instanceof TsaltError) return error.message;
    throw error;
  }
}
