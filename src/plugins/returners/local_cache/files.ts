/** The folders and files of Salt's job cache: `jobs/<2 digits of the hash of the id>/<the others>/`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { parseJid, parseMinionId } from '../../../kernel/contract/job.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { isMissing } from '../../../kernel/sys/files.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** What jobs gave is for the master alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const DAY_SECONDS = 86_400;

export const jobsDir = (ctx: ReturnerContext): string => join(String(ctx.opts['cachedir']), 'jobs');

/** Folder of a job, or of a minion in it. @throws InvocationError for what is no id: it would lead elsewhere */
export function folderOf(ctx: ReturnerContext, jid: string, minion?: string): string {
  if (parseJid(jid) === undefined) throw new InvocationError(`'${jid.slice(0, 80)}' is not the id of a job`);
  const hash = createHash(String(ctx.opts['hash_type'] ?? 'sha256')).update(jid).digest('hex');
  const folder = join(jobsDir(ctx), hash.slice(0, 2), hash.slice(2));
  if (minion === undefined) return folder;
  if (parseMinionId(minion) === undefined) throw new InvocationError(`'${minion.slice(0, 80)}' is not the id of a minion`);
  return join(folder, minion);
}

/** The file appears whole. */
export async function keepFile(ctx: ReturnerContext, folder: string, name: string, data: string | Uint8Array): Promise<void> {
  await ctx.sys.fs.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  await ctx.sys.writeFile(join(folder, name), data, { mode: FILE_MODE });
}

export async function keepPacked(ctx: ReturnerContext, folder: string, name: string, value: Value): Promise<void> {
  await keepFile(ctx, folder, name, await ctx.port('pack').pack(value));
}

/** Undefined when there is no such file, or none that can be read. */
export async function readPacked(ctx: ReturnerContext, path: string): Promise<Value | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await ctx.sys.fs.readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return await ctx.port('pack').unpack(bytes);
  } catch (err) {
    ctx.log.error({ err, path }, 'file of the job cache cannot be read');
    return undefined;
  }
}

/** Every job with what was published. */
export async function* allJobs(ctx: ReturnerContext, loadName: string): AsyncGenerator<[string, PlainMap]> {
  for (const folder of await jobFolders(ctx)) {
    const load = await readPacked(ctx, join(folder, loadName));
    if (isPlainMap(load) && load['jid'] !== undefined) yield [String(load['jid']), load];
  }
}

/** Removes jobs older than `keep_jobs_seconds`; 0 keeps them for ever. What has no file `jid` is damaged. Source: read, Salt 3008.3. */
export async function removeOld(ctx: ReturnerContext, root: string): Promise<void> {
  const keepSeconds = Number(ctx.opts['keep_jobs_seconds'] ?? DAY_SECONDS);
  if (keepSeconds === 0) return;
  const before = ctx.sys.now() - keepSeconds * 1000;
  for (const folder of await jobFolders(ctx)) {
    const began = await changedMs(ctx, join(folder, 'jid'));
    if (began === undefined || began < before) await ctx.sys.fs.rm(folder, { recursive: true, force: true });
  }
  for (const top of await namesIn(ctx, root)) {
    const path = join(root, top);
    const changed = await changedMs(ctx, path);
    if (changed !== undefined && changed < before && (await namesIn(ctx, path)).length === 0) await ctx.sys.fs.rmdir(path);
  }
}

async function jobFolders(ctx: ReturnerContext): Promise<string[]> {
  const root = jobsDir(ctx);
  const folders: string[] = [];
  for (const top of await namesIn(ctx, root)) {
    for (const rest of await namesIn(ctx, join(root, top))) folders.push(join(root, top, rest));
  }
  return folders;
}

async function namesIn(ctx: ReturnerContext, folder: string): Promise<string[]> {
  try {
    return await ctx.sys.fs.readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function changedMs(ctx: ReturnerContext, path: string): Promise<number | undefined> {
  try {
    return (await ctx.sys.fs.stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
