/** The renderer as modules reach it. */
import type { RenderPort } from '../../kernel/contract/ports.js';
import type { Renderer } from './contract.js';

export function renderPort(renderer: Renderer): RenderPort {
  return {
    engines: () => renderer.engines(),
    template: (text, engine, { saltenv, variables, path }) => {
      const { source } = variables;
      return renderer.renderTemplate(text, engine, { saltenv, variables, path, source: typeof source === 'string' ? source : undefined });
    },
  };
}
