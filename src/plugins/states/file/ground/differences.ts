/** What a state tells of a text it changed. */
import type { Context } from '../../../../kernel/contract/context.js';
import { unifiedDiff } from '../../../../kernel/std/unified-diff.js';
import { isTextFile, readBytes } from '../../../../kernel/sys/file/content.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';
import type { PlainMap } from '../../../../kernel/std/value.js';

export const textOf = async (ctx: Context, path: string): Promise<string> => decodeUtf8(await readBytes(ctx.sys, path));

export interface DiffWish {
  readonly path: string;
  readonly showChanges?: boolean;
  /** Stands between the lines: nothing for lines that have their ends. */
  readonly glue?: string;
}

/** The changes: a diff, or a sentence in its place; none for equal lines. */
export async function lineChanges(ctx: Context, old: readonly string[], fresh: readonly string[], wish: DiffWish): Promise<PlainMap> {
  if (old.length === fresh.length && old.every((line, at) => line === fresh[at])) return {};
  if (!await isTextFile(ctx.sys, wish.path)) return { diff: 'Replace binary file' };
  if (wish.showChanges === false) return { diff: '<show_changes=False>' };
  return { diff: unifiedDiff(old, fresh).join(wish.glue ?? '') };
}
