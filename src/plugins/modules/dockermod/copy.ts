/** Files into containers and out of them, and scripts that run there. Source: read, Salt 3006; Docker Engine API 1.41, "archive". */
import { randomBytes } from 'node:crypto';
import { basename, dirname, isAbsolute, join, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fileInTar, tarEnd, tarHead } from '../../../kernel/sys/docker/one-file-tar.js';
import { createTemporary } from '../../../kernel/sys/file/temporary.js';
import { quoteWord } from '../../../kernel/sys/shell-words.js';
import { readJson } from '../../../kernel/yaml/read-json.js';
import { cachedFile } from './archives.js';
import { execute } from './execute.js';
import { containerPath, containerState, found } from './inspect.js';
import { ask, asking, openClient } from './server.js';

/** Bits of the file modes of Go, in which the service tells them. */
const GO_FOLDER = 2 ** 31;
const GO_LINK = 2 ** 27;
const LINKS_MAX = 10;

interface Inside {
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly mode: number;
}

/** What stands at a path in a container, links followed; undefined when there is nothing. */
async function lookInside(name: string, path: string, ctx: Context, links = 0): Promise<Inside | undefined> {
  const asked = asking({ method: 'HEAD', path: containerPath(name, '/archive'), query: { path } }, ctx);
  const opened = await found((await openClient(ctx)).open(asked));
  if (opened === undefined) return undefined;
  opened.response.resume();
  const header = opened.response.headers['x-docker-container-path-stat'];
  const facts = readJson(Buffer.from(String(header ?? ''), 'base64').toString('utf8'));
  if (!isPlainMap(facts)) throw new CommandExecutionError('The service does not tell what stands at a path');
  const mode = Number(facts['mode'] ?? 0);
  if (Math.floor(mode / GO_LINK) % 2 === 1) {
    if (links === LINKS_MAX) throw new CommandExecutionError(`Too many links at ${path}`);
    return lookInside(name, posix.resolve(posix.dirname(path), str(facts['linkTarget'] ?? '')), ctx, links + 1);
  }
  const bits = mode % 2 ** 12;
  if (mode >= GO_FOLDER) return { path, kind: 'folder', mode: bits };
  // All other kinds have a bit of their own above the permissions; those of set-uid and its sisters are at 20 to 23.
  return { path, kind: [19, 21, 24, 25, 26].some((bit) => Math.floor(mode / 2 ** bit) % 2 === 1) ? 'other' : 'file', mode: bits };
}

async function needRunning(name: string, ctx: Context): Promise<void> {
  if (await containerState(name, ctx) !== 'running') throw new CommandExecutionError(`Container '${name}' is not running`);
}

export interface Copy {
  readonly name: string;
  readonly source: string;
  readonly dest: string;
  readonly overwrite: boolean;
  readonly makedirs: boolean;
}

const isFolder = (path: string, ctx: Context): Promise<boolean> => ctx.sys.fs.stat(path).then((facts) => facts.isDirectory(), () => false);

/** Where a file of the container shall stand on this machine. */
async function placeHere({ source, dest, overwrite, makedirs }: Copy, ctx: Context): Promise<string> {
  if (!isAbsolute(dest)) throw new InvocationError('Destination path must be absolute');
  const place = await isFolder(dest, ctx) ? join(dest, basename(source)) : dest;
  const folder = dirname(place);
  if (!await isFolder(folder, ctx)) {
    if (!makedirs) throw new InvocationError(`Directory ${folder} does not exist`);
    try {
      await ctx.sys.fs.mkdir(folder, { recursive: true });
    } catch (error) {
      if (!isOsError(error)) throw error;
      throw new CommandExecutionError(`Unable to make destination directory ${folder}: ${osErrorText(error)}`, { cause: error });
    }
  }
  if (!overwrite && await ctx.sys.exists(place)) throw new CommandExecutionError(`Destination path ${place} already exists. Use overwrite=True to overwrite it`);
  return place;
}

/** Copies a file out of a container. Differs: needs no program in it; the copy has its name when it is whole. */
export async function copyFrom(copy: Copy, ctx: Context): Promise<true> {
  const { name, source } = copy;
  await needRunning(name, ctx);
  const place = await placeHere(copy, ctx);
  if (!isAbsolute(source)) throw new InvocationError('Source path must be absolute');
  const inside = await lookInside(name, source, ctx);
  if (inside === undefined) throw new InvocationError(`Source file ${source} does not exist`);
  if (inside.kind !== 'file') throw new InvocationError('Source must be a regular file');
  const { response } = await (await openClient(ctx)).open(asking({ path: containerPath(name, '/archive'), query: { path: inside.path } }, ctx));
  const { path, handle } = await createTemporary(ctx.sys, dirname(place), '.tsalt-docker-');
  try {
    await pipeline(response, fileInTar, handle.createWriteStream());
    await ctx.sys.fs.chmod(path, inside.mode & 0o777);
    await ctx.sys.fs.rename(path, place);
    return true;
  } finally {
    await handle.close();
    await ctx.sys.fs.rm(path, { force: true });
  }
}

