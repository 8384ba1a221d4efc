/**
 * The options of external authentication: `-a`, `-T`, `--username`, `--password`, and the token that `-T` kept.
 *
 * Source: golden cli/salt-auth-*, run-auth-*; read, Salt 3008.3. Differs: a login that is written out comes before a kept token.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { LocalKeyError, readLocalKey } from '../../client/local-key.js';
import { ModuleHost } from '../../kernel/loader/module-host.js';
import { createSys } from '../../kernel/sys/sys.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import type { CliContext } from '../context.js';
import { askUser } from './ask.js';

export interface LoggedIn {
  /** Undefined: the key of the local user is the proof. */
  readonly login?: PlainMap | undefined;
}

/** The context with the login in it; undefined when there is no such way to log in, which was then printed. */
export async function withLogin(context: CliContext): Promise<(CliContext & LoggedIn) | undefined> {
  const { opts, line } = context;
  const eauth = String(line.values['eauth'] ?? '') || String(opts['eauth'] ?? '');
  const token = typeof opts['token'] === 'string' && opts['token'] !== '' ? opts['token'] : undefined;
  if (eauth === '') return token === undefined || hasKey(opts) ? context : { ...context, login: { token } };
  const isWritten = line.given.has('username') || line.given.has('password');
  if (token !== undefined && !isWritten) return { ...context, login: { token } };
  if (!await isThere(eauth, context)) return undefined;
  const login: PlainMap = { eauth, ...await nameAndPassword(context) };
  const made = line.values['mktoken'] === true ? await makeToken(login, context) : undefined;
  return { ...context, login: made === undefined ? login : { token: made } };
}

/** Whether the local user has a key of its own. */
function hasKey(opts: Readonly<PlainMap>): boolean {
  try {
    return readLocalKey(opts).key !== '';
  } catch (error) {
    if (error instanceof LocalKeyError) return false;
    throw error;
  }
}

async function isThere(eauth: string, context: CliContext): Promise<boolean> {
  const { opts, log, distDir } = context;
  const dirs = Array.isArray(opts['auth_dirs']) ? opts['auth_dirs'].map(String) : [];
  await using host = new ModuleHost({
    distDir, opts, log, sys: createSys(), id: String(opts['id']), ports: {}, grains: () => ({}), pillar: () => ({}),
    userDirs: (kind) => (kind === 'auth' ? [...dirs, join(String(opts['extension_modules']), 'auth')] : []),
  });
  const names = await host.catalog.names('auth');
  if (names.includes(eauth)) return true;
  context.print(`The specified external authentication system "${eauth}" is not available`);
  // Salt's own: what is only ours would surprise who compares.
  context.print(`Available eauth types: ${names.filter((name) => name !== 'oidc').toSorted().join(', ')}`);
  return false;
}

async function nameAndPassword({ line, signal }: CliContext): Promise<PlainMap> {
  const given = (dest: string, isSecret: boolean): Promise<string> | string => {
    const value = line.values[dest];
    return typeof value === 'string' ? value : askUser(`${dest}: `, { isSecret, signal });
  };
  const username = await given('username', false);
  const password = await given('password', true);
  return { username: username === '' ? userInfo().username : username, password };
}

/** Asks for a token and keeps it for later commands; undefined when the login is refused. */
async function makeToken(login: PlainMap, { opts, signal, log }: CliContext): Promise<string | undefined> {
  const path = join(String(opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'mk_token', key: '', user: '', login, load: {} }, signal)) {
    const token = isPlainMap(frame['data']) ? frame['data']['token'] : undefined;
    if (frame['kind'] !== 'token' || typeof token !== 'string') continue;
    const file = String(opts['token_file']);
    try {
      writeFileSync(file, token, { mode: 0o600 });
      chmodSync(file, 0o600);
    } catch (err) {
      log.warn({ err, file }, 'the token cannot be kept');
    }
    return token;
  }
  return undefined;
}
