/**
 * The renderers `js` and `ts`: the counterpart of Salt's `py`. The text is a module whose `run` gives the data:
 *
 *     #!js
 *     export async function run({ salt, grains, pillar }) { return { [grains.id]: { 'test.nop': [] } }; }
 *
 * It runs with the rights of the program, as Python does for Salt: whoever may write an SLS may run code.
 */
import type { PlainMap, Value } from '../../../kernel/std/value.js';
import type { CallFunction, RendererOptions, RenderPlace } from '../contract.js';
import { RenderError } from '../render-error.js';
import { textInput } from './input.js';
import { ScriptText, type ScriptLanguage } from './script-text.js';

/** What `run` is given. */
export interface ScriptContext {
  readonly salt: ((fun: string, args?: readonly Value[], kwargs?: PlainMap) => Promise<Value>) & Readonly<Record<string, (...args: Value[]) => Promise<Value>>>;
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
export async function renderScript(input: Value, place: RenderPlace, options: RendererOptions, language: ScriptLanguage): Promise<Value> {
  const script = new ScriptText(textInput(input), language, place);
  const module = await script.load();
  const run = module['run'] ?? module['default'];
  if (typeof run !== 'function') throw new RenderError("The module has no function 'run'");
  const { facts, call } = options;
  try {
    return await (run as Run)({
      salt: callable(call), grains: facts.grains, pillar: facts.pillar, opts: facts.opts, id: facts.id,
      saltenv: place.saltenv, sls: place.sls ?? '', variables: place.variables ?? {},
    });
  } catch (cause) {
    throw script.failed(cause);
  }
}

/** `salt('mod.fun', [...], {...})`, and `salt['mod.fun'](...)` as in Python. */
function callable(call: CallFunction): ScriptContext['salt'] {
  const salt = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => call(fun, args, kwargs);
  return new Proxy(salt as ScriptContext['salt'], {
    get: (target, name) => (typeof name === 'string' && name.includes('.') ? (...args: Value[]) => call(name, args, {}) : Reflect.get(target, name) as unknown),
  });
}