/** Where a file of this machine shall stand in the container. */
async function placeInside({ name, dest, overwrite, makedirs }: Copy, base: string, ctx: Context): Promise<string> {
  if (!isAbsolute(dest)) throw new InvocationError('Destination path must be absolute');
  const there = await lookInside(name, dest, ctx);
  const place = there?.kind === 'folder' ? posix.join(dest, base) : dest;
  const folder = posix.dirname(place);
  if ((await lookInside(name, folder, ctx))?.kind !== 'folder') {
    if (!makedirs) throw new InvocationError(`Directory ${folder} does not exist on docker container '${name}'`);
    const made = await execute(name, { cmd: `mkdir -p -- ${quoteWord(folder)}`, stdin: null, keepEnv: null, hasShell: false }, ctx);
    if (made['retcode'] !== 0) throw new CommandExecutionError(`Unable to create destination directory ${folder} in container '${name}'${made['stderr'] === '' ? '' : `: ${str(made['stderr'] ?? '')}`}`);
  }
  if (!overwrite && await lookInside(name, place, ctx) !== undefined) throw new CommandExecutionError(`Destination path ${place} already exists. Use overwrite=True to overwrite it`);
  return place;
}

async function put(name: string, local: string, place: string, mode: number | undefined, ctx: Context): Promise<void> {
  const handle = await ctx.sys.fs.open(local, 'r');
  try {
    const facts = await handle.stat();
    const content = async function* (): AsyncGenerator<Buffer> {
      yield tarHead(posix.basename(place), facts.size, mode ?? facts.mode);
      // A file that grows meanwhile ends where it ended.
      if (facts.size > 0) yield* handle.createReadStream({ start: 0, end: facts.size - 1, autoClose: false }) as AsyncIterable<Buffer>;
      yield tarEnd(facts.size);
    };
    await ask({ method: 'PUT', path: containerPath(name, '/archive'), query: { path: posix.dirname(place), noOverwriteDirNonDir: 'true' }, archive: Readable.from(content()), seconds: 0 }, ctx);
  } finally {
    await handle.close();
  }
}

/** Copies a file of this machine or of the file server into a container. Differs: needs no program in it. */
export async function copyTo(copy: Copy, ctx: Context): Promise<true> {
  await needRunning(copy.name, ctx);
  const local = await cachedFile(copy.source, ctx);
  if (!isAbsolute(local)) throw new InvocationError('Source path must be absolute');
  const facts = await ctx.sys.fs.stat(local).catch((error: unknown) => {
    if (!isOsError(error)) throw error;
    throw new InvocationError(`Source file ${local} does not exist`, { cause: error });
  });
  if (!facts.isFile()) throw new InvocationError('Source must be a regular file');
  await put(copy.name, local, await placeInside(copy, basename(local), ctx), undefined, ctx);
  return true;
}

export interface Script {
  readonly name: string;
  readonly source: string;
  readonly saltenv: string;
  readonly args: Value;
  readonly template: string | null;
  readonly stdin: Value;
  readonly keep_env: Value;
}

/** Runs a script of this machine or of the file server in a container; it lies below `/tmp` there while it runs. */
export async function runScript({ name, source, saltenv, args, template, stdin, keep_env: keepEnv }: Script, ctx: Context): Promise<PlainMap> {
  await needRunning(name, ctx);
  const local = template === null ? await cachedFile(source, ctx, saltenv) : await rendered(source, template, saltenv, ctx);
  const place = `/tmp/salt.docker.${randomBytes(6).toString('hex')}${posix.extname(source)}`;
  await put(name, local, place, 0o700, ctx);
  try {
    const words = isTruthy(args) ? ` ${str(args)}` : '';
    return await execute(name, { cmd: `${place}${words}`, stdin: stdin === null ? null : str(stdin), keepEnv, hasShell: true }, ctx);
  } finally {
    await execute(name, { cmd: `rm -f ${place}`, stdin: null, keepEnv: null, hasShell: false }, ctx);
  }
}

async function rendered(source: string, template: string, saltenv: string, ctx: Context): Promise<string> {
  const path = await ctx.call('cp.get_template', [source, '', template, saltenv]);
  if (typeof path !== 'string' || path === '') throw new CommandExecutionError(`Unable to cache ${source}`);
  return path;
}
