/** Authorities: made with their key, and the requests and certificates below them. */
import type { KeyObject } from 'node:crypto';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { certificatePem, parseCertificate, randomSerial, signCertificate, type Certificate } from '../../../kernel/sys/x509/certificate.js';
import { buildExtension, type Extension } from '../../../kernel/sys/x509/extension.js';
import { encodeKey, generateRsaKey, keyId, keySize, readPrivateKey } from '../../../kernel/sys/x509/keys.js';
import { nameOfParts, nameParts } from '../../../kernel/sys/x509/names.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { basePath, certificateAt, filesOf, setCaPath, writePublic, writeSecret, type AuthorityFiles } from './folder.js';
import { enter } from './index-file.js';

const DAY_MS = 86_400_000;
const COMMON_YEAR_DAYS = 365;
const BITS = 2048;
/** What X.509 calls version 4, which there is none of: old versions of Salt wrote it. */
const WRONG_VERSION = 4;

/** Words of a subject, in the order in which they stand in it. */
export interface Subject {
  readonly C: string | null;
  readonly ST: string | null;
  readonly L: string | null;
  readonly O: string | null;
  readonly OU: string | null;
  readonly CN: string | null;
  readonly emailAddress: string | null;
}
const PARTS: readonly (readonly [keyof Subject, string])[] = [
  ['C', '2.5.4.6'], ['ST', '2.5.4.8'], ['L', '2.5.4.7'], ['O', '2.5.4.10'], ['OU', '2.5.4.11'], ['CN', '2.5.4.3'], ['emailAddress', '1.2.840.113549.1.9.1'],
];

export const subjectBytes = (subject: Subject): Buffer => nameOfParts(PARTS.flatMap(([word, oid]) => {
  const value = subject[word];
  return value === null || value === '' ? [] : [{ oid, value }];
}));

function subjectOf(certificate: Certificate): Subject {
  const parts = nameParts(certificate.subject);
  const value = (number: string): string | null => parts.find(({ oid }) => oid === number)?.value ?? null;
  return Object.fromEntries(PARTS.map(([word, oid]) => [word, value(oid)])) as unknown as Subject;
}

export interface CaRequest extends Subject {
  readonly ca_name: string;
  readonly bits: number;
  readonly days: number;
  readonly fixmode: boolean;
  readonly cacert_path: string | null;
  readonly ca_filename: string | null;
  readonly digest: string;
  readonly replace: boolean;
}

/** `20260131235959`. */
const stamp = (unixMs: number): string => new Date(unixMs).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14);

/** The key that is there, else none; one that cannot be read is put aside. */
async function knownKey(path: string, ctx: Context): Promise<KeyObject | undefined> {
  if (!await ctx.sys.exists(path)) return undefined;
  try {
    return (await readPrivateKey(path, null, ctx.sys)).key;
  } catch (error) {
    ctx.log.warn({ err: error, path }, 'the key of the authority cannot be read; a new one is made');
    await ctx.sys.fs.rename(path, `${path}.unloadable.${stamp(ctx.sys.now())}`);
    return undefined;
  }
}

/** Writes a key; another one that was there is kept beside it. */
async function keepKey(path: string, key: KeyObject, ctx: Context): Promise<void> {
  const text = (await encodeKey(key, 'pem', null)).toString('latin1');
  const old = await ctx.sys.readText(path);
  if (old?.trim() === text.trim()) return;
  if (old !== undefined) await writeSecret(`${path}.${stamp(ctx.sys.now())}`, old, ctx);
  await writeSecret(path, text, ctx);
}

function authorityExtensions(key: KeyObject, issuer: Buffer, serial: bigint): Extension[] {
  const around = { subjectKeyId: keyId(key), signer: { keyId: keyId(key), issuer, serial } };
  return [
    buildExtension('basicConstraints', 'critical, CA:TRUE, pathlen:0'), buildExtension('keyUsage', 'critical, keyCertSign, cRLSign'),
    buildExtension('subjectKeyIdentifier', 'hash', around), buildExtension('authorityKeyIdentifier', 'keyid:always,issuer:always', around),
  ];
}

export async function createCa(asked: CaRequest, ctx: Context): Promise<string> {
  const base = await setCaPath(asked.cacert_path, ctx);
  const files = filesOf(base, asked.ca_name, asked.ca_filename);
  if (!asked.replace && !asked.fixmode && await caExists(asked.ca_name, asked.ca_filename, ctx)) return `Certificate for CA named "${asked.ca_name}" already exists`;
  if (asked.fixmode && !await ctx.sys.exists(files.certificate)) throw new PythonError('ValueError', `${files.certificate} does not exists, can't fix`);
  await ctx.sys.fs.mkdir(files.folder, { recursive: true });
  const key = await knownKey(files.key, ctx) ?? await generateRsaKey(asked.bits);
  const [name, serial, now] = [subjectBytes(asked), randomSerial(), ctx.sys.now()];
  const bytes = signCertificate({
    serial, subject: name, issuer: name, notBeforeMs: now, notAfterMs: now + asked.days * DAY_MS, publicKey: key, extensions: authorityExtensions(key, name, serial),
  }, key, asked.digest);
  await keepKey(files.key, key, ctx);
  await writePublic(files.certificate, certificatePem(bytes), ctx);
  await enter(files.folder, parseCertificate(bytes), ctx);
  return `Created Private Key: "${base}/${asked.ca_name}/${files.name}.key" Created CA "${asked.ca_name}": "${files.certificate}"`;
}

/** Makes a certificate anew that has the version which old versions of Salt gave by mistake. */
export async function fixVersion(caName: string, caFilename: string | null, ctx: Context): Promise<null> {
  const files = filesOf(await basePath(null, ctx), caName, caFilename);
  if (!await ctx.sys.exists(files.certificate)) throw new CommandExecutionError(`[Errno 2] No such file or directory: '${files.certificate}'`);
  const certificate = await certificateAt(files.certificate, ctx);
  if (certificate.version !== WRONG_VERSION) return null;
  const days = Math.floor((certificate.notAfterMs - ctx.sys.now()) / DAY_MS);
  await createCa({
    ...subjectOf(certificate), ca_name: caName, bits: keySize(certificate.publicKey) ?? BITS, days: days > 0 ? days : COMMON_YEAR_DAYS, fixmode: true, cacert_path: null, ca_filename: caFilename, digest: 'sha256', replace: false,
  }, ctx);
  return null;
}

export async function caExists(caName: string, caFilename: string | null, ctx: Context): Promise<boolean> {
  const files: AuthorityFiles = filesOf(await basePath(null, ctx), caName, caFilename);
  if (!await ctx.sys.exists(files.certificate)) return false;
  await fixVersion(caName, caFilename, ctx);
  return true;
}

/** Whether a call has to do nothing: `onlyif` does not hold or `unless` does. Texts are commands. */
export async function isSpared(onlyif: Value, unless: Value, ctx: Context): Promise<boolean> {
  const holds = async (condition: Value): Promise<boolean> => (typeof condition === 'string' ? await ctx.call('cmd.retcode', [condition]) === 0 : isTruthy(condition));
  return (onlyif !== null && !await holds(onlyif)) || (unless !== null && await holds(unless));
}
