/** `file.line` and `file.replace`. */
import type { Context } from '../../../../kernel/contract/context.js';
import { done } from '../../../../kernel/contract/state.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { answering, Refusal } from '../ground/answer.js';
import { demandFile, faultOfFile } from '../ground/checks.js';
import { manage } from '../content/managed.js';
import { managedArgs } from '../content/managed-params.js';
import { diffAnswer } from './diff-answer.js';

export interface LineWish {
  readonly content: Value;
  readonly mode: Value;
  readonly create: Value;
  readonly user: Value;
  readonly group: Value;
  readonly file_mode: Value;
  /** Further arguments of the module's function. */
  readonly options: PlainMap;
}

/** @throws Refusal */
export async function line(ctx: Context, path: string, wish: LineWish): Promise<PlainMap> {
  const { create, user, group, file_mode, content } = wish;
  // Its answer does not count: what is wrong shows in the file.
  await answering(path, () => manage(ctx, path, managedArgs({ create, user, group, mode: file_mode, replace: false })));
  await demandFile(ctx, path);
  const mode = typeof wish.mode === 'string' ? wish.mode.toLowerCase() : wish.mode;
  if (mode === null) throw new Refusal('Mode was not defined. How to process the file?');
  if (mode !== 'delete' && content === null) throw new Refusal("Content can only be empty if mode is ['delete']");
  const diff = await ctx.call('file.line', [path, content], { ...wish.options, mode });
  return diffAnswer(ctx, path, diff, 'Changes would be made');
}

/** `options` are those of the module's function. @throws Refusal */
export async function replace(ctx: Context, path: string, options: PlainMap): Promise<PlainMap> {
  const fault = await faultOfFile(ctx, path);
  if (fault !== '') {
    if (!isTruthy(options['ignore_if_missing']) || !fault.includes('file not found')) throw new Refusal(fault);
    return done(path, 'No changes needed to be made');
  }
  const diff = await ctx.call('file.replace', [path], { ...options, dry_run: ctx.test });
  return diffAnswer(ctx, path, diff, 'Changes would have been made');
}
