/** Values kept in files, packed as Salt packs them. */
import { join } from 'node:path';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { isMissing } from '../../../kernel/sys/files.js';
import type { Value } from '../../../kernel/std/value.js';

/** What jobs gave is for the master alone. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

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

/** Empty for a folder that is not there. */
export async function namesIn(ctx: ReturnerContext, folder: string): Promise<string[]> {
  try {
    return await ctx.sys.fs.readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** When the file was last changed; undefined when there is none. */
export async function changedMs(ctx: ReturnerContext, path: string): Promise<number | undefined> {
  try {
    return (await ctx.sys.fs.stat(path)).mtimeMs;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
