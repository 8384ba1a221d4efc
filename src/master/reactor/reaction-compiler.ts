/** Compiles reactions in a thread of their own, seen from the master. */
import { join } from 'node:path';
import { decodeBus, encodeBus } from '../../bus/codec/codec.js';
import type { ReactorParts, Reaction } from '../../automation/reactor/reactor.js';
import type { BusEvent } from '../../bus/event/bus.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PluginKind } from '../../kernel/contract/plugin.js';
import type { Ports } from '../../kernel/contract/ports.js';
import { isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { PillarThread } from '../pillar/pillar-thread.js';
import { ReactionError } from '../../automation/reactor/reaction-call.js';

export interface CompilerParts {
  readonly distDir: string;
  readonly opts: Readonly<PlainMap>;
  readonly userDirs: (kind: PluginKind) => readonly string[];
  /** What functions in templates may reach of the master. */
  readonly ports: () => Partial<Ports>;
  /** Of the master's own machine: gathered once. */
  readonly grains: () => Promise<PlainMap>;
  readonly log: Logger;
}

const LIMITS = { ms: 30_000, stopMs: 1000 };
/** Reactions come in bursts: a new thread takes 0.2 s. */
const IDLE_MS = 300_000;
const GATHER_MS = 30_000;
const BYTES_MAX = 8 * 1024 * 1024;
const KINDS: readonly PluginKind[] = ['modules', 'renderers', 'sdb', 'serializers'];

export class ReactionCompiler implements AsyncDisposable {
  readonly #parts: CompilerParts;
  #thread: PillarThread | undefined;
  #grains: Promise<PlainMap> | undefined;

  constructor(parts: CompilerParts) {
    this.#parts = parts;
  }

  readonly compile: ReactorParts['compile'] = async (references, { tag, data }: BusEvent, onFailure) => {
    this.#grains ??= this.#parts.grains();
    const request = encodeBus({ references: [...references], tag, data, grains: await this.#grains });
    const { bus } = await this.#open().compile('reactions', request, LIMITS);
    const { reactions, failures } = decodeBus(bus) as unknown as { reactions: Reaction[]; failures: { file: string; error: string }[] };
    for (const { file, error } of failures) onFailure(file, new ReactionError(error));
    return reactions;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.end();
  }

  #open(): PillarThread {
    if (this.#thread !== undefined) return this.#thread;
    const { distDir, opts, userDirs, ports, log } = this.#parts;
    const reachable = ports();
    this.#thread = new PillarThread({
      script: join(distDir, 'workers', 'pillar-worker.js'), log, ports: reachable, idleMs: IDLE_MS,
      setup: {
        opts: encodeBus(opts as PlainMap), distDir, userDirs: Object.fromEntries(KINDS.map((kind) => [kind, userDirs(kind)])), ports: Object.keys(reachable), bytesMax: BYTES_MAX,
      },
    }, () => {
      this.#thread = undefined;
    });
    return this.#thread;
  }
}

/** The facts of the master's own machine. */
export async function grainsOfMaster({ masterModules }: Partial<Ports>): Promise<PlainMap> {
  const found = await masterModules?.call({ fun: 'grains.items', args: [], kwargs: {}, withPillar: false, signal: AbortSignal.timeout(GATHER_MS) });
  return isPlainMap(found?.value ?? null) ? found?.value as PlainMap : {};
}
