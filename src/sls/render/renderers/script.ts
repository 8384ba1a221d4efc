/**
 * The renderers `js` and `ts`: the counterpart of Salt's `py`. The text is a module whose `run` gives the data:
 *
 *     #!js
 *     export async function run({ salt, grains, pillar }) { return { [grains.id]: { 'test.nop': [] } }; }
 *
 * It runs with the rights of the program, as Python does for Salt: whoever may write an SLS may run code.
 */
import { createHash } from 'node:crypto';
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import type { RendererOptions, RenderPlace } from '../contract.js';
import { RenderError } from '../render-error.js';
import { textInput, withoutShebang } from './input.js';

/** What `run` is given. */
export interface ScriptContext {
  readonly salt: (fun: string, args?: readonly Value[], kwargs?: PlainMap) => Promise<Value>;
  readonly grains: PlainMap;
  readonly pillar: PlainMap;
  readonly opts: PlainMap;
  readonly id: string;
  readonly saltenv: string;
  readonly sls: string;
  readonly variables: PlainMap;
}

type Run = (context: ScriptContext) => Value | Promise<Value>;

/** @throws RenderError */
export async function renderScript(input: Value, place: RenderPlace, options: RendererOptions, language: 'js' | 'ts'): Promise<Value> {
  const text = withoutShebang(textInput(input));
  const run = await load(language === 'ts' ? await plainScript(text) : text, place);
  const { facts, call } = options;
  return run({
    salt: (fun, args = [], kwargs = {}) => call(fun, args, kwargs), grains: facts.grains, pillar: facts.pillar, opts: facts.opts, id: facts.id,
    saltenv: place.saltenv, sls: place.sls ?? '', variables: place.variables ?? {},
  });
}

/** The same text is one module, however often it is rendered. */
async function load(text: string, place: RenderPlace): Promise<Run> {
  const name = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const url = `data:text/javascript;base64,${Buffer.from(`${text}\n//# sourceURL=sls-${name}.mjs`).toString('base64')}`;
  const module = await import(url).catch((cause: unknown) => {
    throw new RenderError(cause instanceof Error ? cause.message : String(cause), { cause, place: { file: place.source ?? place.path ?? '', line: 1 } });
  }) as { run?: unknown; default?: unknown };
  const run = module.run ?? module.default;
  if (typeof run !== 'function') throw new RenderError("The module has no function 'run'");
  return run as Run;
}

async function plainScript(text: string): Promise<string> {
  const { transform } = await import('oxc-transform').catch((cause: unknown) => {
    throw new RenderError('The renderer ts needs the package oxc-transform; write the file as js', { cause });
  });
  const { code, errors } = await transform('sls.ts', text);
  const [first] = errors;
  if (first !== undefined) throw new RenderError(first.message);
  return code;
}
