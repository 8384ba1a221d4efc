/**
 * Names and passwords in a file: `^filename`, and by `^filetype` text (`^hashtype`, `^field_separator`, `^username_field`,
 * `^password_field`), htpasswd or htdigest (`^realm`). Source: read, Salt 3008.3.
 */
import { createHash } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { authOption, defineAuth } from '../../kernel/contract/plugin.js';
import { isSameText } from '../../kernel/sys/same-text.js';
import { isHashOf } from './file/hashes.js';

const DIGESTS: ReadonlySet<string> = new Set(['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512']);

interface Row {
  readonly name: string;
  readonly rest: readonly string[];
}

function text(ctx: Context, name: string, fallback: string): string {
  const value = authOption(ctx.opts, 'file', name);
  return value === undefined || value === null ? fallback : String(value);
}

/** The first line of a user counts. */
function rowOf(content: string, username: string, separator: string, field: number): Row | undefined {
  for (const line of content.split('\n')) {
    const fields = line.trim().split(separator);
    if (fields[field - 1] === username) return { name: username, rest: fields };
  }
  return undefined;
}

function checkText(content: string, username: string, password: string, ctx: Context): boolean {
  const hashType = text(ctx, 'hashtype', 'plaintext');
  if (hashType !== 'plaintext' && !DIGESTS.has(hashType)) {
    ctx.log.error({ hashtype: hashType }, 'external_auth:file: unknown ^hashtype');
    return false;
  }
  const row = rowOf(content, username, text(ctx, 'field_separator', ':'), Number(text(ctx, 'username_field', '1')));
  const wanted = row?.rest[Number(text(ctx, 'password_field', '2')) - 1];
  if (wanted === undefined) return false;
  return isSameText(hashType === 'plaintext' ? password : createHash(hashType).update(password).digest('hex'), wanted);
}

async function checkHtpasswd(content: string, username: string, password: string, ctx: Context): Promise<boolean> {
  const hash = rowOf(content, username, ':', 1)?.rest[1];
  return hash !== undefined && await isHashOf(password, hash, ctx);
}

function checkHtdigest(content: string, username: string, password: string, ctx: Context): boolean {
  const realm = text(ctx, 'realm', '');
  if (realm === '') {
    ctx.log.error({}, 'external_auth:file: htdigest needs ^realm');
    return false;
  }
  const row = content.split('\n').map((line) => line.trim().split(':')).find(([name, of]) => name === username && of === realm);
  const wanted = row?.[2];
  return wanted !== undefined && isSameText(createHash('md5').update(`${username}:${realm}:${password}`).digest('hex'), wanted);
}

const CHECKS = { text: checkText, htpasswd: checkHtpasswd, htdigest: checkHtdigest } as const;

export default defineAuth({
  name: 'file',
  doc: 'Names and passwords in the file ^filename.',
  async auth(username, password, ctx) {
    const filename = text(ctx, 'filename', '');
    const content = filename === '' ? undefined : await ctx.sys.readText(filename);
    if (content === undefined) {
      ctx.log.error({ filename }, 'external_auth:file: ^filename is not there');
      return false;
    }
    const type = text(ctx, 'filetype', 'text').toLowerCase();
    return CHECKS[type === 'htpasswd' || type === 'htdigest' ? type : 'text'](content, username, password, ctx);
  },
});
