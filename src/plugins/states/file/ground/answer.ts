/** What the functions give, and how one ends early. */
import type { Context } from '../../../../kernel/contract/context.js';
import { failed } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { expandUser } from '../../../../kernel/sys/file/probe.js';

export interface Answer extends PlainMap {
  name: Value;
  changes: PlainMap;
  comment: Value;
  result: boolean | null;
}

export const freshAnswer = (name: Value): Answer => ({ name, changes: {}, comment: '', result: true });

/** Ends a state with this sentence and the changes made so far. */
export class Refusal extends Error {
  readonly changes: PlainMap;
  constructor(comment: string, changes: PlainMap = {}) {
    super(comment);
    this.changes = changes;
  }
}

/** The answer of the work, or the refusal that ended it. */
export async function answering(name: Value, work: () => Promise<PlainMap>): Promise<PlainMap> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failed(name, error.message, error.changes);
  }
}

/** Work on a path with its `~` resolved, which the answer is named after. */
export async function onPath(ctx: Context, given: string, fun: string, work: (path: string) => Promise<PlainMap>): Promise<PlainMap> {
  const path = await expandUser(ctx.sys, given);
  if (path === '') return failed(path, `Must provide name to file.${fun}`);
  return answering(path, () => work(path));
}

/** What a function of the module `file` made of an answer: the answer alone, or first of a pair. */
export function answerOf(value: Value): Answer {
  const first = Array.isArray(value) ? (value as readonly Value[])[0] : value;
  if (!isPlainMap(first)) throw new TypeError('An answer of the module file is no map');
  const { changes, result } = first;
  return {
    ...first, name: first['name'] ?? null, comment: first['comment'] ?? '', changes: isPlainMap(changes) ? { ...changes } : {},
    result: result === null ? null : result !== false,
  };
}

export const hasChanges = ({ changes }: { readonly changes: PlainMap }): boolean => Object.keys(changes).length > 0;

/** True where the module `file` says yes. */
export const asks = async (ctx: Context, fun: string, path: string): Promise<boolean> => await ctx.call(`file.${fun}`, [path]) === true;

/** Text of an answer of a module. */
export const textFrom = async (ctx: Context, fun: string, ...args: readonly Value[]): Promise<string> => str(await ctx.call(`file.${fun}`, args));
