/**
 * A key with its certificates in one file (PKCS#12). node-forge comes with the first such file; it
 * writes RSA keys only.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { CommandExecutionError } from '../../contract/errors.js';
import { UnreadableError, WrongPassphraseError } from './errors.js';

export interface Pkcs12 {
  readonly key: KeyObject | undefined;
  /** The first belongs to the key. */
  readonly certificates: readonly Buffer[];
  readonly friendlyName: string | null;
}

export interface Pkcs12Options {
  readonly passphrase: string | null;
  /** For old readers: 3DES and SHA1. */
  readonly compatible: boolean;
  readonly friendlyName: string | null;
}

const forge = async () => (await import('node-forge')).default;
/** Rounds of hashing that make guessing slow. */
const ROUNDS = 50_000;

export async function writePkcs12(key: KeyObject, certificates: readonly Buffer[], options: Pkcs12Options): Promise<Buffer> {
  if (key.asymmetricKeyType !== 'rsa') throw new CommandExecutionError('PKCS12 files are written with RSA keys only');
  const { asn1, pkcs12, pki } = await forge();
  const read = (bytes: Buffer) => asn1.fromDer(bytes.toString('latin1'));
  const parts = certificates.map((bytes) => {
    try {
      return pki.certificateFromAsn1(read(bytes));
    } catch (error) {
      throw new CommandExecutionError('PKCS12 files are written with certificates of RSA keys only', { cause: error });
    }
  });
  const made = pkcs12.toPkcs12Asn1(pki.privateKeyFromAsn1(read(key.export({ type: 'pkcs1', format: 'der' }))), parts.length === 0 ? null : parts, options.passphrase, {
    algorithm: options.compatible ? '3des' : 'aes256', useMac: options.passphrase !== null, count: ROUNDS, ...(options.friendlyName === null ? {} : { friendlyName: options.friendlyName }),
  });
  return Buffer.from(asn1.toDer(made).getBytes(), 'latin1');
}

/** @throws UnreadableError when it is no such file, WrongPassphraseError */
export async function readPkcs12(bytes: Buffer, passphrase: string | null): Promise<Pkcs12> {
  const { asn1, pkcs12, pki } = await forge();
  let file;
  try {
    file = pkcs12.pkcs12FromAsn1(asn1.fromDer(bytes.toString('latin1')), passphrase ?? undefined);
  } catch (error) {
    if (error instanceof Error && /password|MAC could not be verified|decrypt/i.test(error.message)) throw new WrongPassphraseError();
    throw new UnreadableError('Could not deserialize binary data, neither as DER nor PKCS#12.', { cause: error });
  }
  const bags = (name: string) => file.getBags({ bagType: pki.oids[name] })[pki.oids[name] ?? ''] ?? [];
  const [keyBag] = [...bags('pkcs8ShroudedKeyBag'), ...bags('keyBag')];
  const keyAsn1 = keyBag?.key === null || keyBag?.key === undefined ? keyBag?.asn1 : undefined;
  const keyBytes = keyBag === undefined ? undefined : Buffer.from(asn1.toDer(keyAsn1 ?? pki.privateKeyToAsn1(keyBag.key)).getBytes(), 'latin1');
  const certificates = bags('certBag').map((bag) => (bag.cert === null ? bag.asn1 : pki.certificateToAsn1(bag.cert))).filter((one) => one !== undefined);
  return {
    key: keyBytes === undefined ? undefined : createPrivateKey({ key: keyBytes, format: 'der', type: keyAsn1 === undefined ? 'pkcs1' : 'pkcs8' }),
    certificates: certificates.map((one) => Buffer.from(asn1.toDer(one).getBytes(), 'latin1')),
    friendlyName: bags('certBag')[0]?.attributes.friendlyName?.[0] ?? null,
  };
}

/** Version 3 and a sequence: what every such file begins with. */
export const looksLikePkcs12 = (bytes: Buffer): boolean => /^30(?:[0-7].|8[1-4](?:..){1,4}?)0201033/.test(bytes.subarray(0, 16).toString('hex'));
