/** Parameters of execution functions, as module.run reads them. */
import type { Context } from '../../../kernel/contract/context.js';
import { isList, type Value } from '../../../kernel/std/value.js';

export interface Signature {
  readonly args: readonly string[];
  /** Defaults of those parameters that have one. */
  readonly defaults: ReadonlyMap<string, Value>;
  readonly takesRest: boolean;
  readonly takesKeywords: boolean;
}

export async function signatureOf(fun: string, ctx: Context): Promise<Signature> {
  const spec = await ctx.port('catalog').argspec('modules', fun) ?? {};
  const args = isList(spec['args']) ? spec['args'].map(String) : [];
  const given = isList(spec['defaults']) ? spec['defaults'] : [];
  const first = args.length - given.length;
  return {
    args, defaults: new Map(given.map((value, at) => [args[first + at] ?? '', value])),
    takesRest: spec['varargs'] === true, takesKeywords: spec['kwargs'] === true,
  };
}
