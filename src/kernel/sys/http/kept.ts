/** What `http.query` keeps between calls where that is wanted: cookies (`cookies`), and the session (`persist_session`). */
import { join } from 'node:path';
import { CommandExecutionError } from '../../contract/errors.js';
import type { Context } from '../../contract/context.js';
import { isOsError } from '../../std/os-error.js';
import { isTruthy, type PlainMap } from '../../std/value.js';
import { CookieFileError, readCookies, writeCookies } from './cookie-file.js';
import { CookieJar } from './cookies.js';
import type { HttpAnswer } from './request.js';
import { packSession, sessionPairs, unpackSession } from './session-file.js';

/** They let in whoever has them. */
const SECRET_MODE = 0o600;
const FILE_BYTES_MAX = 4 * 1024 * 1024;

export interface Kept {
  readonly jar: CookieJar | undefined;
  /** Sent besides what the call names. */
  readonly headers: Readonly<Record<string, string>>;
  save(answer: HttpAnswer): Promise<void>;
}

export async function openKept(options: Readonly<PlainMap>, opts: Readonly<PlainMap>, ctx: Context): Promise<Kept> {
  const fileOf = (name: string, otherwise: string): string => (typeof options[name] === 'string' ? options[name] : join(String(opts['cachedir'] ?? '/var/cache/salt'), otherwise));
  const cookies = isTruthy(options['cookies'] ?? null)
    ? await openCookies(fileOf('cookie_jar', 'cookies.txt'), options['cookie_format'] === 'mozilla' ? 'mozilla' : 'lwp', ctx) : undefined;
  const session = options['persist_session'] === true ? fileOf('session_cookie_jar', 'cookies.session.p') : undefined;
  return {
    jar: cookies?.jar,
    headers: session === undefined ? {} : await openSession(session, ctx),
    async save(answer) {
      await cookies?.save();
      if (session !== undefined && answer.setCookies.length > 0) await ctx.sys.writeFile(session, packSession(answer.setCookies.join(',')), { mode: SECRET_MODE });
    },
  };
}

async function openCookies(path: string, format: 'lwp' | 'mozilla', ctx: Context): Promise<{ jar: CookieJar; save(): Promise<void> }> {
  const text = (await readSmall(path, ctx))?.toString('utf8');
  try {
    const jar = new CookieJar(text === undefined ? [] : readCookies(text, format, path));
    return { jar, save: () => ctx.sys.writeFile(path, writeCookies(jar.lasting(ctx.sys.now()), format), { mode: SECRET_MODE }) };
  } catch (cause) {
    if (cause instanceof CookieFileError) throw new CommandExecutionError(cause.message, { cause });
    throw cause;
  }
}

async function openSession(path: string, ctx: Context): Promise<Record<string, string>> {
  const bytes = await readSmall(path, ctx);
  if (bytes === undefined) {
    await ctx.sys.writeFile(path, packSession(undefined), { mode: SECRET_MODE });
    return {};
  }
  const pairs = sessionPairs(unpackSession(bytes) ?? '');
  return pairs === '' ? {} : { Cookie: pairs };
}

async function readSmall(path: string, ctx: Context): Promise<Buffer | undefined> {
  try {
    const { size } = await ctx.sys.fs.stat(path);
    if (size > FILE_BYTES_MAX) throw new CommandExecutionError(`'${path}' is larger than ${FILE_BYTES_MAX} bytes`);
    return await ctx.sys.fs.readFile(path);
  } catch (error) {
    if (isOsError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
