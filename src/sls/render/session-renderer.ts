/** Renderers for one session: templates call modules with its memory, facts and end. */
import type { FilePort, PackPort } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';
import type { Session } from '../../kernel/loader/call-session.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { Renderer, TemplateFiles } from './contract.js';
import { createRenderer } from './renderer.js';

export interface SessionRendererParts {
  readonly templates: TemplateFiles;
  readonly pack?: PackPort;
}

/** The tree as templates see it: files of this host where they lie, files of a master from the cache. */
export function templateFiles(files: Pick<FilePort, 'cacheFile' | 'ownPath'>, sys: Pick<Sys, 'readText'>): TemplateFiles {
  return {
    async read(path, saltenv) {
      const env = saltenv === '' ? 'base' : saltenv;
      const found = await files.ownPath?.(path, env) ?? await files.cacheFile(path, env);
      const text = found === undefined ? undefined : await sys.readText(found);
      return found === undefined || text === undefined ? undefined : { text, path: found };
    },
  };
}

/** Gives the renderer for the facts as they are now; a new one only when these changed. */
export function sessionRenderer(session: Session, { templates, pack }: SessionRendererParts): () => Renderer {
  const { host } = session;
  const calls = session.as('modules', { nested: true, unmaskPillar: true });
  let made: { readonly renderer: Renderer; readonly grains: PlainMap; readonly pillar: PlainMap } | undefined;
  return () => {
    const [grains, pillar] = [host.grains(), host.pillar()];
    if (made?.grains === grains && made.pillar === pillar) return made.renderer;
    const renderer = createRenderer({
      files: templates, call: (fun, args, kwargs) => calls.call(fun, args, kwargs),
      functions: () => session.port('catalog').functions('modules'), functionsOf: (module) => session.port('catalog').functionsOf('modules', module),
      ready: (names) => host.ready(names),
      facts: { grains, pillar, opts: { ...host.opts, grains, pillar }, id: host.id },
      log: host.log, sys: host.sys, ...(pack === undefined ? {} : { unpack: (bytes: Uint8Array) => pack.unpack(bytes) }),
    });
    made = { renderer, grains, pillar };
    return renderer;
  };
}
