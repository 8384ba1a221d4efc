/** A pillar tree in a folder of its own, compiled with the real modules and external sources. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { Ports } from '../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { compilePillar, type CompiledPillar, type PillarHost } from '../../src/sls/pillar/compile.js';
import type { PillarRequest } from '../../src/sls/pillar/request.js';
import { listeningLog, neverAborted, testHost, type LogLine } from './module-host.js';

export interface CompiledTree extends CompiledPillar {
  readonly log: readonly LogLine[];
}

export class PillarFolder {
  readonly dir: string;

  constructor() {
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'pillar-')));
    after(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  /** Files by their path below the folder; `base/...` is the pillar root of the environment base. */
  write(files: Readonly<Record<string, string | Uint8Array>>): this {
    for (const [path, content] of Object.entries(files)) {
      const full = join(this.dir, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, content);
    }
    return this;
  }

  get opts(): PlainMap {
    return {
      id: 'master1', renderer: 'jinja|yaml', state_top: 'top.sls', cachedir: join(this.dir, 'cache'),
      pillar_roots: { base: [join(this.dir, 'base')] }, file_roots: { base: [join(this.dir, 'files')] },
    };
  }

  async compile(opts: PlainMap = {}, request: Partial<PillarRequest> = {}, more: { signal?: AbortSignal; sourceMsMax?: number; ports?: Partial<Ports> } = {}): Promise<CompiledTree> {
    const all = { ...this.opts, ...opts };
    const sys = createSys();
    const log = listeningLog();
    const grains = request.grains ?? { id: 'm1', os: 'TestOS' };
    await using modules = await testHost({ opts: all, sys, log, id: 'm1', grains: () => grains, userDirs: (kind) => [join(this.dir, 'ext', kind)] });
    const host: PillarHost = { opts: all, sys, log, modules: () => modules, ...(more.sourceMsMax === undefined ? {} : { sourceMsMax: more.sourceMsMax }), ...(more.ports === undefined ? {} : { ports: more.ports }) };
    const asked = { id: 'm1', saltenv: null, pillarenv: null, override: {}, extra: {}, ...request, grains };
    return { ...await compilePillar(asked, host, more.signal ?? neverAborted()), log: log.lines };
  }
}

/** `top.sls` that gives everybody these files. */
export const everybody = (...names: string[]): string => `base:\n  '*': [${names.join(', ')}]\n`;
