/** `file.mknod`: devices and pipes. */
import type { Context } from '../../../../kernel/contract/context.js';
import { p } from '../../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../../kernel/contract/plugin.js';
import { wouldChange } from '../../../../kernel/contract/state.js';
import { str } from '../../../../kernel/std/python-text.js';
import { equalValues, isList, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { answerOf, asks, hasChanges, onPath, Refusal } from '../ground/answer.js';

interface NodeWish {
  readonly ntype: Value;
  readonly major: Value;
  readonly minor: Value;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
}

/** How Salt calls the kinds, and the question that tells them. */
const KINDS: Readonly<Record<string, { readonly noun: string; readonly title: string; readonly question: string }>> = {
  c: { noun: 'character device', title: 'Character device', question: 'is_chrdev' },
  b: { noun: 'block device', title: 'Block device', question: 'is_blkdev' },
  p: { noun: 'fifo pipe', title: 'Fifo pipe', question: 'is_fifo' },
};

async function mknod(ctx: Context, path: string, wish: NodeWish): Promise<PlainMap> {
  const { ntype, major, minor, user, group, mode } = wish;
  const kind = Object.hasOwn(KINDS, str(ntype)) ? KINDS[str(ntype)] : undefined;
  if (kind === undefined) {
    throw new Refusal(`Node type unavailable: '${str(ntype)}'. Available node types are character ('c'), block ('b'), and pipe ('p')`);
  }
  if (await asks(ctx, 'file_exists', path)) throw new Refusal(`File ${path} exists and is not a ${kind.noun}. Refusing to continue`);
  if (!await asks(ctx, kind.question, path)) {
    if (ctx.test) return wouldChange(path, `${kind.title} ${path} is set to be created`);
    return answerOf(await ctx.call('file.mknod', [path, ntype, major, minor, user, group, mode]));
  }
  if (ntype !== 'p') {
    const numbers = await ctx.call('file.get_devmm', [path]);
    if (isList(numbers) && !equalValues([...numbers], [major, minor])) {
      throw new Refusal(`${kind.title} ${path} exists and has a different major/minor ${numbers.map(str).join('/')}. Refusing to continue`);
    }
  }
  const answer = answerOf(await ctx.call('file.check_perms', [path, null, user, group, mode]));
  return hasChanges(answer) ? answer : { ...answer, comment: `${kind.title} ${path} is in the correct state` };
}

export const NODES: Readonly<Record<string, Fn>> = {
  mknod: fn({
    doc: 'Make sure that there is a device (`c`, `b`) or a named pipe (`p`) with these numbers, owner and mode.',
    params: { name: p.string(), ntype: p.any(), major: p.any(0), minor: p.any(0), user: p.any(null), group: p.any(null), mode: p.any('0600') },
    run: ({ name, ...wish }, ctx) => onPath(ctx, name, 'mknod', (path) => mknod(ctx, path, wish)),
  }),
};
