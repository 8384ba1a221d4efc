/** Hashes of passwords as the C library makes them. */
import { randomInt } from 'node:crypto';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { repr } from '../../../kernel/std/python-text.js';

/** What a salt begins with, and how many characters a new one has. Source: observed, Python 3.11 on Debian 12. */
const ALGORITHMS: Readonly<Record<string, { readonly prefix: string; readonly rounds: string; readonly length: number }>> = {
  sha512: { prefix: '$6$', rounds: '', length: 16 },
  sha256: { prefix: '$5$', rounds: '', length: 16 },
  blowfish: { prefix: '$2b$', rounds: '12$', length: 22 },
  md5: { prefix: '$1$', rounds: '', length: 8 },
  crypt: { prefix: '', rounds: '', length: 2 },
};
const SALT_CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./';
const PASSWORD_CHARACTERS = `${SALT_CHARACTERS}!"#$%&'()*+,-:;<=>?@[\\]^_\`{|}~`;
const PASSWORD_LENGTH = 20;
const WAIT_MS = 60_000;

/** crypt(3) through perl, which every Debian has; password and salt come by its input, so that nobody sees them. */
const CRYPT = 'local $/; my ($p, $s) = split /\\0/, <STDIN>, 2; my $h = crypt($p, $s); print defined $h ? $h : "";';

const random = (characters: string, length: number): string => Array.from({ length }, () => characters.charAt(randomInt(characters.length))).join('');

/** The hash; null when the library knows no such salt. @throws InvocationError for an unknown algorithm */
export async function hashPassword(password: string | null, salt: string | null, algorithm: string, ctx: Context): Promise<string | null> {
  const known = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (known === undefined) {
    const all = repr(Object.keys(ALGORITHMS));
    throw new InvocationError(`Cannot hash using '${algorithm}' hash algorithm. Natively supported algorithms are: ${all}. `
      + `If passlib is installed (False), the supported algorithms are: ${all}.`);
  }
  const word = password ?? random(PASSWORD_CHARACTERS, PASSWORD_LENGTH);
  const wanted = salt === null ? `${known.rounds}${random(SALT_CHARACTERS, known.length)}` : salt;
  if (word.includes('\0') || wanted.includes('\0')) throw new InvocationError('Neither password nor salt can hold a null character');
  const done = await ctx.sys.run(['perl', '-e', CRYPT], { stdin: `${word}\0${known.prefix}${wanted}`, timeoutMs: WAIT_MS, signal: ctx.signal });
  if (done.code !== 0) throw new CommandExecutionError('The hash of the password could not be made');
  const hash = Buffer.from(done.stdout).toString('utf8');
  return hash === '' ? null : hash;
}
