/** The RSA pair of a host on disk: read, or made at first start. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TsaltError } from '../../kernel/contract/errors.js';
import { generateRsaKeyPair, loadPrivateKey, type RsaPrivateKey } from '../crypto/rsa.js';

/** A key file cannot be used; the message says which and what to do. */
export class KeyFileError extends TsaltError {
  readonly code = 'keys.file';
}

export interface KeyPair {
  readonly privateKey: RsaPrivateKey;
  /** Clean PEM: no newline at the end. */
  readonly publicPem: string;
}

const PRIVATE_MODE = 0o400;
const PUBLIC_MODE = 0o644;

/** Reads `<name>.pem` and `<name>.pub` below `dir`, or makes them. @throws KeyFileError */
export async function openKeyPair(dir: string, name: string, options: { bits: number; passphrase?: string | undefined }): Promise<KeyPair> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const privatePath = join(dir, `${name}.pem`);
  const publicPath = join(dir, `${name}.pub`);
  if (!existsSync(privatePath)) {
    const made = await generateRsaKeyPair(options.bits, options.passphrase);
    write(privatePath, made.privatePem, PRIVATE_MODE);
    write(publicPath, made.publicPem, PUBLIC_MODE);
  }
  let pem: string;
  try {
    pem = readFileSync(privatePath, 'utf8');
  } catch (cause) {
    throw new KeyFileError(`Cannot read the private key ${privatePath}: run as the user that owns it`, { context: { path: privatePath }, cause });
  }
  try {
    const privateKey = loadPrivateKey(pem, options.passphrase);
    const publicPem = privateKey.publicKey.toPem();
    if (!existsSync(publicPath)) write(publicPath, publicPem, PUBLIC_MODE);
    return { privateKey, publicPem };
  } catch (cause) {
    throw new KeyFileError(`${privatePath} is no usable RSA private key: restore it, or move it away to make a new one`, { context: { path: privatePath }, cause });
  }
}

/**
 * The pair of a master: stored under its id, with `master.pem` and `master.pub` as links to it; an older `master.pem` is
 * moved on first start. Source: wire-protocol 3.1; golden wire/events (pki_files).
 */
export async function openMasterKeyPair(
  pkiDir: string, masterId: string, options: { bits: number; passphrase?: string | undefined },
): Promise<KeyPair> {
  mkdirSync(pkiDir, { recursive: true, mode: 0o700 });
  const name = masterId.replace(/_master$/, '');
  if (name === 'master' || name === '') return openKeyPair(pkiDir, 'master', options);
  for (const ending of ['pem', 'pub']) {
    const old = join(pkiDir, `master.${ending}`);
    const own = join(pkiDir, `${name}.${ending}`);
    const isFile = existsSync(old) && !lstatSync(old).isSymbolicLink();
    if (isFile && !existsSync(own)) renameSync(old, own);
  }
  const pair = await openKeyPair(pkiDir, name, options);
  for (const ending of ['pem', 'pub']) {
    const link = join(pkiDir, `master.${ending}`);
    if (existsSync(link)) continue;
    rmSync(link, { force: true });
    symlinkSync(`${name}.${ending}`, link);
  }
  return pair;
}

function write(path: string, text: string, mode: number): void {
  const temporary = `${path}.${process.pid}.new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text.endsWith('\n') ? text : `${text}\n`, { mode, flag: 'wx' });
  chmodSync(temporary, mode);
  renameSync(temporary, path);
}
