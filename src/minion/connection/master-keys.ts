/**
 * Where the key of each master is remembered: `minion_master.pub` for an only master, as real Salt; one file for each of
 * several, since each may have a key of its own (real Salt demands the same key of all).
 *
 * The only master of yesterday is known when others join it: the first of the list begins with `minion_master.pub`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyFile, MasterTrust, type KeyMemory } from '../../bus/channel/master-trust.js';
import { isHashType } from '../../bus/crypto/digest.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { masterKey, type MasterAddress } from './masters.js';

/** `masters`: all of the configuration, in its order. */
export function keyMemory(pkiDir: string, master: MasterAddress, masters: readonly MasterAddress[]): KeyMemory {
  const common = keyFile(join(pkiDir, 'minion_master.pub'));
  const path = join(pkiDir, `minion_master_${masterKey(master)}.pub`);
  const own = keyFile(path);
  if (masters.length < 2) return existsSync(path) ? own : common;
  if (masters[0] !== master) return own;
  return { place: path, read: () => own.read() ?? common.read(), write: (pem) => own.write(pem) };
}

export function trustOf(opts: Readonly<PlainMap>, master: MasterAddress, masters: readonly MasterAddress[]): MasterTrust {
  const pki = String(opts['pki_dir']);
  const signName = `${String(opts['master_sign_key_name'] ?? 'master_sign')}.pub`;
  return new MasterTrust({
    memory: keyMemory(pki, master, masters),
    fingerprint: typeof opts['master_finger'] === 'string' ? opts['master_finger'] : '',
    hashType: isHashType(opts['hash_type']) ? opts['hash_type'] : 'sha256',
    openMode: opts['open_mode'] === true,
    signingPub: opts['verify_master_pubkey_sign'] === true ? readFileSync(join(pki, signName), 'utf8') : undefined,
    alwaysVerifySignature: opts['always_verify_signature'] === true,
  });
}
