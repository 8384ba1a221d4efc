/** What functions in pillar templates may reach of the master: what it knows, its files and its runners; nothing that changes keys. */
import type { MasterSidePort, Ports } from '../../kernel/contract/ports.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { FileServer } from '../../sls/files/file-server.js';
import { localFiles } from '../../sls/files/local-files.js';

/** A pillar may not wait longer for a runner. */
const RUNNER_MS_MAX = 60_000;

/** By name: ports, and the source of a file client. */
export function pillarAbilities({ events, known, mine, fileServer, masterModules }: Partial<Ports>, server: FileServer, host: () => ModuleHost): Readonly<Record<string, object>> {
  const parts = Object.entries({ events, known, mine, fileServer, masterModules, masterSide: runners(host), fileSource: localFiles(server) });
  return Object.fromEntries(parts.flatMap(([name, part]) => (part === undefined ? [] : [[name, part] as const])));
}

/** `salt['saltutil.runner']`. Fires no events: what is asked for a pillar may be secret. */
function runners(host: () => ModuleHost): Pick<MasterSidePort, 'runner'> {
  return {
    async runner({ name, arg, kwarg, user, full }) {
      const value = await host().session({ kind: 'runners', signal: AbortSignal.timeout(RUNNER_MS_MAX), nested: true }).call(name, arg, kwarg);
      return full ? { fun: `runner.${name}`, user, fun_args: [...arg], return: value, success: true } : value;
    },
  };
}
