/** Creates or changes a repository. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isNumber, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName } from '../pkg/names.js';
import { commentLines, iniValue, type IniFile } from '../rpm/ini-file.js';
import { callYum, isDnf, yumName } from './program.js';
import { isStrict, listRepositories, readRepositoryFile, repositoryFolders, repositoryId } from './repositories.js';

/** Where packages come from; a repository has one of them. */
const LINKS = ['baseurl', 'mirrorlist', 'metalink'];

export interface ModifyCall {
  readonly repo: string;
  readonly basedir: Value;
  readonly kwargs: PlainMap;
}

/** `{ file: { id: options } }` as it is now. @throws InvocationError, CommandExecutionError */
export async function modifyRepository({ repo, basedir, kwargs }: ModifyCall, ctx: Context): Promise<PlainMap> {
  const id = safeId(repositoryId(repo));
  const options = Object.fromEntries(Object.entries(kwargs).filter(([key]) => !key.startsWith('__') && key !== 'saltenv').map(checkedOption));
  if (LINKS.filter((link) => Object.hasOwn(options, link)).length >= 2) {
    throw new InvocationError(`One and only one of ${LINKS.join(', ')} can be used`);
  }
  const doomed = Object.keys(options).filter((key) => meansNothing(options[key] ?? null));
  for (const key of doomed) delete options[key];
  const link = LINKS.find((name) => Object.hasOwn(options, name));
  if (link !== undefined) doomed.push(...LINKS.filter((name) => name !== link));
  if (doomed.includes('name')) throw new InvocationError('The repo name cannot be deleted');

  const folders = await repositoryFolders(basedir, isStrict(kwargs), ctx);
  const known = (await listRepositories(folders, kwargs, ctx))[id]?.['file'];
  const path = known === undefined ? await newFile({ repo, id, options, folders, kwargs }, ctx) : str(known);
  const isNew = known === undefined && !repo.startsWith('copr:');
  const file = isNew ? { header: '', sections: { [id]: {} } } : await readRepositoryFile(path, isStrict(kwargs), ctx);
  await writeChanged(path, file, { id, options, doomed }, ctx);
  return { [path]: file.sections };
}

/** What is empty is to be deleted; False and 0 are values. */
const meansNothing = (value: Value): boolean => typeof value !== 'boolean' && !isNumber(value) && !isTruthy(value);

/** It becomes the name of a file and the title of a section. */
function safeId(id: string): string {
  if (/[/\0\n\r\]]/.test(id) || id === '' || id.startsWith('.')) throw new InvocationError(`'${id}' is not valid as the id of a repository`);
  return id;
}

function checkedOption([key, value]: [string, Value]): [string, Value] {
  if (/[=:[\]\n\r\0]/.test(key)) throw new InvocationError(`'${key}' is not valid as an option of a repository`);
  return [key, value];
}

interface NewRepository {
  readonly repo: string;
  readonly id: string;
  readonly options: PlainMap;
  readonly folders: readonly string[];
  readonly kwargs: PlainMap;
}

/** The file of a repository that is not there yet; dnf itself adds those of copr. */
async function newFile({ repo, id, options, folders, kwargs }: NewRepository, ctx: Context): Promise<string> {
  let folder: string | undefined;
  for (const one of folders) if (folder === undefined && (await ctx.sys.exists(one))) folder = one;
  if (folder === undefined) {
    throw new InvocationError(`The repo does not exist and needs to be created, but none of the following basedir directories exist: ${repr([...folders])}`);
  }
  if (repo.startsWith('copr:')) {
    await enableCopr(repo.slice('copr:'.length), ctx);
    return str((await listRepositories([...folders], kwargs, ctx))[id]?.['file'] ?? '');
  }
  if (!Object.hasOwn(options, 'name')) throw new InvocationError('The repo does not exist and needs to be created, but a name was not given');
  if (LINKS.every((link) => !Object.hasOwn(options, link))) {
    throw new InvocationError(`The repo does not exist and needs to be created, but none of ${LINKS.join(', ')} was given`);
  }
  return `${folder}/${id}.repo`;
}

async function enableCopr(project: string, ctx: Context): Promise<void> {
  const yum = await yumName(ctx);
  const plugin = isDnf(yum) ? 'dnf-plugins-core' : 'yum-plugin-copr';
  if (!isTruthy(await ctx.call('pkg_resource.version', [plugin]))) throw new InvocationError(`${plugin} must be installed to use COPR`);
  const done = await callYum(['copr', 'enable', packageName(project), '-y'], ctx);
  if (done.retcode !== 0) {
    throw new CommandExecutionError(`Unable to add COPR '${project}'. '${yum}' exited with status ${done.retcode}: '${done.stderr}' `);
  }
}

interface Change {
  readonly id: string;
  readonly options: PlainMap;
  readonly doomed: readonly string[];
}

async function writeChanged(path: string, { header, sections }: Pick<IniFile, 'header' | 'sections'>, { id, options, doomed }: Change, ctx: Context): Promise<void> {
  const section = sections[id] ?? (sections[id] = {});
  for (const link of LINKS) {
    const others = LINKS.filter((name) => name !== link);
    if (doomed.includes(link) && others.every((name) => !Object.hasOwn(options, name) && !Object.hasOwn(section, name))) {
      throw new InvocationError(`Cannot delete ${link} without specifying ${others.join(' or ')}`);
    }
  }
  for (const key of doomed) delete section[key];
  Object.assign(section, options);
  let content = header;
  for (const [name, stanza] of Object.entries(sections)) {
    const comments = commentLines(stanza['comments'] ?? []);
    delete stanza['comments'];
    content += `[${name}]\n${Object.entries(stanza).map(([key, value]) => `${key}=${iniValue(value)}\n`).join('')}${comments}\n`;
  }
  await ctx.sys.writeFile(path, content);
}
