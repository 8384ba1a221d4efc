/** Starts `gpg` and reads its status lines. Source: read, python-gnupg 0.5.7 (its arguments); GnuPG, doc/DETAILS (status lines). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandNotFoundError, InvocationError, PythonError } from '../../../kernel/contract/errors.js';
import { isTruthy } from '../../../kernel/std/value.js';
import { str } from '../../../kernel/std/python-text.js';
import type { Home } from './home.js';

const STATUS = '[GNUPG:] ';
/** Keyservers and the making of keys take long. */
const TIMEOUT_MS = 600_000;

export interface GpgRun {
  readonly code: number;
  readonly stdout: Buffer;
  /** All lines, status lines among them, as people are shown. */
  readonly stderr: string;
  readonly status: readonly (readonly [word: string, rest: string])[];
}

export interface GpgTask {
  /** Options and the command. */
  readonly args: readonly string[];
  /** Names of keys and files; never read as options. */
  readonly names?: readonly string[];
  readonly stdin?: Uint8Array | string;
  readonly passphrase?: string | null;
}

function statusLine(line: string): readonly [string, string] {
  const text = line.slice(STATUS.length);
  const at = text.indexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1).trim()];
}

export async function runGpg(home: Home, { args, names = [], stdin = '', passphrase = null }: GpgTask, ctx: Context): Promise<GpgRun> {
  const program = await ctx.sys.which('gpg');
  if (program === undefined) throw new CommandNotFoundError('gpg');
  if (passphrase !== null && /[\n\r\0]/.test(passphrase)) throw new PythonError('ValueError', 'Invalid passphrase');
  if ([...args, ...names].some((word) => word.includes('\0'))) throw new InvocationError('A name has a NUL in it');
  const secret = passphrase === null ? [] : ['--pinentry-mode', 'loopback', '--passphrase-fd', '0'];
  const rings = home.keyring === null ? [] : ['--no-default-keyring', '--keyring', home.keyring];
  const input = Buffer.concat([Buffer.from(passphrase === null ? '' : `${passphrase}\n`), Buffer.from(stdin)]);
  const argv = [program, '--status-fd', '2', '--no-tty', '--no-verbose', '--fixed-list-mode', '--batch', '--with-colons', '--homedir', home.folder, ...rings, ...secret, ...args] as const;
  const done = await ctx.sys.run([...argv, ...(names.length === 0 ? [] : ['--', ...names])] as [string, ...string[]], { stdin: input, signal: ctx.signal, timeoutMs: TIMEOUT_MS });
  const stderr = Buffer.from(done.stderr).toString('utf8');
  const status = stderr.split('\n').filter((line) => line.startsWith(STATUS)).map((line) => statusLine(line.trimEnd()));
  return { code: done.code, stdout: Buffer.from(done.stdout), stderr, status };
}

/** The passphrase of the pillar, when one is wanted; undefined when the pillar has none. */
export async function pillarPassphrase(isWanted: boolean, ctx: Context): Promise<string | null | undefined> {
  if (!isWanted) return null;
  const found = await ctx.call('pillar.get', ['gpg_passphrase'], { unmask: true });
  return isTruthy(found) ? str(found) : undefined;
}

export const NO_PASSPHRASE = 'gpg_passphrase not available in pillar.';

/** @throws InvocationError when the pillar has none */
export async function neededPassphrase(isWanted: boolean, ctx: Context): Promise<string | null> {
  const passphrase = await pillarPassphrase(isWanted, ctx);
  if (passphrase === undefined) throw new InvocationError(NO_PASSPHRASE);
  return passphrase;
}
