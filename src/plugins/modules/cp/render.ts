/** Files that are rendered on their way. Source: read and observed, Salt 3008.3. */
import { dirname } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { isPlainMap, type PlainMap } from '../../../kernel/std/value.js';
import { foreignCachePath } from './address.js';
import { cacheFile } from './fetch.js';

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
