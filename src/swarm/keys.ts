/**
 * Many RSA keys in little time: each pair of primes from a pool makes one. Such keys share primes and protect nothing: they
 * are for load tests only.
 */
import { checkPrime, createHash, createPrivateKey, generatePrime, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { RsaPrivateKey } from '../bus/crypto/rsa.js';

const makePrime = promisify(generatePrime as (size: number, options: { bigint: true }, done: (error: Error | null, prime: bigint) => void) => void);
const isPrime = promisify(checkPrime as (candidate: bigint, done: (error: Error | null, fits: boolean) => void) => void);
const EXPONENT = 65_537n;
const SMALL_PRIMES = [3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n, 41n, 43n, 47n, 53n];
const PRIME_BITS = 1024;

/** Gives `count` different private keys of 2048 bits; with a seed the same ones each time. */
export async function testKeys(count: number, seed: string | undefined): Promise<RsaPrivateKey[]> {
  const poolSize = Math.ceil((1 + Math.sqrt(1 + 8 * count)) / 2) + 1;
  const primes: bigint[] = [];
  for (let number = 0; primes.length < poolSize; number += 1) {
    const prime = seed === undefined ? await makePrime(PRIME_BITS, { bigint: true }) : await primeOf(`${seed} ${number}`);
    if ((prime - 1n) % EXPONENT !== 0n && prime >> BigInt(PRIME_BITS - 2) === 3n) primes.push(prime);
  }
  const keys: RsaPrivateKey[] = [];
  for (let i = 0; i < primes.length && keys.length < count; i += 1) {
    for (let j = i + 1; j < primes.length && keys.length < count; j += 1) keys.push(new RsaPrivateKey(keyOf(primes[i] as bigint, primes[j] as bigint)));
  }
  return keys;
}

/** The first prime after a number that is made of a text; its two highest bits are set. */
async function primeOf(text: string): Promise<bigint> {
  const bytes = createHash('shake256', { outputLength: PRIME_BITS / 8 }).update(text).digest();
  bytes[0] = (bytes[0] ?? 0) | 0xc0;
  for (let candidate = BigInt(`0x${bytes.toString('hex')}`) | 1n; ; candidate += 2n) {
    if (SMALL_PRIMES.every((small) => candidate % small !== 0n) && (await isPrime(candidate))) return candidate;
  }
}

function keyOf(p: bigint, q: bigint): KeyObject {
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const jwk = { kty: 'RSA', n: text(p * q), e: text(EXPONENT), d: text(d), p: text(p), q: text(q), dp: text(d % (p - 1n)), dq: text(d % (q - 1n)), qi: text(inverse(q, p)) };
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

function text(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a - quotient * b, y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
