/** Repositories: files below the folders of the configuration. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../pkg/targets.js';
import { commentLines, iniValue, readIni, type IniFile } from '../rpm/ini-file.js';

const FOLDERS = ['/etc/yum/repos.d', '/etc/yum.repos.d'];
const CONFIGURATIONS = ['/etc/yum/yum.conf', '/etc/yum.conf', '/etc/dnf/dnf.conf', '/etc/tdnf/tdnf.conf'];

/** Files with a section or option twice are refused unless `strict_config` is false. */
export const isStrict = (kwargs: PlainMap): boolean => isTruthy(kwargs['strict_config'] ?? true);

/** Folders of repositories: those given, those of the configuration, or the usual ones. @throws CommandExecutionError, InvocationError */
export async function repositoryFolders(basedir: Value, strict: boolean, ctx: Context): Promise<string[]> {
  const given = splitWords(basedir);
  if (given.length > 0) return given;
  for (const path of CONFIGURATIONS) {
    const text = await ctx.sys.readText(path);
    if (text === undefined) continue;
    const configured = readIni(text, path, strict).sections['main']?.['reposdir'];
    const folders = configured === undefined ? FOLDERS : splitWords(configured);
    if (folders.length === 0) throw new InvocationError('Could not determine any repo directories');
    return folders;
  }
  throw new CommandExecutionError(`No suitable yum config file found in: (${CONFIGURATIONS.map(repr).join(', ')})`);
}

export async function readRepositoryFile(path: string, strict: boolean, ctx: Context): Promise<IniFile> {
  const file = readIni((await ctx.sys.readText(path)) ?? '', path, strict);
  if (file.stray !== undefined) ctx.log.error({ path }, 'cannot read a file of repositories: it does not begin with a section');
  return file;
}

/** `{ id: options }` with the `file` each is from. */
export async function listRepositories(basedir: Value, kwargs: PlainMap, ctx: Context): Promise<Record<string, PlainMap>> {
  const strict = isStrict(kwargs);
  const found: Record<string, PlainMap> = {};
  for (const folder of await repositoryFolders(basedir, strict, ctx)) {
    if (!(await ctx.sys.exists(folder))) continue;
    for (const name of (await ctx.sys.fs.readdir(folder)).filter((item) => item.endsWith('.repo'))) {
      const path = `${folder}/${name}`;
      const { sections } = await readRepositoryFile(path, strict, ctx);
      for (const [id, options] of Object.entries(sections)) found[id] = { ...options, file: path };
    }
  }
  return found;
}

/** The id under which dnf keeps `copr:owner/name`. */
export function repositoryId(repo: string): string {
  if (!repo.startsWith('copr:')) return repo;
  const [owner = '', ...name] = repo.slice('copr:'.length).split('/');
  return `copr:copr.fedorainfracloud.org:${owner}:${name.join('/')}`;
}

/** The options of one repository, empty when there is none. */
export async function findRepository(repo: string, basedir: Value, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const { file: _file, ...options } = (await listRepositories(basedir, kwargs, ctx))[repositoryId(repo)] ?? {};
  return options;
}

/** Removes a repository, and its file when nothing else is in it. Gives a sentence. */
export async function deleteRepository(repo: string, basedir: Value, kwargs: PlainMap, ctx: Context): Promise<string> {
  const id = repositoryId(repo);
  const folders = await repositoryFolders(basedir, isStrict(kwargs), ctx);
  const repositories = await listRepositories(folders, kwargs, ctx);
  const found = repositories[id];
  if (found === undefined) return `Error: the ${id} repo does not exist in ${repr(folders)}`;
  const path = str(found['file'] ?? '');
  if (Object.entries(repositories).every(([other, { file }]) => other === id || file !== path)) {
    await ctx.sys.fs.rm(path);
    return `File ${path} containing repo ${id} has been removed`;
  }
  const { header, sections } = await readRepositoryFile(path, isStrict(kwargs), ctx);
  const kept = Object.entries(sections).filter(([name]) => name !== id);
  const text = kept.map(([name, { comments = [], ...options }]) =>
    `\n[${name}]${Object.entries(options).map(([key, value]) => `\n${key}=${iniValue(value)}`).join('')}\n${commentLines(comments)}\n`);
  await ctx.sys.writeFile(path, header + text.join(''));
  return `Repo ${id} has been removed from ${path}`;
}
