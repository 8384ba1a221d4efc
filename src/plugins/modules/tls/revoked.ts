/** Lists of revoked certificates, and whether a certificate holds. */
import { PythonError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import { certificatePem, type Certificate } from '../../../kernel/sys/x509/certificate.js';
import { crlPem, readCrl, signCrl, type Revoked } from '../../../kernel/sys/x509/crl.js';
import { DIGESTS, isSignedBy } from '../../../kernel/sys/x509/signed.js';
import { basePath, certificateAt, filesOf, givenCertificate, openAuthority, setCaPath, writePublic, type Authority } from './folder.js';
import { isRevoked, markRevoked, revokedOf, serialText } from './index-file.js';

const CRL_DAYS = 36_500;
const DAY_MS = 86_400_000;

/** Salt takes its own digest for one that it does not know. */
const digestFor = (digest: string): string => (DIGESTS.some((known) => known === digest.toLowerCase()) ? digest : 'sha256');

function crlOf(authority: Authority, revoked: readonly Revoked[], digest: string, ctx: Context): string {
  const now = ctx.sys.now();
  return crlPem(signCrl({ issuer: authority.certificate.subject.bytes, lastUpdateMs: now, nextUpdateMs: now + CRL_DAYS * DAY_MS, revoked, extensions: [] }, authority.key, digestFor(digest)));
}

export interface EmptyCrl {
  readonly ca_name: string;
  readonly cacert_path: string | null;
  readonly ca_filename: string | null;
  readonly crl_file: string | null;
  readonly digest: string;
}

export async function createEmptyCrl(asked: EmptyCrl, ctx: Context): Promise<string> {
  const files = filesOf(await setCaPath(asked.cacert_path, ctx), asked.ca_name, asked.ca_filename);
  const path = asked.crl_file === null || asked.crl_file === '' ? `${files.folder}/crl.pem` : asked.crl_file;
  if (await ctx.sys.exists(path)) return `CRL "${path}" already exists`;
  const authority = await openAuthority(files, ctx);
  if (authority === undefined) return `There is no CA named "${asked.ca_name}"`;
  await writePublic(path, crlOf(authority, [], asked.digest, ctx), ctx);
  return `Created an empty CRL: "${path}"`;
}

export interface Revocation extends EmptyCrl {
  readonly CN: string;
  readonly cert_path: string | null;
  readonly cert_filename: string | null;
}

export async function revoke(asked: Revocation, ctx: Context): Promise<Value> {
  const files = filesOf(await setCaPath(asked.cacert_path, ctx), asked.ca_name, asked.ca_filename);
  const authority = await openAuthority(files, ctx);
  if (authority === undefined) return `There is no CA named "${asked.ca_name}"`;
  const path = `${asked.cert_path ?? `${files.folder}/certs`}/${asked.cert_filename ?? asked.CN}.crt`;
  if (!await ctx.sys.exists(path)) return `There is no client certificate named "${asked.CN}"`;
  const certificate = await certificateAt(path, ctx);
  const crlFile = asked.crl_file ?? `${files.folder}/crl.pem`;
  // Looked at before anything is marked, so that a refusal leaves the list as it was.
  if (await ctx.sys.fs.stat(crlFile).then((facts) => facts.isDirectory(), () => false)) return { retcode: 1, comment: `crl_file "${crlFile}" is an existing directory` };
  if (await isRevoked(files.folder, certificate, ctx)) return `"${path}" was already revoked, serial number: ${serialText(certificate)}`;
  await markRevoked(files.folder, certificate, ctx);
  await writePublic(crlFile, crlOf(authority, await revokedOf(files.folder, ctx), asked.digest, ctx), ctx);
  return `Revoked Certificate: "${path}", serial number: ${serialText(certificate)}`;
}

interface Checked {
  readonly issuer: Certificate;
  readonly revoked: readonly Revoked[];
}

/** What OpenSSL's library says of a certificate that does not hold. Source: observed, openssl 3.0.11 (`verify -crl_check`). */
function trouble(certificate: Certificate, { issuer, revoked }: Checked, nowMs: number): string | undefined {
  if (!certificate.issuer.bytes.equals(issuer.subject.bytes)) return 'unable to get local issuer certificate';
  if (!isSignedBy(certificate, issuer.publicKey)) return 'certificate signature failure';
  if (revoked.some(({ serial }) => serial === certificate.serial)) return 'certificate revoked';
  if ([certificate, issuer].some((one) => one.notBeforeMs > nowMs)) return 'certificate is not yet valid';
  return [certificate, issuer].some((one) => one.notAfterMs < nowMs) ? 'certificate has expired' : undefined;
}

/** Numbers that a list of the authority names; undefined, with the reason, when the list does not hold. */
async function listed(path: string, issuer: Certificate, ctx: Context): Promise<readonly Revoked[] | string> {
  if (!await ctx.sys.exists(path)) throw new PythonError('FileNotFoundError', `[Errno 2] No such file or directory: '${path}'`);
  const { crl } = await readCrl(path, ctx.sys);
  if (!crl.issuer.bytes.equals(issuer.subject.bytes)) return 'unable to get certificate CRL';
  if (!isSignedBy(crl, issuer.publicKey)) return 'CRL signature failure';
  if (crl.lastUpdateMs > ctx.sys.now()) return 'CRL is not yet valid';
  return crl.nextUpdateMs < ctx.sys.now() ? 'CRL has expired' : crl.revoked;
}

/** Whether an authority signed a certificate and takes it as valid. Without a list that of the authority's own index counts. */
export async function validate(cert: string, caName: string, crlFile: string | null, ctx: Context): Promise<PlainMap> {
  const certificate = await givenCertificate(cert, ctx);
  const files = filesOf(await basePath(null, ctx), caName, null);
  const issuer = await givenCertificate(files.certificate, ctx);
  if (crlFile === null && !await ctx.sys.exists(files.key)) return { valid: false, error: 'Empty CRL requested but CA key missing or invalid' };
  const revoked = crlFile === null ? await revokedOf(files.folder, ctx) : await listed(crlFile, issuer, ctx);
  const error = typeof revoked === 'string' ? revoked : trouble(certificate, { issuer, revoked }, ctx.sys.now());
  return error === undefined ? { valid: true } : { valid: false, error, error_cert: certificatePem(certificate.bytes) };
}
