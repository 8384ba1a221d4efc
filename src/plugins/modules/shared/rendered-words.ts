/** Words of a call that are templates themselves: paths, commands and their folders. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isMap, type PlainMap } from '../../../kernel/std/value.js';

/** The words rendered with an engine, or as they are without one. `pillar` and `pillarenv` change the pillar they see. @throws CommandExecutionError */
export async function renderedWords<const Words extends readonly string[]>(
  ctx: Context, words: Words, engine: string | null, given: PlainMap & { saltenv: string },
): Promise<{ readonly [At in keyof Words]: string }> {
  type Rendered = { readonly [At in keyof Words]: string };
  if (engine === null || engine === '') return words as Rendered;
  const render = ctx.port('render');
  if (!render.engines().includes(engine)) throw new CommandExecutionError(`Attempted to render file paths with unavailable engine ${engine}`);
  const variables = await pillarFor(ctx, given);
  const all: string[] = [];
  for (const word of words) all.push(await render.template(word, engine, { saltenv: given.saltenv, variables }));
  return all as Rendered;
}

async function pillarFor(ctx: Context, { pillar, pillarenv }: PlainMap): Promise<PlainMap> {
  if (pillar === undefined && pillarenv === undefined) return {};
  const env = pillarenv ?? ctx.opts['pillarenv'];
  const override = isMap(pillar) && !(pillar instanceof Map) ? pillar : undefined;
  const compiled = await ctx.port('refresh').compilePillar({
    ...(typeof env === 'string' ? { pillarenv: env } : {}), ...(override === undefined ? {} : { override }),
  });
  return { pillar: { ...compiled, ...override } };
}
