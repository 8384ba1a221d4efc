/** Renderers over a host of modules: what a minion (or the master, for its own templates) gives to whoever renders there. */
import type { Logger } from '../../kernel/contract/log.js';
import type { CatalogPort, FilePort, PackPort } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';
import type { CallSession, SessionOptions } from '../../kernel/loader/call-session.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { Renderer, RenderFacts, TemplateFile, TemplateFiles } from './contract.js';
import { createRenderer } from './renderer.js';

/** The part of a module host that templates use. It may be made after the renderers. */
export interface TemplateHost {
  readonly catalog: Pick<CatalogPort, 'functions'>;
  session(options: SessionOptions): CallSession;
}

export interface HostRendererParts {
  readonly host: () => TemplateHost;
  readonly opts: Readonly<PlainMap>;
  readonly id: string;
  readonly sys: Sys;
  readonly log: Logger;
  /** Read anew for each rendering: they may be refreshed. */
  readonly state: { readonly grains: PlainMap; readonly pillar: PlainMap };
  readonly files: Pick<FilePort, 'cacheFile'>;
  readonly pack: Pick<PackPort, 'unpack'>;
}

/** The tree behind `salt://`, by way of the cache of a file client. */
export function cachedFiles(files: Pick<FilePort, 'cacheFile'>, sys: Pick<Sys, 'readText'>): TemplateFiles {
  return {
    read: async (path, saltenv): Promise<TemplateFile | undefined> => {
      const cached = await files.cacheFile(`salt://${path}`, saltenv === '' ? 'base' : saltenv);
      const text = cached === undefined ? undefined : await sys.readText(cached);
      return cached === undefined || text === undefined ? undefined : { text, path: cached };
    },
  };
}

/**
 * A renderer for one rendering, or for several that belong together: their calls share memory, as those of a job do.
 * `facts` stand in for those of the host.
 */
export function openRenderer(parts: HostRendererParts, facts: Partial<RenderFacts> = {}, signal: AbortSignal = new AbortController().signal): Renderer {
  const { host, opts, id, sys, log, state, files, pack } = parts;
  const session = host().session({ signal, unmaskPillar: true, nested: true });
  return createRenderer({
    files: cachedFiles(files, sys), log, sys,
    call: (fun, args, kwargs) => session.call(fun, args, kwargs),
    functions: () => host().catalog.functions('modules'),
    facts: { grains: state.grains, pillar: state.pillar, opts, id, ...facts },
    unpack: (bytes) => pack.unpack(bytes),
  });
}
