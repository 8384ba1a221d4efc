/**
 * Makes and unpacks ZIP files by the programs `zip` and `unzip`, with the answers of Salt, which uses a library of Python.
 * `unzip` keeps what it writes below its folder. Source: read and observed, Salt 3008.3.
 */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { needProgram, runAll, word } from '../lookup/programs.js';
import { nameList, sourcePaths } from './words.js';
import { NotZipError, readZip, type ZipEntry } from './zip-directory.js';

/** Names that fit one command line together. */
const NAMES_AT_ONCE = 500;

async function checkUser(runas: string | null, ctx: Context): Promise<void> {
  if (runas !== null && runas !== '' && (await ctx.sys.userByName(runas)) === undefined) throw new InvocationError(`User '${runas}' does not exist`);
}

const join = (folder: string, name: string): string => (name.startsWith('/') ? name : `${folder.replace(/\/$/, '')}/${name}`);

/** Everything below a path, folders with a slash at the end, the path itself first. Links are followed where they are named, not below. */
async function below(path: string, ctx: Context): Promise<string[]> {
  if (!(await ctx.sys.fs.stat(path)).isDirectory()) return [path];
  const found = [`${path}/`];
  for (const entry of await ctx.sys.fs.readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) found.push(...await below(inner, ctx));
    else found.push(inner);
  }
  return found;
}

interface ZipRequest {
  readonly zipFile: string;
  readonly sources: Value;
  readonly cwd: string | null;
  readonly runas: string | null;
}

export async function makeZip({ zipFile, sources, cwd, runas }: ZipRequest, ctx: Context): Promise<string[]> {
  await checkUser(runas, ctx);
  const paths = sourcePaths(sources);
  const root = cwd === null || cwd === '' ? '/' : cwd;
  if (root === '/' && !paths.every((path) => path.startsWith('/'))) throw new InvocationError("Relative paths require the 'cwd' parameter");
  if (!root.startsWith('/')) throw new InvocationError('cwd must be absolute');
  await needProgram(ctx, 'zip');
  const names: string[] = [];
  for (const path of paths.map((source) => join(root, source))) {
    if (await ctx.sys.exists(path)) for (const one of await below(path.replace(/(.)\/+$/, '$1'), ctx)) names.push(relativeTo(root, one));
  }
  await writeZip(zipFile, names, { root, runas }, ctx);
  return names;
}

/** What lies elsewhere is named from the root of the system. */
function relativeTo(root: string, path: string): string {
  const start = root.endsWith('/') ? root : `${root}/`;
  return path.startsWith(start) ? path.slice(start.length) : path.slice(1);
}

/** The file is new and complete, or the old one stays. */
async function writeZip(zipFile: string, names: readonly string[], { root, runas }: { root: string; runas: string | null }, ctx: Context): Promise<void> {
  const target = join(process.cwd(), zipFile);
  const temporary = `${target}.tsalt-${process.pid}.zip`;
  try {
    for (let at = 0; at < names.length; at += NAMES_AT_ONCE) {
      const done = await runAll(ctx, ['zip', '-q', '-X', temporary, '--', ...names.slice(at, at + NAMES_AT_ONCE)], { cwd: root, runas, redirect_stderr: true });
      if (done.retcode !== 0) throw new CommandExecutionError(`Exception encountered creating zipfile: ${done.stdout.trim()}`);
    }
    if (names.length > 0) await ctx.sys.fs.rename(temporary, target);
  } finally {
    await ctx.sys.fs.rm(temporary, { force: true });
  }
}

interface UnzipRequest {
  readonly zipFile: string;
  readonly dest: string;
  readonly excludes: Value;
  readonly runas: string | null;
  readonly password: Value;
  readonly keepRights: boolean;
}

async function entriesOf(path: string, ctx: Context): Promise<ZipEntry[]> {
  try {
    return await readZip(path, ctx);
  } catch (err) {
    const text = isOsError(err) ? osErrorText(err) : err instanceof NotZipError ? err.message : undefined;
    if (text === undefined) throw err;
    throw new CommandExecutionError(`Exception encountered unpacking zipfile: ${text}`, { cause: err });
  }
}

/** `unzip` takes names for patterns. */
const asPattern = (name: string): string => name.replace(/[[\]*?\\]/g, '\\$&');

export async function unpackZip(request: UnzipRequest, ctx: Context): Promise<string[]> {
  await checkUser(request.runas, ctx);
  const entries = await entriesOf(request.zipFile, ctx);
  const excludes = isTruthy(request.excludes) ? new Set(nameList(request.excludes)) : new Set<string>();
  const wanted = entries.filter(({ name }) => !excludes.has(name));
  if (wanted.length === 0) return [];
  if (wanted.some((entry) => entry.isEncrypted) && !isTruthy(request.password)) {
    throw new CommandExecutionError(`Exception encountered unpacking zipfile: File ${wanted.find((entry) => entry.isEncrypted)?.name ?? ''} is encrypted, password required for extraction`);
  }
  await needProgram(ctx, 'unzip');
  const patterns = [...excludes].filter((name) => entries.some((entry) => entry.name === name)).map((name) => asPattern(word(name, 'Exclude')));
  const secret = isTruthy(request.password) ? ['-P', str(request.password)] : [];
  const argv = ['unzip', '-o', '-q', ...secret, word(request.zipFile, 'Archive'), '-d', word(request.dest, 'Folder'), ...(patterns.length > 0 ? ['-x', ...patterns] : [])];
  const done = await runAll(ctx, argv, { runas: request.runas, redirect_stderr: true, ...(secret.length > 0 ? { output_loglevel: 'quiet' } : {}) });
  if (done.retcode !== 0) throw new CommandExecutionError(`Exception encountered unpacking zipfile: ${done.stdout.trim()}`);
  await setRights(wanted, request, ctx);
  return wanted.map(({ name }) => name);
}

/** Rights of the archive, or those that new files have; what has none in it gets the latter, too. */
async function setRights(entries: readonly ZipEntry[], { dest, keepRights }: UnzipRequest, ctx: Context): Promise<void> {
  const umask = process.umask();
  for (const { name, mode, isLink } of entries) {
    if (isLink || name.startsWith('/') || name.split('/').includes('..')) continue;
    const rights = keepRights && mode !== 0 ? mode & 0o7777 : (name.endsWith('/') ? 0o777 : 0o666) & ~umask;
    const path = join(dest, name);
    // Never through a link that the archive brought; a name in old letters may stand otherwise on the disk: its rights stay.
    const found = await ctx.sys.fs.lstat(path).catch(() => undefined);
    if (found !== undefined && !found.isSymbolicLink()) await ctx.sys.fs.chmod(path, rights);
  }
}
