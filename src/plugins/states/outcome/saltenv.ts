/** Where the files of a state come from. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';

/** The environment of the chunk that runs (`__env__`). */
export const saltenvOf = (ctx: Context): string => str(ctx.state?.low['__env__'] ?? 'base');
