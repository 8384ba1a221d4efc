/** The renderer as modules reach it. What renders is loaded when the first text comes: most minions render seldom. */
import type { PipeOptions, RenderOptions, RenderPort } from '../../kernel/contract/ports.js';
import type { Renderer, RenderPlace, SlsPlace } from './contract.js';

/** Engines whose result is text. */
const ENGINES: readonly string[] = ['jinja', 'text'];

/** The port of a renderer that is made when it is first needed. */
export function portOf(open: () => Promise<Renderer>): RenderPort {
  return {
    engines: () => ENGINES,
    template: async (text, engine, options) => (await open()).renderTemplate(text, engine, placeOf(await withOwnFunctions(options))),
    pipe: async (text, options) => (await open()).renderSls(text, { ...placeOf(options), sls: options.sls ?? '', ...rendererOf(options) }),
  };
}

async function withOwnFunctions(options: RenderOptions): Promise<RenderOptions> {
  const { functions, variables } = options;
  if (functions === undefined) return options;
  return { ...options, variables: (await import('./variable-functions.js')).withFunctions(variables, functions) };
}

function placeOf({ saltenv, variables, path }: RenderOptions): RenderPlace {
  const { source } = variables;
  return { saltenv, variables, path, source: typeof source === 'string' ? source : undefined };
}

const rendererOf = ({ renderer, refused, allowed }: PipeOptions): Pick<SlsPlace, 'renderer' | 'refused' | 'allowed'> =>
  ({ refused, allowed, ...(renderer === undefined ? {} : { renderer }) });
