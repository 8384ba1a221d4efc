/** Rendering through the program's template engines. */
import type { Context } from '../../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../../kernel/contract/errors.js';
import type { RenderPort } from '../../../../kernel/contract/ports.js';
import { isBytes, isPlainMap, type PlainMap, type Value } from '../../../../kernel/std/value.js';
import { decodeUtf8 } from '../../../../kernel/sys/file/utf8.js';

/** Engines that Salt has a name for. Source: read, Salt 3008.3 `TEMPLATE_REGISTRY`. */
const KNOWN: readonly string[] = ['jinja', 'mako', 'py', 'wempy', 'genshi', 'cheetah'];

/** True for a name that means a template engine at all. */
export function isEngine(name: string, port: RenderPort | undefined): boolean {
  return KNOWN.includes(name) || (port?.engines().includes(name) ?? false);
}

/** The host's engines; undefined where it has none. */
export function enginesOf(ctx: Context): RenderPort | undefined {
  try {
    return ctx.port('render');
  } catch (error) {
    if (error instanceof CommandExecutionError) return undefined;
    throw error;
  }
}

/** Rendered text. @throws CommandExecutionError when the engine is not there, PythonError when the template is wrong */
export async function renderText(
  ctx: Context, text: string, engine: string, options: { saltenv: string; variables: PlainMap; path?: string },
): Promise<string> {
  const port = enginesOf(ctx);
  if (port === undefined || !port.engines().includes(engine)) throw new CommandExecutionError(`The renderer '${engine}' is not available`);
  return port.template(text, engine, options);
}

/** Defaults with the context over them. */
export function variablesOf(context: Value, defaults: Value): PlainMap {
  return { ...(isPlainMap(defaults) ? defaults : {}), ...(isPlainMap(context) ? context : {}) };
}

/**
 * `file.apply_template_on_contents`: the text, or an outcome that says the engine is unknown.
 *
 * Differs: where a template fails Salt gives the error's text as the content; here the error is raised.
 */
export async function renderContents(
  ctx: Context, contents: Value, engine: string, context: Value, defaults: Value, saltenv: string,
): Promise<Value> {
  if (!isEngine(engine, enginesOf(ctx))) return { result: false, comment: `Specified template format ${engine} is not supported` };
  const text = isBytes(contents) ? decodeUtf8(contents) : contents;
  if (typeof text !== 'string') throw new PythonError('TypeError', 'contents must be text');
  return renderText(ctx, text, engine, { saltenv, variables: variablesOf(context, defaults) });
}
