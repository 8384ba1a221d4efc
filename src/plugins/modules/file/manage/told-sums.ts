/** Hashes that the file server told last in this job: `file.get_managed` asks for them, `file.manage_file` is then given them. */
import type { Context } from '../../../../kernel/contract/context.js';

interface Sum {
  readonly hsum?: string;
  readonly hash_type?: string;
}

const KEY = 'sums told by the file server';
/** So many are remembered at once. */
const SUMS_MAX = 10_000;

function sumsOf(ctx: Context): Map<string, string> {
  const known = ctx.memory.get(KEY);
  if (known instanceof Map) return known as Map<string, string>;
  const made = new Map<string, string>();
  ctx.memory.set(KEY, made);
  return made;
}

const nameOf = (source: string, saltenv: string): string => `${saltenv} ${source}`;
const textOf = ({ hash_type, hsum }: Sum): string => `${hash_type ?? ''}=${hsum ?? ''}`;

export function rememberSum(ctx: Context, source: string, saltenv: string, sum: Sum): void {
  const sums = sumsOf(ctx);
  if (sums.size >= SUMS_MAX) sums.clear();
  sums.set(nameOf(source, saltenv), textOf(sum));
}

export const wasTold = (ctx: Context, source: string, saltenv: string, sum: Sum): boolean =>
  sumsOf(ctx).get(nameOf(source, saltenv)) === textOf(sum);
