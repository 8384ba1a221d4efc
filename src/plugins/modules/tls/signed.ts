/** Requests, and the certificates that an authority makes of them. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { certificatePem, parseCertificate, randomSerial, signCertificate } from '../../../kernel/sys/x509/certificate.js';
import { buildExtension } from '../../../kernel/sys/x509/extension.js';
import { encodeKey, generateRsaKey, readPrivateKey } from '../../../kernel/sys/x509/keys.js';
import { writePkcs12 } from '../../../kernel/sys/x509/pkcs12.js';
import { readRequest, requestPem, signRequest } from '../../../kernel/sys/x509/request.js';
import { selfSigned } from '../../../kernel/sys/x509/self-signed.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { caExists, subjectBytes, type Subject } from './authority.js';
import { extensionsOf } from './extensions.js';
import { certificateAt, filesOf, openAuthority, setCaPath, writePublic, writeSecret } from './folder.js';
import { enter } from './index-file.js';

const DAY_MS = 86_400_000;
const filled = (text: string | null): text is string => text !== null && text !== '';

export interface CsrRequest extends Subject {
  readonly ca_name: string;
  readonly bits: number;
  readonly subjectAltName: Value;
  readonly cacert_path: string | null;
  readonly ca_filename: string | null;
  readonly csr_path: string | null;
  readonly csr_filename: string | null;
  readonly digest: string;
  readonly type_ext: boolean;
  readonly cert_type: string;
  readonly replace: boolean;
}

export async function createCsr(asked: CsrRequest, ctx: Context): Promise<string> {
  const base = await setCaPath(asked.cacert_path, ctx);
  if (!await caExists(asked.ca_name, asked.ca_filename, ctx)) return `Certificate for CA named "${asked.ca_name}" does not exist, please create it first.`;
  const folder = filled(asked.csr_path) ? asked.csr_path : `${base}/${asked.ca_name}/certs/`;
  const name = filled(asked.csr_filename) ? asked.csr_filename : `${asked.CN ?? ''}${asked.type_ext ? `_${asked.cert_type}` : ''}`;
  const path = `${folder}/${name}.csr`;
  if (!asked.replace && await ctx.sys.exists(path)) return `Certificate Request "${path}" already exists`;
  const wanted = (await extensionsOf(asked.cert_type, ctx))['csr'];
  const extensions = isMap(wanted) ? mapEntries(wanted).map(([word, value]) => buildExtension(str(word), value)) : [];
  if (isTruthy(asked.subjectAltName)) extensions.push(buildExtension('subjectAltName', isList(asked.subjectAltName) ? asked.subjectAltName : str(asked.subjectAltName)));
  const key = await generateRsaKey(asked.bits);
  const request = signRequest(subjectBytes(asked), key, extensions, asked.digest);
  await writeSecret(`${folder}/${name}.key`, await encodeKey(key, 'pem', null), ctx);
  await writePublic(path, requestPem(request), ctx);
  // Of a folder that ends in a slash Salt's text has one slash here.
  const shown = `${folder}${folder.endsWith('/') ? '' : '/'}${name}`;
  return `Created Private Key: "${shown}.key" Created CSR for "${asked.CN ?? ''}": "${shown}.csr"`;
}

export interface SignRequest {
  readonly ca_name: string;
  readonly CN: string;
  readonly days: number;
  readonly cacert_path: string | null;
  readonly ca_filename: string | null;
  readonly cert_path: string | null;
  readonly cert_filename: string | null;
  readonly digest: string;
  readonly cert_type: string | null;
  readonly type_ext: boolean;
  readonly replace: boolean;
}

const refused = (comment: string): PlainMap => ({ retcode: 1, comment });

export async function createSignedCert(asked: SignRequest, ctx: Context): Promise<Value> {
  const base = await setCaPath(asked.cacert_path, ctx);
  const files = filesOf(base, asked.ca_name, asked.ca_filename);
  const folder = filled(asked.cert_path) ? asked.cert_path : `${files.folder}/certs`;
  if (asked.type_ext && !filled(asked.cert_type)) {
    ctx.log.error({ ca: asked.ca_name }, 'type_ext = True but cert_type is unset. Certificate not written.');
    return {};
  }
  const requestName = `${asked.CN}${asked.type_ext ? `_${asked.cert_type ?? ''}` : ''}`;
  const name = filled(asked.cert_filename) ? asked.cert_filename : requestName;
  if (!asked.replace && await ctx.sys.exists(`${files.folder}/certs/${name}.crt`)) return `Certificate "${name}" already exists`;
  if (await ctx.sys.exists(files.certificate)) await caExists(asked.ca_name, asked.ca_filename, ctx);
  const authority = await openAuthority(files, ctx);
  if (authority === undefined) return refused(`There is no CA named "${asked.ca_name}"`);
  const requestPath = `${folder}/${requestName}.csr`;
  if (!await ctx.sys.exists(requestPath)) return refused(`There is no CSR that matches the CN "${name}"`);
  const { request } = await readRequest(requestPath, ctx.sys);
  const now = ctx.sys.now();
  const bytes = signCertificate({
    serial: randomSerial(), subject: request.subject.bytes, issuer: authority.certificate.subject.bytes, notBeforeMs: now, notAfterMs: now + asked.days * DAY_MS, publicKey: request.publicKey, extensions: request.extensions,
  }, authority.key, asked.digest);
  await writePublic(`${folder}/${name}.crt`, certificatePem(bytes), ctx);
  await enter(files.folder, parseCertificate(bytes), ctx);
  return `Created Certificate for "${asked.CN}": "${folder}/${name}.crt"`;
}

export async function createPkcs12(asked: { ca_name: string; CN: string; passphrase: string; cacert_path: string | null; replace: boolean }, ctx: Context): Promise<string> {
  const base = await setCaPath(asked.cacert_path, ctx);
  const files = filesOf(base, asked.ca_name, null);
  const start = join(files.folder, 'certs', asked.CN);
  if (!asked.replace && await ctx.sys.exists(`${start}.p12`)) return `Certificate "${asked.CN}" already exists`;
  if (!await ctx.sys.exists(files.certificate)) return `There is no CA named "${asked.ca_name}"`;
  if (!await ctx.sys.exists(`${start}.crt`) || !await ctx.sys.exists(`${start}.key`)) return `There is no certificate that matches the CN "${asked.CN}"`;
  const certificates = [await certificateAt(`${start}.crt`, ctx), await certificateAt(files.certificate, ctx)];
  const { key } = await readPrivateKey(`${start}.key`, null, ctx.sys);
  const bytes = await writePkcs12(key, certificates.map((one) => one.bytes), { passphrase: asked.passphrase === '' ? null : asked.passphrase, compatible: false, friendlyName: asked.CN });
  await writeSecret(`${start}.p12`, bytes, ctx);
  return `Created PKCS#12 Certificate for "${asked.CN}": "${base}/${asked.ca_name}/certs/${asked.CN}.p12"`;
}

export interface SelfSignedRequest extends Subject {
  readonly tls_dir: string;
  readonly bits: number;
  readonly days: number;
  readonly cacert_path: string | null;
  readonly cert_filename: string | null;
  readonly digest: string;
  readonly replace: boolean;
}

/**
 * Differs: real Salt's certificates have no extensions, so that no client of today takes them; ours name the host.
 */
export async function createSelfSigned(asked: SelfSignedRequest, ctx: Context): Promise<string> {
  const folder = `${await setCaPath(asked.cacert_path, ctx)}/${asked.tls_dir}`;
  const name = filled(asked.cert_filename) ? asked.cert_filename : asked.CN ?? '';
  const start = `${folder}/certs/${name}`;
  if (!asked.replace && await ctx.sys.exists(`${start}.crt`)) return `Certificate "${name}" already exists`;
  const names = [
    ['countryName', asked.C], ['stateOrProvinceName', asked.ST], ['localityName', asked.L], ['organizationName', asked.O], ['organizationalUnitName', asked.OU], ['commonName', asked.CN], ['emailAddress', asked.emailAddress],
  ] as const;
  const made = await selfSigned({ bits: asked.bits, days: asked.days, digest: asked.digest, names: names.flatMap(([word, value]) => (filled(value) ? [[word, value] as const] : [])) });
  await writeSecret(`${start}.key`, made.key, ctx);
  await writePublic(`${start}.crt`, made.certificate, ctx);
  await enter(folder, await certificateAt(`${start}.crt`, ctx), ctx);
  return `Created Private Key: "${start}.key" Created Certificate: "${start}.crt"`;
}
