/** `file.find`: searches trees by criteria and lists, deletes or runs something on what fits. */
import type { BigIntStats } from 'node:fs';
import type { Context } from '../../../../kernel/contract/context.js';
import { compareValues } from '../../../../kernel/std/python-order.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { globPaths } from '../ground/glob.js';
import { joinPath, splitPath } from '../../../../kernel/sys/file/paths.js';
import { expandUser, statOf } from '../../../../kernel/sys/file/probe.js';
import { deleteAction, execAction, printAction, type Action } from './find-actions.js';
import { byType, CRITERIA, FindOptionError, type Candidate, type Criterion, type Need } from './find-criteria.js';
import { readInteger } from './read.js';
import { walk } from './usage.js';

interface Search {
  readonly criteria: readonly Criterion[];
  readonly actions: readonly Action[];
  readonly mindepth: number;
  readonly maxdepth: number;
}

const COST: Readonly<Record<Need, number>> = { path: 0, stat: 1, content: 2 };

/** Sorted answers; a sentence when the words of the call make no sense. */
export async function find(ctx: Context, given: string, words: readonly Value[], options: PlainMap): Promise<Value> {
  const wish: PlainMap = { ...options };
  if (words.includes('delete')) wish['delete'] = 'f';
  else if (words.includes('print')) wish['print'] = 'path';
  let search: Search;
  try {
    search = await readSearch(ctx, wish);
  } catch (error) {
    if (error instanceof FindOptionError) return `error: ${error.message}`;
    throw error;
  }
  const found: Value[] = [];
  for (const top of await globPaths(ctx.sys, await expandUser(ctx.sys, given))) {
    for await (const answer of findBelow(ctx, top, search)) found.push(answer);
  }
  return found.sort((a, b) => compareValues(a, b) ?? 0);
}

async function readSearch(ctx: Context, wish: PlainMap): Promise<Search> {
  const criteria: Criterion[] = [];
  const actions: Action[] = [];
  const dry = isTruthy(wish['test']);
  for (const [key, value] of Object.entries(wish)) {
    if (key.startsWith('_') || key === 'mindepth' || key === 'maxdepth' || key === 'test') continue;
    if (!isTruthy(value)) throw new FindOptionError(`missing value for "${key}" option`);
    const text = str(value);
    const word = key.toLowerCase();
    const maker = Object.hasOwn(CRITERIA, word) ? CRITERIA[word] : undefined;
    if (maker !== undefined) criteria.push(await maker(text, ctx));
    else if (word === 'print') actions.push(printAction(ctx, text));
    else if (word === 'exec') actions.push(execAction(ctx, text));
    else if (word === 'delete') {
      criteria.push(byType(text.includes('a') ? 'bcdpfls' : text));
      actions.push(deleteAction(ctx, dry));
    } else throw new FindOptionError(`invalid option "${key}"`);
  }
  return {
    criteria: criteria.sort((a, b) => COST[a.need] - COST[b.need]),
    actions: actions.length > 0 ? actions : [printAction(ctx, '')],
    mindepth: readInteger(wish['mindepth'] ?? 0),
    maxdepth: (wish['maxdepth'] ?? null) === null ? Infinity : readInteger(wish['maxdepth'] ?? 0),
  };
}

async function* findBelow(ctx: Context, top: string, search: Search): AsyncGenerator<Value> {
  if (search.mindepth < 1) yield* answersFor(ctx, top, candidateOf(ctx, ...splitPath(top), top), search);
  const topDepth = depthOf(top);
  for await (const folder of walk(ctx.sys, top, ctx.signal)) {
    const depth = depthOf(folder.path) - topDepth + 1;
    if (depth >= search.mindepth && depth <= search.maxdepth) {
      for (const name of [...folder.folders, ...folder.files]) {
        const path = joinPath(folder.path, name);
        yield* answersFor(ctx, path, candidateOf(ctx, folder.path, name, path), search);
      }
    }
    if (depth > search.maxdepth) folder.folders.length = 0;
  }
}

function depthOf(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

function candidateOf(ctx: Context, folder: string, name: string, path: string): Candidate {
  let known: Promise<BigIntStats> | undefined;
  const ask = async (): Promise<BigIntStats> => (await statOf(ctx.sys, path)) ?? ctx.sys.fs.lstat(path, { bigint: true });
  return { folder, name, stat: () => (known ??= ask()) };
}

async function* answersFor(ctx: Context, path: string, candidate: Candidate, search: Search): AsyncGenerator<Value> {
  ctx.signal.throwIfAborted();
  for (const criterion of search.criteria) if (!(await criterion.fits(candidate))) return;
  for (const action of search.actions) {
    const answer = await action(path, candidate);
    if (answer !== undefined) yield answer;
  }
}
