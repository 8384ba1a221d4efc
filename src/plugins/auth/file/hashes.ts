/** The forms of passwords in an htpasswd file: those of Apache here, those of crypt(3) by the C library of the system. */
import { createHash } from 'node:crypto';
import type { Context } from '../../../kernel/contract/context.js';
import { isSameText } from '../../../kernel/sys/same-text.js';
import { apr1 } from './apr1.js';

/** Whether the hash was made of the password. What has no known form is no hash: passwords in clear are refused here. */
export async function isHashOf(password: string, hash: string, ctx: Context): Promise<boolean> {
  if (hash.startsWith('{SHA}')) return isSameText(createHash('sha1').update(password).digest('base64'), hash.slice('{SHA}'.length));
  const [, kind = '', salt = ''] = hash.split('$');
  if (kind === 'apr1') return isSameText(apr1(password, salt), hash);
  if (kind !== '' || /^[./0-9A-Za-z]{13}$/.test(hash)) return ctx.port('passwords').check({ kind: 'crypt', password, hash }, ctx.signal);
  return false;
}
