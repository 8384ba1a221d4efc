/** What is in an archive: tar by the program `tar`, ZIP by its directory, RAR by `rar`. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { asError } from '../../../kernel/std/async.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { compareText } from '../../../kernel/std/python-order.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';
import { needProgram } from '../lookup/programs.js';
import { splitWords } from '../../../kernel/sys/shell-words.js';
import { NotZipError, readZip } from './zip-directory.js';

export interface Contents {
  dirs: string[];
  files: string[];
  links: string[];
}

const LIST_BYTES_MAX = 512 * 1024 * 1024;
const TAR_ENDINGS = ['tar', 'tar.gz', 'tgz', 'tar.bz2', 'tbz2', 'tbz', 'tar.xz', 'txz', 'tar.lzma', 'tlz'];

/** Format by the ending of a name. */
export function guessFormat(name: string): string | undefined {
  const ends = (ending: string): boolean => name.toLowerCase().endsWith(`.${ending}`);
  return TAR_ENDINGS.some(ends) ? 'tar' : ['zip', 'rar'].find(ends);
}

const UNREADABLE = '. If this is an XZ-compressed tar archive, install XZ Utils to enable listing its contents. If it is compressed using something other than XZ, '
  + 'it may be necessary to specify CLI options to decompress the archive. See the documentation for details.';

/** Names in C's quotes: nothing in them can be taken for anything else. */
const LIST: readonly [string, ...string[]] = ['tar', '--list', '--verbose', '--numeric-owner', '--absolute-names', '--quoting-style=c', '--force-local'];
const ROW = /^(.)\S*\s+\S+\s+(?:\d+,\s*)?\d+\s+\S+\s+\S+\s+"((?:[^"\\]|\\.)*)"/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unquoted(text: string): string {
  const bytes = text.replace(/\\([0-7]{3}|.)/g, (_whole, code: string) =>
    (code.length === 3 ? String.fromCharCode(parseInt(code, 8)) : ESCAPES[code] ?? code));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export function readTarList(text: string): Contents {
  const contents: Contents = { dirs: [], files: [], links: [] };
  for (const line of text.split('\n')) {
    const [, kind, quoted] = ROW.exec(line) ?? [];
    if (quoted === undefined) continue;
    const name = unquoted(quoted);
    if (kind === 'd') contents.dirs.push(`${name.replace(/\/+$/, '')}/`);
    else contents[kind === 'l' ? 'links' : 'files'].push(name);
  }
  return contents;
}

async function listTar(name: string, path: string, options: Value, ctx: Context): Promise<Contents> {
  await needProgram(ctx, 'tar');
  const limits = { env: { LC_ALL: 'C' }, outputBytesMax: LIST_BYTES_MAX, signal: ctx.signal };
  let done = await ctx.sys.run([...LIST, '--file', path], limits);
  if (done.code !== 0 && isTruthy(options)) {
    const [program, ...words] = splitWords(str(options));
    if (program === undefined) throw new CommandExecutionError('Invalid CLI options');
    const plain = await ctx.sys.run([program, ...words, path], limits);
    if (plain.code !== 0) throw new CommandExecutionError(`Failed to decompress ${name}`);
    done = await ctx.sys.run([...LIST, '--file', '-'], { ...limits, stdin: plain.stdout });
  }
  if (done.code !== 0 || done.truncated) throw new CommandExecutionError(`Unable to list contents of ${name}${UNREADABLE}`);
  return readTarList(Buffer.from(done.stdout).toString('latin1'));
}

/** Folders that have no entry of their own are told, too. */
async function listZip(name: string, path: string, ctx: Context): Promise<Contents> {
  const entries = await readZip(path, ctx).catch((err: unknown) => {
    if (err instanceof NotZipError) throw new CommandExecutionError(`${name} is not a ZIP file`, { cause: err });
    throw err;
  });
  const plain = entries.filter((entry) => !entry.isLink && !entry.isFolder).map((entry) => entry.name);
  const dirs = new Set(entries.filter((entry) => entry.isFolder).map((entry) => entry.name));
  for (const file of plain) if (file.includes('/')) dirs.add(file.slice(0, file.lastIndexOf('/') + 1));
  return { dirs: [...dirs], files: plain.filter((file) => !dirs.has(file)), links: entries.filter((entry) => entry.isLink).map((entry) => entry.name) };
}

