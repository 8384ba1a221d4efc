/** The words of `file.find` that do something with what was found: print, delete, exec. */
import type { BigIntStats } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import type { Value } from '../../../../kernel/std/value.js';
import { userName, groupName } from '../ground/accounts.js';
import { isSystemError } from '../../../../kernel/sys/file/os-error.js';
import { basename } from '../../../../kernel/sys/file/paths.js';
import { isRegularFile, isSymlink } from '../../../../kernel/sys/file/probe.js';
import { shellWords } from '../../../../kernel/sys/file/shell-words.js';
import { typeLetter, type Candidate } from './find-criteria.js';
import { hashFile } from './hash.js';

/** Gives what the answer lists for a path, or undefined for nothing. */
export type Action = (path: string, candidate: Candidate) => Promise<Value | undefined>;

const EXEC_WAIT_MS = 600_000;

/** `print=path,size`: one fact as it is, several as a list. */
export function printAction(ctx: Context, value: string): Action {
  const words = value.replaceAll(',', ' ').split(/\s+/).filter((word) => word !== '');
  const wanted = words.length === 0 ? ['path'] : words;
  return async (path, candidate) => {
    const facts: Value[] = [];
    for (const word of wanted) {
      const fact = await factOf(ctx, word, path, candidate);
      if (fact !== undefined) facts.push(fact);
    }
    return facts.length === 1 ? facts[0] : facts;
  };
}

async function factOf(ctx: Context, word: string, path: string, candidate: Candidate): Promise<Value | undefined> {
  if (word === 'path') return path;
  if (word === 'name') return basename(path);
  const stat: BigIntStats = await candidate.stat();
  switch (word) {
    case 'size': return Number(stat.size);
    case 'type': return typeLetter(stat);
    case 'mode': return Number(stat.mode & 0o777n);
    case 'mtime': return Math.floor(Number(stat.mtimeNs / 1_000_000n) / 1000);
    case 'user': return userName(ctx.sys, Number(stat.uid));
    case 'group': return groupName(ctx.sys, Number(stat.gid));
    case 'md5': return stat.isFile() ? hashFile(ctx.sys, path, 'md5') : '';
    default: return undefined;
  }
}

/** `delete`: what cannot be removed is left out of the answer. */
export function deleteAction(ctx: Context, dry: boolean): Action {
  return async (path) => {
    if (dry) return path;
    const { sys } = ctx;
    try {
      if (await isRegularFile(sys, path) || await isSymlink(sys, path)) await sys.fs.unlink(path);
      else await sys.fs.rm(path, { recursive: true, force: true });
      return path;
    } catch (error) {
      if (isSystemError(error)) return undefined;
      throw error;
    }
  };
}

/** `exec='command {}'`: words as a shell would cut them, no shell. */
export function execAction(ctx: Context, value: string): Action {
  return async (path) => {
    const command = value.replaceAll('{}', path);
    try {
      const [program, ...args] = shellWords(command);
      if (program === undefined) return `${path}: Failed`;
      const done = await ctx.sys.run([program, ...args], { signal: ctx.signal, timeoutMs: EXEC_WAIT_MS });
      return `${command}:\n${Buffer.from(done.stdout).toString('utf8')}\n`;
    } catch (error) {
      ctx.log.error({ err: error, path }, 'command of file.find failed');
      return `${path}: Failed`;
    }
  };
}

