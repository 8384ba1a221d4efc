/**
 * New key pairs, and the signature over the master's public key that minions may check.
 *
 * Source: observed, Salt 3008.3; wire-protocol 3.
 * Differs: Salt 3008.3 fails after it wrote a new pair (golden, cli/key-gen-keys) and makes a pair for the master beside it.
 */
import { chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openKeyPair } from '../../bus/channel/key-files.js';
import { isSignatureAlgorithm } from '../../bus/crypto/algorithms.js';
import { cleanPem } from '../../bus/crypto/clean-pem.js';
import { isHashType } from '../../bus/crypto/digest.js';
import { pemFingerprint } from '../../bus/crypto/fingerprint.js';
import { generateRsaKeyPair, KEY_BITS_MIN, loadPrivateKey, loadPublicKey } from '../../bus/crypto/rsa.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { parseMinionId } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { Account } from '../../kernel/contract/sys.js';
import { isNumber, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KeyStore } from './key-store.js';

export interface PairRequest {
  readonly dir: string;
  readonly name: string;
  readonly bits?: Value;
  /** Gets the files. */
  readonly owner?: Account | undefined;
}

export interface SignatureRequest {
  readonly privatePath: string;
  readonly publicPath: string;
  /** Folder for the signature; the key folder when empty. */
  readonly folder: string;
  readonly autoCreate: boolean;
  readonly bits?: Value;
}

/** Sizes below the least are raised to it. */
function bitsOf(bits: Value | undefined, opts: Readonly<PlainMap>): number {
  const wanted = isNumber(bits) ? Number(bits) : Number(opts['keysize'] ?? KEY_BITS_MIN);
  return Math.max(KEY_BITS_MIN, wanted || KEY_BITS_MIN);
}

/** A new pair that is kept nowhere. */
export async function newPair(bits: Value | undefined, opts: Readonly<PlainMap>): Promise<{ priv: string; pub: string }> {
  const { privatePem, publicPem } = await generateRsaKeyPair(bitsOf(bits, opts));
  return { priv: privatePem, pub: publicPem };
}

/** A new pair whose public key is accepted; empty when the id has a key already, unless forced. */
export async function newAcceptedPair(
  id: string, request: { bits?: Value; force: boolean }, keys: KeyStore, opts: Readonly<PlainMap>,
): Promise<PlainMap> {
  const minionId = parseMinionId(id);
  if (minionId === undefined) throw new CommandExecutionError(`'${id}' is no id of a minion`);
  if (keys.stateOf(minionId) !== undefined && !request.force) return {};
  const pair = await newPair(request.bits, opts);
  for (const state of ['pending', 'rejected'] as const) keys.remove(state, minionId);
  keys.write('accepted', minionId, pair.pub);
  return { ...pair };
}

/** Writes `<name>.pem` and `<name>.pub`, or finds them; gives the fingerprint of the public key. */
export async function pairFiles({ dir, name, bits, owner }: PairRequest, opts: Readonly<PlainMap>): Promise<string> {
  if (parseMinionId(name) === undefined) throw new CommandExecutionError(`'${name}' is no name for a key file`);
  const { publicPem } = await openKeyPair(dir, name, { bits: bitsOf(bits, opts) });
  if (owner !== undefined) for (const ending of ['pem', 'pub']) chownSync(join(dir, `${name}.${ending}`), owner.uid, owner.gid);
  return pemFingerprint(publicPem, isHashType(opts['hash_type']) ? opts['hash_type'] : undefined);
}

/** Gives true, false when there is a signature already, or a sentence that says what is missing. */
export async function signMasterKey(request: SignatureRequest, opts: Readonly<PlainMap>, log: Logger): Promise<boolean | string> {
  const pkiDir = String(opts['pki_dir'] ?? '');
  for (const [what, path] of [['Public', request.publicPath], ['Private', request.privatePath]] as const) {
    if (path !== '' && !isFile(path)) return `${what}-key ${path} does not exist`;
  }
  const publicPath = request.publicPath || join(pkiDir, 'master.pub');
  const signer = await signingKey(request, pkiDir, opts);
  if (signer === undefined) return 'No usable private-key found';
  if (!isFile(publicPath)) return 'No usable public-key found';
  const target = join(request.folder || pkiDir, String(opts['master_pubkey_signature'] ?? `${String(opts['id'])}_pubkey_signature`));
  if (existsSync(target)) {
    log.error({}, `${target} already exists at expected location`);
    return false;
  }
  const algorithm = opts['publish_signing_algorithm'];
  const signed = cleanPem(loadPublicKey(readFileSync(publicPath, 'utf8')).toPem());
  const signature = signer.sign(Buffer.from(signed), isSignatureAlgorithm(algorithm) ? algorithm : 'PKCS1v15-SHA1');
  mkdirSync(request.folder || pkiDir, { recursive: true, mode: 0o700 });
  writeFileSync(target, `${signature.toString('base64')}\n`, { mode: 0o400, flag: 'wx' });
  return true;
}

async function signingKey({ privatePath, autoCreate, bits }: SignatureRequest, pkiDir: string, opts: Readonly<PlainMap>) {
  const given = opts['signing_key_pass'];
  const passphrase = typeof given === 'string' && given !== '' ? given : undefined;
  const usual = join(pkiDir, 'master_sign.pem');
  const path = privatePath || (isFile(usual) ? usual : '');
  if (path !== '') return loadPrivateKey(readFileSync(path, 'utf8'), passphrase);
  if (!autoCreate) return undefined;
  const pair = await openKeyPair(pkiDir, String(opts['master_sign_key_name'] ?? 'master_sign'), { bits: bitsOf(bits, opts), passphrase });
  return pair.privateKey;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
