/** A file to add text to: made when it is not there. */
import type { Context } from '../../../../kernel/contract/context.js';
import { dirname } from '../../../../kernel/sys/file/paths.js';
import { isDirectory } from '../../../../kernel/sys/file/probe.js';
import { isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { answering, Refusal } from '../ground/answer.js';
import { faultOfFile } from '../ground/checks.js';
import { touch } from '../presence/touch.js';

/** In a test run: what making the file would answer. @throws Refusal */
export async function roomForText(ctx: Context, path: string, makedirs: Value): Promise<PlainMap | undefined> {
  if (makedirs === true && !ctx.test && !await isDirectory(ctx.sys, dirname(path))) await ctx.call('file.makedirs', [path]);
  const fault = await faultOfFile(ctx, path);
  if (fault === '') return undefined;
  const made = await answering(path, () => touch(ctx, path, { makedirs: isTruthy(makedirs) }));
  if (ctx.test) return made;
  if (await faultOfFile(ctx, path) !== '') throw new Refusal(fault);
  return undefined;
}
