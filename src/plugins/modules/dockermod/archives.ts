/** Containers and images as files: export, save, import, load. Source: read, Salt 3006; Docker Engine API 1.41. */
import { dirname, isAbsolute } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { DockerError } from '../../../kernel/sys/docker/client.js';
import { checkedImage } from '../../../kernel/sys/docker/names.js';
import { createTemporary } from '../../../kernel/sys/file/temporary.js';
import { containerPath, imagePath, inspectContainer, inspectImage } from './inspect.js';
import { images } from './lists.js';
import { asking, ask, elapsedSince, openClient, sizeText, type Question } from './server.js';

export interface Target {
  readonly path: string;
  readonly overwrite: boolean;
  readonly makedirs: boolean;
  readonly compression: string | null;
  readonly push: Value;
}

const COMPRESSIONS: Readonly<Record<string, string>> = { gz: 'gzip', gzip: 'gzip', bz2: 'bzip2', bzip2: 'bzip2', lzma: 'xz', xz: 'xz' };
const ENDINGS: readonly [RegExp, string][] = [[/\.(?:tar\.gz|tgz)$/, 'gzip'], [/\.(?:tar\.bz2|tbz2)$/, 'bzip2'], [/\.(?:tar\.xz|txz)$/, 'xz']];

function compressionOf({ path, compression }: Target): string | undefined {
  if (compression === null) return ENDINGS.find(([ending]) => ending.test(path))?.[1];
  const known = COMPRESSIONS[compression];
  if (known === undefined) throw new InvocationError(`Invalid compression type '${compression}'`);
  return known;
}

async function checkedTarget({ path, overwrite, makedirs }: Target, ctx: Context): Promise<void> {
  if (!isAbsolute(path)) throw new InvocationError(`Path '${path}' is not absolute`);
  if (!overwrite && await ctx.sys.exists(path)) throw new CommandExecutionError(`${path} already exists`);
  const folder = dirname(path);
  if (await ctx.sys.exists(folder)) return;
  if (!makedirs) throw new CommandExecutionError(`Parent dir ${folder} of destination path does not exist. Use makedirs=True to create it.`);
  try {
    await ctx.sys.fs.mkdir(folder, { recursive: true });
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Unable to make parent dir ${folder}: ${osErrorText(error)}`, { cause: error });
  }
}

/** Packs a file by a program into a new one beside it; gives the path of that. */
async function packed(from: string, program: string, ctx: Context): Promise<string> {
  const { path, handle } = await createTemporary(ctx.sys, dirname(from), '.tsalt-docker-');
  try {
    const { code, stderr } = await ctx.sys.run([program, '-c', '--', from], { stdoutFd: handle.fd, signal: ctx.signal });
    if (code !== 0) throw new CommandExecutionError(`${program}: ${Buffer.from(stderr).toString('utf8').trim()}`);
    return path;
  } catch (error) {
    await ctx.sys.fs.rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Writes an archive that the service sends; the file has its name when it is whole. Differs: only its owner may read it. */
async function written(question: Question, target: Target, kind: string, ctx: Context): Promise<PlainMap> {
  const compression = compressionOf(target);
  await checkedTarget(target, ctx);
  const started = ctx.sys.now();
  const temporary = await createTemporary(ctx.sys, dirname(target.path), '.tsalt-docker-');
  const made = [temporary.path];
  try {
    const { response } = await (await openClient(ctx)).open(asking(question, ctx));
    const file = temporary.handle.createWriteStream();
    await (compression === 'gzip' ? pipeline(response, createGzip(), file) : pipeline(response, file));
    if (compression !== undefined && compression !== 'gzip') made.push(await packed(temporary.path, compression, ctx));
    await ctx.sys.fs.rename(made.at(-1) ?? temporary.path, target.path);
  } catch (error) {
    if (error instanceof DockerError || !(error instanceof Error)) throw error;
    throw new CommandExecutionError(`Error occurred during ${kind}: ${error.message}`, { cause: error });
  } finally {
    await temporary.handle.close();
    for (const path of made) await ctx.sys.fs.rm(path, { force: true });
  }
  const { size } = await ctx.sys.fs.stat(target.path);
  const pushed = isTruthy(target.push) ? { Push: await ctx.call('cp.push', [target.path]) } : {};
  return { Time_Elapsed: elapsedSince(started, ctx), Path: target.path, Size: size, Size_Human: sizeText(size), ...pushed };
}

export async function exportContainer(name: string, target: Target, ctx: Context): Promise<PlainMap> {
  await inspectContainer(name, ctx);
  return written({ path: containerPath(name, '/export') }, target, 'container export', ctx);
}

export async function saveImage(name: string, target: Target, ctx: Context): Promise<PlainMap> {
  await inspectImage(name, ctx);
  return written({ path: imagePath(name, '/get') }, target, 'image save', ctx);
}

/** A file of the file server in the cache; any other path as it is. @throws CommandExecutionError */
export async function cachedFile(source: string, ctx: Context, saltenv?: string): Promise<string> {
  if (!source.startsWith('salt://')) return source;
  const path = await ctx.call('cp.cache_file', saltenv === undefined ? [source] : [source, saltenv]);
  if (typeof path !== 'string' || path === '') throw new CommandExecutionError(`Unable to cache ${source}`);
  return path;
}

const isRemote = (source: string): boolean => /^https?:\/\//.test(source);

/** Sends a file and reads what the service says. */
async function sent(path: string, question: Question, ctx: Context): Promise<Value[]> {
  const handle = await ctx.sys.fs.open(path, 'r').catch((error: unknown) => {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Source file ${path} does not exist`, { cause: error });
  });
  try {
    const archive = handle.createReadStream({ autoClose: false });
    return await (await openClient(ctx)).values(asking({ ...question, seconds: 0, archive }, ctx));
  } finally {
    await handle.close();
  }
}

