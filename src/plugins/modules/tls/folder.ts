/** Where the authorities of `tls` lie, and their files. */
import { dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { readCertificate, type Certificate } from '../../../kernel/sys/x509/certificate.js';
import { readPrivateKey } from '../../../kernel/sys/x509/keys.js';
import type { KeyObject } from 'node:crypto';

const BASE = '/etc/pki';
/** What `set_ca_path` keeps for the rest of the job. */
const KEPT = 'ca.contextual_cert_base_path';

/** The folder that is given, else that of this job, else the configured one. */
export async function basePath(given: string | null, ctx: Context): Promise<string> {
  if (given !== null && given !== '') return given;
  const kept = ctx.memory.get(KEPT);
  if (typeof kept === 'string') return kept;
  const configured = await ctx.call('config.option', ['ca.cert_base_path']);
  return typeof configured === 'string' && configured !== '' ? configured : BASE;
}

/** Keeps a folder for the rest of the job and gives the one that holds now. */
export function setCaPath(given: string | null, ctx: Context): Promise<string> {
  if (given !== null && given !== '') ctx.memory.set(KEPT, given);
  return basePath(null, ctx);
}

export interface AuthorityFiles {
  readonly folder: string;
  readonly name: string;
  readonly certificate: string;
  readonly key: string;
}

/** Files of an authority. Salt's way of naming them when no name is given. */
export function filesOf(base: string, caName: string, caFilename: string | null): AuthorityFiles {
  const name = caFilename === null || caFilename === '' ? `${caName}_ca_cert` : caFilename;
  const folder = `${base}/${caName}`;
  return { folder, name, certificate: `${folder}/${name}.crt`, key: `${folder}/${name}.key` };
}

export interface Authority {
  readonly certificate: Certificate;
  readonly key: KeyObject;
}

/** Certificate and key of an authority; undefined when one of the files is not there. */
export async function openAuthority(files: AuthorityFiles, ctx: Context): Promise<Authority | undefined> {
  if (!await ctx.sys.exists(files.certificate) || !await ctx.sys.exists(files.key)) return undefined;
  return { certificate: await certificateAt(files.certificate, ctx), key: (await readPrivateKey(files.key, null, ctx.sys)).key };
}

export async function certificateAt(path: string, ctx: Context): Promise<Certificate> {
  return (await readCertificate(path, ctx.sys)).certificate;
}

/** A certificate that has to be there. */
export async function givenCertificate(path: string, ctx: Context): Promise<Certificate> {
  if (!await ctx.sys.exists(path)) throw new CommandExecutionError(`Failed to read cert from ${path}, see log for details`);
  return certificateAt(path, ctx);
}

const KEY_MODE = 0o600;
const CERTIFICATE_MODE = 0o644;

export async function writeSecret(path: string, text: string | Uint8Array, ctx: Context): Promise<void> {
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  await ctx.sys.writeFile(path, text, { mode: KEY_MODE });
}
export async function writePublic(path: string, text: string, ctx: Context): Promise<void> {
  await ctx.sys.fs.mkdir(dirname(path), { recursive: true });
  await ctx.sys.writeFile(path, text, { mode: CERTIFICATE_MODE });
}
