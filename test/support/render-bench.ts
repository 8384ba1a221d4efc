/** A renderer over a tree in memory, for tests. */
import type { RendererOptions, RenderFacts, Renderer } from '../../src/sls/render/contract.js';
import { createRenderer } from '../../src/sls/render/renderer.js';
import type { RenderPort } from '../../src/kernel/contract/ports.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { listeningLog } from './module-host.js';

export interface BenchSetup {
  readonly files?: Readonly<Record<string, string>>;
  readonly facts?: Partial<RenderFacts>;
  /** Functions by name. */
  readonly salt?: Readonly<Record<string, (...args: Value[]) => Value | Promise<Value>>>;
  readonly options?: Partial<RendererOptions>;
}

export function renderBench({ files = {}, facts = {}, salt = {}, options = {} }: BenchSetup = {}): Renderer {
  return createRenderer({
    files: { read: async (path) => (files[path] === undefined ? undefined : { text: files[path], path: `/cache/${path}` }) },
    call: async (fun, args) => {
      const run = salt[fun];
      if (run === undefined) throw new Error(`${fun} is not in the bench`);
      return run(...args);
    },
    functions: async () => Object.keys(salt),
    facts: { grains: {}, pillar: {}, opts: {}, id: 'web1', ...facts },
    log: listeningLog(),
    ...options,
  });
}

/** The text of a template with variables. */
export function textOf(template: string, variables: PlainMap = {}, setup: BenchSetup = {}): Promise<string> {
  return renderBench(setup).renderTemplate(template, 'jinja', { saltenv: 'base', variables });
}

/** The port of modules over such a renderer. */
export function benchPort(setup: BenchSetup = {}): RenderPort {
  const renderer = renderBench(setup);
  return {
    engines: () => renderer.engines(),
    template: (text, engine, place) => renderer.renderTemplate(text, engine, place),
    pipe: (text, place) => renderer.renderSls(text, { sls: '', ...place }),
  };
}
