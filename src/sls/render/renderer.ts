/** Makes renderers: the door of this room. Start at `createRenderer`. */
import { PythonError } from '../../kernel/contract/errors.js';
import type { Renderer, RendererOptions, RenderPlace, RenderStep, SlsPlace } from './contract.js';
import type { JinjaEngine } from './jinja.js';
import { runPipe } from './pipeline.js';
import { RenderError } from './render-error.js';
import { GpgRenderer } from './renderers/gpg.js';
import { textInput } from './renderers/input.js';
import { renderJson } from './renderers/json.js';
import { renderMsgpack } from './renderers/msgpack.js';
import { renderScript } from './renderers/script.js';
import { renderToml } from './renderers/toml.js';
import { renderYaml } from './renderers/yaml.js';
import { renderYamlex } from './renderers/yamlex.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

/** Renderers that run Python. */
const OF_PYTHON = ['py', 'pyobjects', 'pydsl', 'mako', 'wempy', 'cheetah', 'genshi', 'nacl'];

/** Engines whose result is text. */
const ENGINES = ['jinja', 'text'];

export function createRenderer(options: RendererOptions): Renderer {
  let loading: Promise<JinjaEngine> | undefined;
  const jinja = (): Promise<JinjaEngine> => (loading ??= import('./jinja.js').then(({ JinjaEngine: Engine }) => new Engine(options)));
  const gpg = new GpgRenderer(options);
  const renderers = new Map<string, RenderStep>([
    ['jinja', (input, place, argument) => renderJinja(jinja, isPlainText(textInput(input), options.facts.opts), input, place, argument)],
    ['yaml', renderYaml], ['json', renderJson], ['toml', renderToml], ['text', (input) => textInput(input)],
    ['gpg', (input) => gpg.render(input)], ['yamlex', renderYamlex], ['msgpack', (input) => renderMsgpack(input, options)],
    ['js', (input, place) => renderScript(input, place, options, 'js')], ['ts', (input, place) => renderScript(input, place, options, 'ts')],
    ...OF_PYTHON.map((name) => [name, () => refusePython(name)] as const),
    ...options.renderers ?? [],
  ]);
  const host = { renderers, opts: options.facts.opts, log: options.log };
  return {
    renderSls: (text: string, place: SlsPlace): Promise<Value> => runPipe(text, place, host),
    renderTemplate: async (text, engine, place) => {
      const result = await engineOf(renderers, engine)(text, place, '');
      if (typeof result !== 'string') throw new RenderError(`The renderer ${engine} gives data, no text`);
      return result;
    },
    renderData: async (data, renderer) => engineOf(renderers, renderer)(data, { saltenv: 'base' }, ''),
    engines: () => [...ENGINES, ...options.renderers?.keys() ?? []],
  };
}

function engineOf(renderers: ReadonlyMap<string, RenderStep>, name: string): RenderStep {
  const found = renderers.get(name);
  if (found === undefined) throw new PythonError('KeyError', `'${name}'`);
  return found;
}

async function renderJinja(jinja: () => Promise<JinjaEngine>, isPlain: boolean, input: Value, place: RenderPlace, argument: string): Promise<string> {
  if (argument !== '' && argument !== '-s') throw new RenderError(`Unknown renderer option: ${argument}`);
  return isPlain ? textInput(input) : (await jinja()).render(textInput(input), place);
}

/**
 * A text that Jinja gives back as it is: nothing in it can be a tag, no option changes what tags look like, and its line ends are plain.
 * The engine need not be loaded for it.
 */
function isPlainText(text: string, opts: PlainMap): boolean {
  return !/[{\r]/.test(text) && !text.includes('#jinja2:') && !isTruthy(opts['jinja_env']) && !isTruthy(opts['jinja_sls_env']);
}

function refusePython(name: string): never {
  throw new RenderError(`The renderer ${name} runs Python and is not available here; use jinja, or js for code`);
}
