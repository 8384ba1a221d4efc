/** `file.check_file_meta`: what of a file differs from what is wanted. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../../kernel/contract/errors.js';
import { str } from '../../../../kernel/std/python-text.js';
import { isBytes, isTruthy, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { normalizeMode } from '../../../../kernel/sys/file/mode.js';
import { removeTemporary, writeTemporary } from '../../../../kernel/sys/file/temporary.js';
import { attributeChange } from '../look/attributes.js';
import { contextParts, readContext, type ContextParts } from '../look/selinux.js';
import { factsOf, type PathFacts } from '../look/stat.js';
import { differenceOf, isLenient, type Difference, type Leniency } from './difference.js';
import type { SourceSum } from './prepared.js';

export interface MetaWish {
  readonly name: string;
  readonly sfn: string;
  readonly source: Value;
  readonly sum: SourceSum;
  readonly user: Value;
  readonly group: Value;
  readonly mode: Value;
  readonly attrs: string | null;
  readonly saltenv: string;
  readonly contents: Value;
  readonly selinux: ContextParts;
  readonly verifySsl: Value;
  readonly follow: boolean;
  readonly leniency: Leniency;
  readonly newFileDiff: boolean;
}

export interface Meta {
  readonly changes: PlainMap;
  /** With leniency: whether the content changes in a way that counts. */
  readonly counts: boolean;
}

export async function compareMeta(ctx: Context, wish: MetaWish): Promise<Meta> {
  const facts = await factsOrNothing(ctx, wish);
  if (facts === undefined && !wish.newFileDiff) return { changes: { newfile: wish.name }, counts: true };
  const changes: PlainMap = {};
  let counts = false;
  // Differs: for a new file with a source Salt fails with KeyError 'sum' when the diff of new files is wanted.
  if (wish.sum.hsum !== undefined && wish.sum.hsum !== facts?.sum) counts = await compareSource(ctx, wish, facts, changes);
  if (wish.contents !== null) counts = await compareContents(ctx, wish, facts, changes);
  if (facts !== undefined) await compareRights(ctx, wish, facts, changes);
  return { changes, counts };
}

async function factsOrNothing(ctx: Context, wish: MetaWish): Promise<PathFacts | undefined> {
  try {
    return await factsOf(ctx.sys, wish.name, wish.sum.hash_type ?? null, wish.follow);
  } catch (error) {
    if (error instanceof CommandExecutionError) return undefined;
    throw error;
  }
}

async function compareSource(ctx: Context, wish: MetaWish, facts: PathFacts | undefined, changes: PlainMap): Promise<boolean> {
  let { sfn } = wish;
  if (sfn === '' && isTruthy(wish.source)) {
    const cached = await ctx.call('cp.cache_file', [wish.source, wish.saltenv], { source_hash: wish.sum.hsum ?? null, verify_ssl: wish.verifySsl });
    sfn = typeof cached === 'string' ? cached : '';
  }
  if (sfn === '') {
    changes['sum'] = 'Checksum differs';
    return false;
  }
  const difference = await differenceOrWords(ctx, wish, facts, sfn, true);
  changes['diff'] = difference.text;
  return difference.counts;
}

async function compareContents(ctx: Context, wish: MetaWish, facts: PathFacts | undefined, changes: PlainMap): Promise<boolean> {
  const temporary = await writeTemporary(ctx.sys, isBytes(wish.contents) ? wish.contents : str(wish.contents));
  let difference: Difference;
  try {
    difference = await differenceOrWords(ctx, wish, facts, temporary, false);
  } finally {
    await removeTemporary(ctx, temporary);
  }
  if (difference.text === '') return difference.counts;
  const obfuscated = isTruthy(await ctx.call('config.option', ['obfuscate_templates']));
  changes['diff'] = obfuscated ? '<Obfuscated Template>' : difference.text;
  return difference.counts;
}

/** The diff to the new content; a new file is compared with an empty one. */
async function differenceOrWords(
  ctx: Context, wish: MetaWish, facts: PathFacts | undefined, fresh: string, template: boolean,
): Promise<Difference> {
  const empty = facts === undefined && !isLenient(wish.leniency) ? await writeTemporary(ctx.sys, '') : undefined;
  try {
    return await differenceOf(ctx, empty ?? wish.name, fresh, {
      showNames: false, template: template && empty === undefined, leniency: wish.leniency,
    });
  } catch (error) {
    if (error instanceof CommandExecutionError) return { text: error.message, counts: false };
    throw error;
  } finally {
    if (empty !== undefined) await removeTemporary(ctx, empty);
  }
}

async function compareRights(ctx: Context, wish: MetaWish, facts: PathFacts, changes: PlainMap): Promise<void> {
  const { user, group, attrs, selinux } = wish;
  if (user !== null && user !== facts.user && user !== facts.uid) changes['user'] = user;
  if (group !== null && group !== facts.group && group !== facts.gid) changes['group'] = group;
  const mode = normalizeMode(wish.mode);
  if (mode !== null && mode !== normalizeMode(facts.mode)) changes['mode'] = mode;
  if (attrs) {
    const change = await attributeChange(ctx, wish.name, attrs);
    if (change !== null && (change.added !== null || change.removed !== null)) changes['attrs'] = attrs;
  }
  if (!Object.values(selinux).some(isTruthy)) return;
  const now = contextParts(await readContext(ctx, wish.name));
  // Differs: Salt fails here with an AttributeError, because it asks a ValueError for its strerror.
  if (now === undefined) throw new CommandExecutionError('Unable to get current selinux attributes');
  for (const part of ['user', 'role', 'type', 'range'] as const) {
    if (selinux[part] && selinux[part] !== now[part]) changes['selinux'] = { [part]: selinux[part] };
  }
}
