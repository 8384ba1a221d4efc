/**
 * The list of what an authority signed: `index.txt`, as `openssl ca` keeps it.
 *
 * Differs: the subject is written as `/C=US/CN=web`, which openssl reads. Real Salt under Python 3 writes `/b'C'=b'US'/...`; such lines
 * are found all the same, by the number of the certificate.
 */
import type { Context } from '../../../kernel/contract/context.js';
import type { Certificate } from '../../../kernel/sys/x509/certificate.js';
import type { Revoked } from '../../../kernel/sys/x509/crl.js';
import { subjectLine } from './show.js';

const REVOKED_AT = 2;
const SERIAL_AT = 3;

/** `261231235959Z`. */
export const shortTime = (unixMs: number): string => `${new Date(unixMs).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`;
export const serialText = (certificate: Certificate): string => certificate.serial.toString(16).toUpperCase();

export const indexPath = (folder: string): string => `${folder}/index.txt`;

async function linesOf(folder: string, ctx: Context): Promise<string[]> {
  return (await ctx.sys.readText(indexPath(folder)) ?? '').split('\n').filter((line) => line !== '');
}

export async function enter(folder: string, certificate: Certificate, ctx: Context): Promise<void> {
  const line = `V\t${shortTime(certificate.notAfterMs)}\t\t${serialText(certificate)}\tunknown\t${subjectLine(certificate.subject)}\n`;
  await ctx.sys.fs.appendFile(indexPath(folder), line);
}

const isOf = (line: string, certificate: Certificate): boolean => line.split('\t')[SERIAL_AT] === serialText(certificate);

export async function isRevoked(folder: string, certificate: Certificate, ctx: Context): Promise<boolean> {
  return (await linesOf(folder, ctx)).some((line) => line.startsWith('R\t') && isOf(line, certificate));
}

/** Marks a certificate as revoked; one that is not in the list is put there. */
export async function markRevoked(folder: string, certificate: Certificate, ctx: Context): Promise<void> {
  const known = (await linesOf(folder, ctx)).find((line) => line.startsWith('V\t') && isOf(line, certificate));
  const subject = known?.split('\t').slice(SERIAL_AT + 1).join('\t') ?? `unknown\t${subjectLine(certificate.subject)}`;
  const line = `R\t${shortTime(certificate.notAfterMs)}\t${shortTime(ctx.sys.now())}\t${serialText(certificate)}\t${subject}`;
  const lines = await linesOf(folder, ctx);
  const text = known === undefined ? [...lines, line] : lines.map((one) => (one === known ? line : one));
  await ctx.sys.writeFile(indexPath(folder), `${text.join('\n')}\n`);
}

function timeOf(text: string): number {
  const [year = 0, month = 1, ...rest] = (text.match(/\d\d/g) ?? []).map(Number);
  return Date.UTC(year < 50 ? 2000 + year : 1900 + year, month - 1, ...rest as [number, number, number, number]);
}

export async function revokedOf(folder: string, ctx: Context): Promise<Revoked[]> {
  return (await linesOf(folder, ctx)).filter((line) => line.startsWith('R')).map((line) => line.split('\t')).flatMap((fields) => {
    const serial = fields[SERIAL_AT] ?? '';
    return /^[0-9A-Fa-f]+$/.test(serial) ? [{ serial: BigInt(`0x${serial}`), dateMs: timeOf(fields[REVOKED_AT] ?? ''), extensions: [] }] : [];
  });
}
