/** What is looked at before any state of git begins. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, type Value } from '../../../kernel/std/value.js';
import { expandUser } from '../../../kernel/sys/file/probe.js';
import { saltenvOf } from '../outcome/saltenv.js';

/** `Identity ...` or `identity ...`: the states differ in the first letter. */
export async function readIdentity(identity: Value, word: string, ctx: Context): Promise<{ readonly paths: Value } | { readonly problem: string }> {
  if (identity === null) return { paths: null };
  if (typeof identity !== 'string' && !isList(identity)) return { problem: `${word} must be either a list or a string` };
  const paths: string[] = [];
  for (const path of typeof identity === 'string' ? [identity] : identity.map(str)) {
    const full = await expandUser(ctx.sys, path);
    const local = full.includes('salt://') ? str(await ctx.call('cp.cache_file', [full, saltenvOf(ctx)])) : full;
    if (!posix.isAbsolute(local)) return { problem: `${word} '${local}' is not an absolute path` };
    paths.push(full);
  }
  return { paths };
}

export async function isRegularFile(path: string, ctx: Context): Promise<boolean> {
  const stat = await ctx.sys.fs.stat(path).catch(() => undefined);
  return stat?.isFile() === true;
}

/** What is in a folder; undefined where there is none. */
export async function contentsOf(path: string, ctx: Context): Promise<string[] | undefined> {
  const stat = await ctx.sys.fs.stat(path).catch(() => undefined);
  return stat?.isDirectory() === true ? ctx.sys.fs.readdir(path) : undefined;
}

/** Empties a folder. @throws an error of the system */
export async function empty(path: string, names: readonly string[], ctx: Context): Promise<void> {
  for (const name of names) await ctx.sys.fs.rm(posix.join(path, name), { recursive: true, force: true });
}

/** 40 hexadecimal digits, or the first of them. */
export const isId = (rev: string): boolean => rev.length <= 40 && /^[0-9a-fA-F]*$/.test(rev);
