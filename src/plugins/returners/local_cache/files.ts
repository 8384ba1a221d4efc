/** The folders and files of Salt's job cache: `jobs/<2 digits of the hash of the id>/<the others>/`. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InvocationError } from '../../../kernel/contract/errors.js';
import { parseJid, parseMinionId } from '../../../kernel/contract/job.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { changedMs, namesIn, readPacked } from '../shared/packed-files.js';

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
  for (const top of (await namesIn(ctx, root)).filter(isOurs)) {
    const path = join(root, top);
    const changed = await changedMs(ctx, path);
    if (changed !== undefined && changed < before && (await namesIn(ctx, path)).length === 0) await ctx.sys.fs.rmdir(path);
  }
}

/** Beside these stand the banks of `salt_cache`. */
const isOurs = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);

async function jobFolders(ctx: ReturnerContext): Promise<string[]> {
  const root = jobsDir(ctx);
  const folders: string[] = [];
  for (const top of (await namesIn(ctx, root)).filter(isOurs)) {
    for (const rest of await namesIn(ctx, join(root, top))) folders.push(join(root, top, rest));
  }
  return folders;
}
