/** Texts that `file.accumulated` gathers during a run for `file.managed` and `file.blockreplace`. */
import type { Context } from '../../../../kernel/contract/context.js';
import type { Value } from '../../../../kernel/std/value.js';

/** What was gathered for one file. */
export interface Gathered {
  /** Texts by name of the accumulator. */
  readonly texts: Map<string, Value[]>;
  /** Ids and names of the states that each accumulator is for. */
  readonly targets: Map<string, Value[]>;
}

type Files = Map<string, Gathered>;

/** They live as long as the run. */
function filesOf(ctx: Context): Files {
  const key = `accumulators ${ctx.state?.runId ?? ''}`;
  const known = ctx.memory.get(key);
  if (known instanceof Map) return known as Files;
  const made: Files = new Map();
  ctx.memory.set(key, made);
  return made;
}

export const gatheredFor = (ctx: Context, path: string): Gathered | undefined => filesOf(ctx).get(path);

/** Adds what is new; says whether anything was. */
export function gather(ctx: Context, path: string, name: string, texts: readonly Value[], targets: readonly Value[]): boolean {
  const files = filesOf(ctx);
  const gathered = files.get(path) ?? { texts: new Map<string, Value[]>(), targets: new Map<string, Value[]>() };
  files.set(path, gathered);
  gathered.targets.set(name, [...gathered.targets.get(name) ?? [], ...targets]);
  const known = gathered.texts.get(name) ?? [];
  gathered.texts.set(name, known);
  const before = known.length;
  for (const text of texts) if (!known.includes(text)) known.push(text);
  return known.length > before;
}
