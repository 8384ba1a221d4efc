/** Images built from a folder, an address or the text of a Dockerfile. Source: read, Salt 3006; Docker Engine API 1.41, "Build an image". */
import { Readable } from 'node:stream';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { checkedImage } from '../../../kernel/sys/docker/names.js';
import { tarEnd, tarHead } from '../../../kernel/sys/docker/one-file-tar.js';
import { createTemporary } from '../../../kernel/sys/file/temporary.js';
import { errorsIn } from './archives.js';
import { found, inspectImage } from './inspect.js';
import { tagsOf } from './lists.js';
import { asking, elapsedSince, openClient } from './server.js';

export interface Build {
  readonly path: string | null;
  readonly repository: string | null;
  readonly tag: string | null;
  readonly cache: boolean;
  readonly rm: boolean;
  readonly api_response: boolean;
  /** Text of a Dockerfile. */
  readonly fileobj: string | null;
  readonly dockerfile: string | null;
  readonly buildargs: Value;
}

type Query = Record<string, string>;

/** Sends a folder, packed by the program `tar`. */
async function ofFolder(folder: string, query: Query, ctx: Context): Promise<Value[]> {
  const { path, handle } = await createTemporary(ctx.sys);
  try {
    const { code, stderr } = await ctx.sys.run(['tar', '-C', folder, '-cf', '-', '.'], { stdoutFd: handle.fd, signal: ctx.signal });
    if (code !== 0) throw new CommandExecutionError(`Build failed for ${folder}: ${Buffer.from(stderr).toString('utf8').trim()}`);
    const packed = await ctx.sys.fs.open(path, 'r');
    try {
      return await built(packed.createReadStream({ autoClose: false }), query, ctx);
    } finally {
      await packed.close();
    }
  } finally {
    await handle.close();
    await ctx.sys.fs.rm(path, { force: true });
  }
}

async function built(archive: Readable | undefined, query: Query, ctx: Context): Promise<Value[]> {
  return (await openClient(ctx)).values(asking({ method: 'POST', path: '/build', query, seconds: 0, ...archive === undefined ? {} : { archive } }, ctx));
}

function answersFor({ path, fileobj }: Build, query: Query, ctx: Context): Promise<Value[]> {
  if (fileobj !== null) {
    const text = Buffer.from(fileobj);
    return built(Readable.from([tarHead('Dockerfile', text.length, 0o644), text, tarEnd(text.length)]), query, ctx);
  }
  if (path === null) throw new InvocationError('Either path or fileobj needs to be provided.');
  return /^(?:https?|git):\/\//.test(path) ? built(undefined, { ...query, remote: path }, ctx) : ofFolder(path, query, ctx);
}

/** What the service wrote. */
const streamed = (answers: readonly Value[]): string[] => answers.flatMap((answer) => (isPlainMap(answer) && typeof answer['stream'] === 'string' ? [answer['stream'].trimEnd()] : []));

export async function build(wish: Build, ctx: Context): Promise<PlainMap> {
  const { path, repository, tag, cache, rm, api_response: isWhole, dockerfile, buildargs } = wish;
  if (repository === null && tag !== null) throw new InvocationError('If tagging, both a repository and tag are required');
  const image = repository !== null && tag !== null ? checkedImage(`${repository}:${tag}`) : undefined;
  const query: Query = {
    q: 'false', rm: String(rm), forcerm: String(rm), nocache: String(!cache), ...image === undefined ? {} : { t: image }, ...dockerfile === null ? {} : { dockerfile },
    ...isTruthy(buildargs) ? { buildargs: JSON.stringify(isPlainMap(buildargs) ? Object.fromEntries(Object.entries(buildargs).map(([key, value]) => [key, str(value)])) : null) } : {},
  };
  const started = ctx.sys.now();
  const answers = await answersFor(wish, query, ctx);
  const elapsed = elapsedSince(started, ctx);
  const lines = streamed(answers);
  const id = lines.findLast((line) => line.includes('Successfully built'))?.split(/\s+/).at(-1);
  const errors = errorsIn(answers);
  if (id === undefined || errors.length > 0) throw new CommandExecutionError(`Build failed for ${path ?? 'the Dockerfile'}${errors.length === 0 ? '' : `. Error(s) follow:\n\n${errors.join('\n\n')}`}`);
  const facts = await found(inspectImage(id, ctx));
  const tags = facts === undefined ? [] : tagsOf(facts);
  const containers = lines.filter((line) => line.includes('Running in')).map((line) => line.split(/\s+/).at(-1) ?? '');
  return {
    Time_Elapsed: elapsed, Id: id, ...facts === undefined ? { Warning: `Failed to tag image as ${image ?? 'None'}` } : { Image: tags.length === 0 ? [facts['Id'] ?? null] : tags },
    ...!rm && containers.length > 0 ? { Intermediate_Containers: containers } : {}, ...isWhole ? { API_Response: answers } : {},
  };
}
