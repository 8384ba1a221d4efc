/** Grains of this machine as the program gathers them, over the built-in plugins of `build/`. */
import { gatherFacts, gatherQuickFacts, type FactsParts } from '../../src/kernel/facts/facts.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { listeningLog, neverAborted, testHost, type LogLine } from './module-host.js';

export interface GatherOptions {
  readonly opts?: PlainMap;
  readonly userDirs?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export async function gatheredGrains({ opts = {}, userDirs = [], env }: GatherOptions = {}): Promise<{ grains: PlainMap; lines: LogLine[]; quick: Awaited<ReturnType<typeof gatherQuickFacts>> }> {
  const log = listeningLog();
  const sys = createSys(env === undefined ? {} : { env });
  await using host = await testHost({ opts, sys, log, userDirs: () => userDirs, id: String(opts['id'] ?? '') });
  const signal = neverAborted();
  const parts: FactsParts = {
    opts, sys, log, plugins: () => host.loadAll('grains'), context: (name, before) => host.context(name, { signal, grains: before }),
  };
  const grains = await gatherFacts(parts);
  return { grains, quick: await gatherQuickFacts(parts), lines: log.lines };
}
