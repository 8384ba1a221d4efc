/** Folders of data of a server. Source: read, Salt 3008.3. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { findProgram, systemUserFor, textOf, timeLimit, withSecretFile } from './psql.js';

export interface DataFolder {
  readonly auth: string;
  readonly user: Value;
  readonly password: Value;
  readonly encoding: string;
  readonly locale: Value;
  readonly waldir: Value;
  readonly checksums: boolean;
  readonly runas: Value;
}

const isFile = async (path: string, ctx: Context): Promise<boolean> => await ctx.sys.exists(path) && (await ctx.sys.fs.stat(path)).isFile();

export const isDataFolder = async (path: string, ctx: Context): Promise<boolean> => await isFile(join(path, 'PG_VERSION'), ctx) && await isFile(join(path, 'postgresql.conf'), ctx);

export async function initDataFolder(path: string, wish: DataFolder, ctx: Context): Promise<boolean> {
  if (await isDataFolder(path, ctx)) return false;
  const initdb = await findProgram('initdb', ctx);
  if (initdb === undefined) throw new CommandExecutionError('initdb executable not found.');
  const runas = systemUserFor(wish.runas, '') ?? '';
  const argv = [
    `--pgdata=${path}`, `--username=${isTruthy(wish.user) ? str(wish.user) : runas}`, `--auth=${wish.auth}`, `--encoding=${wish.encoding}`,
    ...wish.locale === null ? [] : [`--locale=${str(wish.locale)}`], ...wish.waldir === null ? [] : [`--waldir=${str(wish.waldir)}`], ...wish.checksums ? ['--data-checksums'] : [],
  ];
  const run = async (words: readonly string[]): Promise<boolean> => {
    const done = await ctx.sys.run([initdb, ...argv, ...words], { cwd: '/', runas, cleanEnv: true, env: { LC_ALL: 'C' }, signal: ctx.signal, ...await timeLimit(ctx) });
    if (done.code !== 0) ctx.log.error({ stderr: textOf(done.stderr) }, 'initdb failed');
    return done.code === 0;
  };
  return wish.password === null ? run([]) : withSecretFile(`${str(wish.password)}\n`, runas, ctx, (file) => run([`--pwfile=${file}`]));
}
