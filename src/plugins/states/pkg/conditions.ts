/** Versions as states ask for them: `1.2`, `1.*`, `>=1.2,<2`. */
import type { Context } from '../../../kernel/contract/context.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { fitsOperator } from '../../../kernel/sys/pkg/version-operator.js';
import type { Value } from '../../../kernel/std/value.js';
import { isTruthy } from '../../../kernel/std/value.js';

export interface Condition {
  readonly operator: string;
  readonly version: string;
}

export function readConditions(text: string): Condition[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split(',').map(readCondition);
}

function readCondition(text: string): Condition {
  const trimmed = text.trim();
  const match = /^(<=>|!=|>=|<=|>>|<<|<>|>|<|=)?\s?([^<>=]+)$/.exec(trimmed);
  const operator = match?.[1] ?? '';
  return { operator: operator === '' || operator === '=' ? '==' : operator, version: match?.[2] ?? trimmed };
}

/** Without a word from the user an epoch counts only where it is named, or where versions are put in order. */
const ignoresEpoch = ({ operator, version }: Condition, asked: Value): boolean =>
  (asked === null ? !/[<>]/.test(operator) && !version.includes(':') : isTruthy(asked));

async function fits(installed: string, condition: Condition, ignoreEpoch: Value, ctx: Context): Promise<boolean> {
  const { operator, version } = condition;
  if (operator === '==' && fnmatch(installed, version)) return true;
  const ignore = ignoresEpoch(condition, ignoreEpoch);
  if (!await ctx.has('pkg.version_cmp')) return isTruthy(await ctx.call('pkg_resource.version_compare', [installed, operator, version, ignore]));
  const compared = await ctx.call('pkg.version_cmp', [installed, version], { ignore_epoch: ignore });
  return fitsOperator(typeof compared === 'number' ? compared : null, operator, ctx.log);
}

export interface Leniency {
  readonly ignoreEpoch: Value;
  /** A newer version than the one named will do as well. */
  readonly allowUpdates?: boolean;
}

/** True when one of the installed versions meets all conditions. */
export async function fulfills(installed: readonly string[], wanted: string, { ignoreEpoch, allowUpdates = false }: Leniency, ctx: Context): Promise<boolean> {
  const conditions = readConditions(wanted);
  const [only] = conditions;
  const counted = allowUpdates && conditions.length === 1 && only?.operator === '==' ? [{ ...only, operator: '>=' }] : conditions;
  for (const version of installed) {
    let all = true;
    for (const condition of counted) all &&= await fits(version, condition, ignoreEpoch, ctx);
    if (all) return true;
  }
  return false;
}

/** `name=1.2`, `name>=1.2` or the name alone. */
export function nameWithVersion(name: string, version: string | null): string {
  if (version === null || version === '') return name;
  return `${name}${/^[<>=]/.test(version) ? '' : '='}${version}`;
}
