/**
 * The signature over the master's public key that minions may ask for (`verify_master_pubkey_sign`).
 *
 * Source: wire-protocol 4.2; config `master_sign_pubkey`, `master_use_pubkey_signature`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyPair } from '../../bus/channel/key-files.js';
import type { SignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import type { PlainMap } from '../../kernel/std/value.js';

/** With `master_sign_pubkey`: our public key, signed by the key `master_sign`. */
export async function publicKeySignature(opts: Readonly<PlainMap>, pkiDir: string, publicPem: string) {
  if (opts['master_sign_pubkey'] !== true) return undefined;
  const name = text(opts, 'master_sign_key_name') || 'master_sign';
  const signer = await openKeyPair(pkiDir, name, { bits: 2048, passphrase: optional(opts, 'signing_key_pass') });
  const kept = optional(opts, 'master_pubkey_signature');
  const keptPath = kept === undefined ? undefined : join(pkiDir, kept);
  if (opts['master_use_pubkey_signature'] === true && keptPath !== undefined && existsSync(keptPath)) {
    const signature = readFileSync(keptPath, 'utf8');
    return () => signature;
  }
  return (algo: SignatureAlgorithm) => `${signer.privateKey.sign(Buffer.from(publicPem), algo).toString('base64').replace(/(.{76})(?!$)/g, '$1\n')}\n`;
}

const text = (opts: Readonly<PlainMap>, name: string): string => (typeof opts[name] === 'string' ? opts[name] : '');
const optional = (opts: Readonly<PlainMap>, name: string): string | undefined => text(opts, name) || undefined;
