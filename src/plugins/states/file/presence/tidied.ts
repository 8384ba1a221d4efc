/** `file.tidied`: old or large files go. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { done, wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { joinPath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, isDirectory, lstatOf, statOf } from '../../../../kernel/sys/file/probe.js';
import { compilePattern, searching, type Pattern } from '../../../../kernel/sys/file/regex.js';
import { answering, Refusal } from '../ground/answer.js';
import { demandAbsolute } from '../ground/checks.js';
import { bytesOf } from '../ground/sizes.js';
import { walkTree } from '../ground/walk.js';
import { more } from '../ground/params.js';

const DAY_MS = 86_400_000;

type Comparison = (age: number, size: number) => boolean;

interface TidyWish {
  readonly matches: readonly Pattern[];
  readonly exclude: readonly Pattern[];
  readonly folders: boolean;
  readonly links: boolean;
  readonly wholePath: boolean;
  readonly followLinks: boolean;
  readonly time: 'atimeMs' | 'ctimeMs' | 'mtimeMs';
  readonly isDue: Comparison;
}

/** Days between two moments by the calendar of this machine. */
function daysBetween(one: number, other: number): number {
  const day = (moment: number): number => {
    const date = new Date(moment);
    return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS;
  };
  return Math.abs(day(one) - day(other));
}

async function isUntidy(ctx: Context, folder: string, name: string, wish: TidyWish): Promise<boolean> {
  const path = joinPath(folder, name);
  const found = await lstatOf(ctx.sys, path);
  const isLink = found?.isSymbolicLink() === true;
  const facts = isLink ? found : await statOf(ctx.sys, path);
  if (facts === undefined) return false;
  const isFolder = facts.isDirectory();
  if (isLink ? !wish.links : isFolder && !wish.folders) return false;
  const size = isLink || isFolder ? 0 : Number(facts.size);
  if (!wish.isDue(daysBetween(ctx.sys.now(), Number(facts[wish.time])), size)) return false;
  const text = wish.wholePath ? path : name;
  const fits = (pattern: Pattern): boolean => searching(() => pattern.match(text) !== undefined);
  return wish.matches.some(fits) && !wish.exclude.some(fits);
}

async function tidied(ctx: Context, path: string, wish: TidyWish): Promise<PlainMap> {
  const untidy: string[] = [];
  for await (const { folder, folders, files } of walkTree(ctx.sys, path, { deepestFirst: true, followLinks: wish.followLinks })) {
    for (const name of [...files, ...folders]) if (await isUntidy(ctx, folder, name, wish)) untidy.push(joinPath(folder, name));
  }
  if (untidy.length === 0) return done(path, `Nothing to remove from directory ${path}`);
  if (ctx.test) return wouldChange(path, `${path} is set for tidy`, { removed: untidy });
  const removed: string[] = [];
  for (const one of untidy) {
    try {
      await ctx.call('file.remove', [one]);
    } catch (error) {
      if (!(error instanceof CommandExecutionError)) throw error;
      throw new Refusal(error.message, { removed });
    }
    removed.push(one);
  }
  return done(path, `Removed ${untidy.length} files or directories from directory ${path}`, { removed });
}

const patterns = (given: Value, fallback: readonly string[]): Pattern[] =>
  (isList(given) ? given.map(str) : isTruthy(given) ? Array.from(str(given)) : fallback).map((pattern) => compilePattern(pattern));

const TIMES = { atime: 'atimeMs', ctime: 'ctimeMs', mtime: 'mtimeMs' } as const;

function timeOf(given: Value): TidyWish['time'] {
  const word = typeof given === 'string' ? given.toLowerCase() : '';
  return word === 'ctime' || word === 'mtime' ? TIMES[word] : TIMES.atime;
}

function comparison(age: number, size: number, operator: string, only: Value): Comparison {
  const word = isTruthy(only) ? str(only).toLowerCase() : '';
  if (word === 'age') return (has) => has >= age;
  if (word === 'size') return (_age, has) => has >= size;
  if (operator.toUpperCase() === 'AND') return (hasAge, hasSize) => hasSize >= size && hasAge >= age;
  return (hasAge, hasSize) => hasSize >= size || hasAge >= age;
}

export const TIDYING: Readonly<Record<string, Fn>> = {
  tidied: fn({
    doc: 'Remove files below a folder that are old or large enough and whose names match; with `rmdirs` folders, too.',
    params: {
      name: p.string(), age: p.any(0, 'Days'), matches: p.any(null, 'Regular expressions, one of which must match'), rmdirs: p.any(false),
      size: p.any(0, 'Bytes, or as `10MB`'), exclude: p.any(null, 'Regular expressions that spare a file'), full_path_match: p.any(false),
      followlinks: p.any(false), time_comparison: p.any('atime'), age_size_logical_operator: p.string('OR'),
      age_size_only: p.any(null, '`age` or `size`: the other does not matter'), rmlinks: p.any(true), ...more,
    },
    run: async (args, ctx) => {
      const path = await expandUser(ctx.sys, args.name);
      return answering(path, async () => {
        demandAbsolute(path);
        if (!await isDirectory(ctx.sys, path)) throw new Refusal(`${path} does not exist or is not a directory.`);
        return tidied(ctx, path, {
          matches: patterns(args.matches, args.matches === null ? ['.*'] : []), exclude: patterns(args.exclude, []), folders: isTruthy(args.rmdirs),
          links: isTruthy(args.rmlinks), wholePath: isTruthy(args.full_path_match), followLinks: isTruthy(args.followlinks),
          time: timeOf(args.time_comparison),
          isDue: comparison(Number(args.age), bytesOf(args.size), args.age_size_logical_operator, args.age_size_only),
        });
      });
    },
  }),
};