async function listRar(name: string, ctx: Context): Promise<Contents> {
  if ((await ctx.sys.which('rar')) === undefined) throw new CommandExecutionError('rar command not available, is it installed?');
  const output = str(await ctx.call('cmd.run', [['rar', 'lt', ...(name.startsWith('-') ? ['--'] : []), name]], { python_shell: false, ignore_retcode: false }));
  const contents: Contents = { dirs: [], files: [], links: [] };
  for (const [, path = '', type = ''] of output.matchAll(/Name:\s*([^\n]+)\s*Type:\s*([^\n]+)/g)) {
    if (type === 'Directory') contents.dirs.push(`${path}/`);
    else contents.files.push(path);
  }
  if (contents.dirs.length > 0 || contents.files.length > 0) return contents;
  throw new CommandExecutionError(`Failed to list ${name}, is it a rar file? If so, the installed version of rar may be too old to list data in a parsable format. `
    + `Installing the rarfile Python module may be an easier workaround if newer rar is not readily available. Additional info follows:\n\nerror:\n    ${output}`);
}

export interface ListRequest {
  /** As the user named it. */
  readonly name: string;
  /** Where the file is. */
  readonly path: string;
  readonly format: string | null;
  readonly options: Value;
}

export async function contentsOf({ name, path, format, options }: ListRequest, ctx: Context): Promise<Contents> {
  const kind = format === null || format === '' ? guessFormat(name) : format;
  if (kind === undefined) throw new CommandExecutionError("Unable to guess archive format, please pass an 'archive_format' argument.");
  try {
    switch (kind) {
      case 'tar': return await listTar(name, path, options, ctx);
      case 'zip': return await listZip(name, path, ctx);
      case 'rar': return await listRar(name, ctx);
      default: throw new CommandExecutionError(`Unsupported archive format '${kind}'`);
    }
  } catch (err) {
    if (err instanceof CommandExecutionError) throw err;
    if (isOsError(err)) throw new CommandExecutionError(`Failed to list contents of ${name}: ${osErrorText(err)}`, { cause: err });
    throw new CommandExecutionError(`Uncaught exception '${asError(err).message}' when listing contents of ${name}`, { cause: err });
  }
}

/** Without the first folders of each path; those that are not deep enough are gone. */
export function strip({ dirs, files, links }: Contents, count: number): Contents {
  const deeper = (paths: readonly string[]): string[] => paths.map((path) => path.split('/').slice(count).join('/')).filter((path) => path !== '');
  return { dirs: deeper(dirs), files: deeper(files), links: deeper(links) };
}

const slashes = (path: string): number => path.split('/').length - 1;

/** With what lies at the top told apart; a folder that holds everything counts even without an entry of its own. */
export function inDetail(contents: Contents): Record<string, string[]> {
  const sorted = (paths: readonly string[]): string[] => paths.toSorted(compareText);
  const [dirs, files, links] = [sorted(contents.dirs), sorted(contents.files), sorted(contents.links)];
  const top = (paths: readonly string[]): string[] => paths.filter((path) => slashes(path) === 0);
  const topDirs = dirs.filter((path) => slashes(path) === 1);
  const common = commonStart([...dirs, ...files, ...links]);
  const root = `${common.split('/')[0] ?? ''}/`;
  if (common.includes('/') && !topDirs.includes(root)) topDirs.push(root);
  return { dirs, files, links, top_level_dirs: topDirs, top_level_files: top(files), top_level_links: top(links) };
}

function commonStart(paths: readonly string[]): string {
  let common = paths[0] ?? '';
  for (const path of paths) while (!path.startsWith(common)) common = common.slice(0, -1);
  return common;
}