/** Errors that stand inside of a good answer. */
export const errorsIn = (answers: readonly Value[]): string[] => answers.flatMap((answer) => {
  if (!isPlainMap(answer)) return [];
  const { errorDetail = null, error = null } = answer;
  const words = isPlainMap(errorDetail) ? errorDetail['message'] ?? error : error;
  return words === null ? [] : [str(words)];
});

export async function importImage(source: string, repository: string, tag: string, isWhole: boolean, ctx: Context): Promise<PlainMap> {
  checkedImage(`${repository}:${tag}`);
  const started = ctx.sys.now();
  // The tag as a part of the name, as both services understand it; Podman 4.3 takes no notice of `tag`.
  const query = { repo: `${repository}:${tag}` };
  const answers = isRemote(source)
    ? await (await openClient(ctx)).values(asking({ method: 'POST', path: '/images/create', query: { ...query, fromSrc: source }, seconds: 0 }, ctx))
    : await sent(await cachedFile(source, ctx), { method: 'POST', path: '/images/create', query: { ...query, fromSrc: '-' } }, ctx);
  // Differs: the id of newer services, `sha256:...`, which Salt 3006 does not know and calls a failure.
  const id = answers.map((answer) => (isPlainMap(answer) ? str(answer['status'] ?? '') : '')).find((status) => /^(?:sha256:)?[0-9a-f]{12,}$/.test(status));
  const errors = errorsIn(answers);
  if (id === undefined) throw new CommandExecutionError(`Import failed for ${source}${errors.length === 0 ? '' : `. Error(s) follow:\n\n${errors.join('\n\n')}`}`);
  return { Time_Elapsed: elapsedSince(started, ctx), ...isWhole ? { API_Response: answers } : {}, Image: `${repository}:${tag}`, Id: id };
}

/** Images on which no other is built. */
function topLevel(all: PlainMap, among: readonly string[] = Object.keys(all)): string[] {
  const parents = new Set(Object.values(all).map((facts) => (isPlainMap(facts) ? facts['ParentId'] ?? null : null)));
  return among.filter((id) => !parents.has(id));
}

async function tagged(tops: readonly string[], repository: string, tag: string, ctx: Context): Promise<PlainMap> {
  const [top, ...more] = tops;
  if (more.length > 0) return { Warning: `More than one top-level image layer was loaded (${tops.join(', ')}), no image was tagged` };
  if (top === undefined) return { Warning: 'No top-level image layers were loaded, no image was tagged' };
  try {
    await ask({ method: 'POST', path: imagePath(top, '/tag'), query: { repo: repository, tag } }, ctx);
    return { Image: `${repository}:${tag}` };
  } catch (error) {
    if (!(error instanceof DockerError)) throw error;
    return { Warning: `Failed to tag ${top} as ${repository}:${tag}: ${error.message}` };
  }
}

export async function loadImage(path: string, repository: string | null, tag: string | null, ctx: Context): Promise<PlainMap> {
  if ((repository === null) !== (tag === null)) throw new InvocationError('If tagging, both a repository and tag are required');
  if (repository !== null && tag !== null) checkedImage(`${repository}:${tag}`);
  const local = await cachedFile(path, ctx);
  const before = await images(true, false, ctx);
  const started = ctx.sys.now();
  const errors = errorsIn(await sent(local, { method: 'POST', path: '/images/load', query: { quiet: 'true' } }, ctx));
  if (errors.length > 0) throw new CommandExecutionError(`Failed to load image(s) from ${path}: ${errors.join('; ')}`);
  const elapsed = elapsedSince(started, ctx);
  const after = await images(true, false, ctx);
  const layers = Object.keys(after).filter((id) => before[id] === undefined);
  return {
    Time_Elapsed: elapsed, Path: path, Layers: layers.map((id) => id.slice(0, 12)),
    ...repository === null || tag === null ? {} : await tagged(topLevel(after, layers), repository, tag, ctx),
  };
}

/** Images without a name on which no other is built, by the first characters of their ids. */
export async function danglingImages(ctx: Context): Promise<string[]> {
  const all = await images(true, false, ctx);
  const isNameless = (facts: Value | undefined): boolean => {
    const tags = isPlainMap(facts ?? null) ? (facts as PlainMap)['RepoTags'] ?? null : null;
    return !isList(tags) || tags.every((tag) => tag === '<none>:<none>');
  };
  // Differs: of an id that begins with `sha256:` Salt 3006 gives no more than five digits.
  return topLevel(all).filter((id) => isNameless(all[id])).map((id) => id.replace(/^sha256:/, '').slice(0, 12));
}
