/** Templates: files that are rendered on their way, and paths that are. Source: read and observed, Salt 3008.3. */
import { dirname } from 'node:path';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { Context } from '../../../kernel/contract/context.js';
import { isMap, isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { foreignCachePath } from './address.js';
import { cacheFile } from './fetch.js';

type Names = readonly [path: string, dest: string];

/** Both paths rendered with an engine, or as they are without one. `pillar` and `pillarenv` change the pillar they see. */
export async function renderNames(ctx: Context, names: Names, engine: string | null, given: PlainMap & { saltenv: string }): Promise<Names> {
  if (engine === null || engine === '') return names;
  const render = ctx.port('render');
  if (!render.engines().includes(engine)) {
    throw new CommandExecutionError(`Attempted to render file paths with unavailable engine ${engine}`);
  }
  const variables = await pillarFor(ctx, given);
  const one = (text: string): Promise<string> => render.template(text, engine, { saltenv: given.saltenv, variables });
  return [await one(names[0]), await one(names[1])];
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

export interface TemplateRequest {
  readonly path: string;
  readonly dest: string;
  readonly template: string;
  readonly saltenv: string;
  readonly makedirs: boolean;
  readonly variables: PlainMap;
}

/** The path of the rendered file; empty text when there is no template, no such engine (logged) or no folder. */
export async function getTemplate(ctx: Context, request: TemplateRequest): Promise<string> {
  const source = await cacheFile(ctx, request.path, { saltenv: request.saltenv });
  if (source === false || !(await ctx.sys.exists(source))) return '';
  const text = await renderFile(ctx, source, request);
  if (text === undefined) return '';
  const isOwnChoice = request.dest !== '';
  const target = isOwnChoice ? request.dest : foreignCachePath(ctx, request.path, request.saltenv);
  if (!(await ctx.sys.exists(dirname(target)))) {
    if (isOwnChoice && !request.makedirs) return '';
    await ctx.sys.fs.mkdir(dirname(target), { recursive: true });
  }
  await ctx.sys.writeFile(target, text);
  return target;
}

async function renderFile(ctx: Context, source: string, { template, saltenv, variables }: TemplateRequest): Promise<string | undefined> {
  const render = ctx.port('render');
  if (!render.engines().includes(template)) {
    ctx.log.error({ template }, 'no such template engine');
    return undefined;
  }
  // Names given under `context` win over those given beside it.
  const { env: _env, context = {}, ...own } = variables;
  const known = { ...own, ...(isPlainMap(context) ? context : {}) };
  return render.template(await ctx.sys.fs.readFile(source, 'utf8'), template, { saltenv, variables: known, path: source });
}
