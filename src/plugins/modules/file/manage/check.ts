/** `file.check_managed` and `file.check_managed_changes`: what managing a file would change. */
import type { Context } from '../../../../kernel/contract/context.js';
import { str } from '../../../../kernel/std/python-text.js';
import { tupleOf } from '../../../../kernel/std/sequences.js';
import type { PlainMap, Value } from '../../../../kernel/std/value.js';
import { removeTemporary, temporaryFolder } from '../../../../kernel/sys/file/temporary.js';
import { parseAddress } from '../../../../kernel/sys/file/url.js';
import { isLenient } from './difference.js';
import { compareMeta, type Meta, type MetaWish } from './meta.js';
import { prepareSource, type PrepareWish } from './prepared.js';
import { chooseSource } from './source-list.js';

export interface CheckWish {
  readonly prepare: PrepareWish;
  readonly meta: Omit<MetaWish, 'sfn' | 'source' | 'sum'>;
  readonly keepMode: boolean;
}

/** What would change, or the sentence that says why it cannot be told. */
async function compareManaged(ctx: Context, wish: CheckWish): Promise<Meta | string> {
  const [source, sourceHash] = await chooseSource(ctx, wish.prepare.source, wish.prepare.sourceHash, wish.prepare.saltenv);
  if (wish.meta.contents !== null) return compareMeta(ctx, { ...wish.meta, sfn: '', source, sum: {} });
  const prepared = await prepareSource(ctx, { ...wish.prepare, source, sourceHash });
  const { sfn } = prepared;
  try {
    if (prepared.comment !== '') return prepared.comment;
    const sum = prepared.sum.hsum === undefined ? prepared.sum : { ...prepared.sum, hsum: prepared.sum.hsum.toLowerCase() };
    const mode = wish.keepMode && sfn !== '' ? await sourceMode(ctx, source, wish) : wish.meta.mode;
    return await compareMeta(ctx, { ...wish.meta, sfn, source, sum, mode });
  } finally {
    await removeTemporary(ctx, sfn);
  }
}

async function sourceMode(ctx: Context, source: Value, wish: CheckWish): Promise<Value> {
  const text = str(source);
  if (!['salt', 'file'].includes(parseAddress(text).scheme) && !text.startsWith('/')) return wish.meta.mode;
  return statSource(ctx, text, wish.meta.saltenv, wish.meta.mode);
}

/** Mode of a source; the fallback (logged) when it cannot be asked. */
export async function statSource(ctx: Context, source: string, saltenv: string, fallback: Value): Promise<Value> {
  try {
    return await ctx.call('cp.stat_file', [source], { saltenv, octal: true });
  } catch (error) {
    ctx.signal.throwIfAborted();
    ctx.log.warn({ err: error, source }, 'Unable to stat source');
    return fallback;
  }
}

/** Result and sentence: True for nothing to do, None for changes, False for failure. */
export async function checkManaged(ctx: Context, wish: CheckWish): Promise<Value> {
  const meta = await compareManaged(ctx, wish);
  if (typeof meta === 'string') return tupleOf([false, meta]);
  const { name } = wish.meta;
  const changes: PlainMap = { ...meta.changes };
  // Read: files below the temporary folder are taken for renderings, whose owner and mode mean nothing.
  if (name.startsWith(temporaryFolder(ctx.sys))) for (const key of ['user', 'group', 'mode']) delete changes[key];
  const rows = Object.entries(changes).map(([key, value]) => `${key}: ${str(value)}\n`);
  if (rows.length === 0) return tupleOf([true, `The file ${name} is in the correct state`]);
  return tupleOf([null, `The following values are set to be changed:\n${rows.join('')}`]);
}

/** The changes; with leniency a pair of whether they count and the changes; a failure as `(False, sentence)`. */
export async function checkManagedChanges(ctx: Context, wish: CheckWish): Promise<Value> {
  const meta = await compareManaged(ctx, wish);
  if (typeof meta === 'string') return tupleOf([false, meta]);
  return metaAnswer(meta, wish.meta);
}

/** The answer of `file.check_file_meta`. */
export function metaAnswer(meta: Meta, { leniency }: Pick<MetaWish, 'leniency'>): Value {
  return isLenient(leniency) ? tupleOf([meta.counts, meta.changes]) : meta.changes;
}

