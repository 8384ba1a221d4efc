/** `hold` of `pkg.installed`: packages that keep their version, or may change it again. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** What came of one package. */
export interface Held {
  readonly name: string;
  readonly changes: PlainMap;
  readonly result: boolean | null;
  readonly comment: string;
}

export interface HoldOutcome {
  readonly modified: readonly Held[];
  readonly unmodified: readonly Held[];
  readonly failed: readonly Held[];
}

/** Undefined when nothing is asked for; text when it failed as a whole. */
export async function applyHold(kwargs: PlainMap, targets: PlainMap, ctx: Context): Promise<HoldOutcome | { readonly problem: string } | { readonly refused: string } | undefined> {
  if (!('hold' in kwargs) || !await ctx.has('pkg.hold')) return undefined;
  let returned: Value;
  try {
    returned = await ctx.call(isTruthy(kwargs['hold']) ? 'pkg.hold' : 'pkg.unhold', [], targets);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return { problem: error.message };
    throw error;
  }
  const results = isPlainMap(returned) ? returned : {};
  if ('result' in results && !isTruthy(results['result'])) {
    return { refused: `An error was encountered while holding/unholding package(s): ${String(results['comment'])}` };
  }
  const all = Object.values(results).filter(isPlainMap) as unknown as readonly Held[];
  return {
    modified: all.filter(({ changes }) => isTruthy(changes)),
    unmodified: all.filter(({ changes, result }) => !isTruthy(changes) && isTruthy(result)),
    failed: all.filter(({ result }) => !isTruthy(result)),
  };
}

/** The return of a state that had nothing to install, with what holding gave. */
export async function holdInstalled(returned: PlainMap, { name, pkgs, sources, kwargs }: { name: string; pkgs: Value; sources: Value; kwargs: PlainMap }, ctx: Context): Promise<PlainMap> {
  const outcome = await applyHold(kwargs, { name, pkgs, sources }, ctx);
  if (outcome === undefined) return returned;
  if (!('modified' in outcome)) return { name, changes: {}, result: false, comment: 'problem' in outcome ? outcome.problem : outcome.refused };
  const changes = { ...returned['changes'] as PlainMap };
  let { comment, result } = returned as { comment: string; result: boolean | null };
  for (const one of [...outcome.modified, ...outcome.unmodified, ...outcome.failed]) {
    comment += `.\n${one.comment}`;
    result = one.result;
    if (outcome.modified.includes(one)) changes[one.name] = one.changes;
  }
  return { ...returned, changes, comment, result };
}
