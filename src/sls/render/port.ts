/** The renderer as modules reach it. What renders is loaded when the first text comes: most minions render seldom. */
import type { PipeOptions, RenderOptions, RenderPort } from '../../kernel/contract/ports.js';
import type { Renderer, RenderPlace, SlsPlace } from './contract.js';

/** Engines whose result is text. */
const ENGINES: readonly string[] = ['jinja', 'text'];

/** The port of a renderer that is made when it is first needed. `report` hears of what cannot be rendered. */
export function portOf(open: () => Promise<Renderer>, report: (error: unknown) => Promise<void> = () => Promise.resolve()): RenderPort {
  const reported = async <T>(work: (renderer: Renderer) => Promise<T>): Promise<T> => {
    try {
      return await work(await open());
    } catch (error) {
      await report(error);
      throw error;
    }
  };
  return {
    engines: () => ENGINES,
    template: (text, engine, options) => reported(async (renderer) => renderer.renderTemplate(text, engine, placeOf(await withOwnFunctions(options)))),
    pipe: (text, options) => reported((renderer) => renderer.renderSls(text, { ...placeOf(options), sls: options.sls ?? '', ...rendererOf(options) })),
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
