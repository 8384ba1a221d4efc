/**
 * Runs an engine on this host: a built-in one on its loop, one of users in a thread of its own, so that it cannot hold up anything.
 * Both reach the events of the host, also on a minion.
 */
import type { EventBus } from '../../bus/event/bus.js';
import { hearAll } from '../../bus/event/hear-all.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { EventPort } from '../../kernel/contract/ports.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { Engines } from './engines.js';
import { readEngines, type EngineEntry } from './engine-list.js';

export interface EngineHostParts {
  readonly opts: Readonly<PlainMap>;
  readonly host: ModuleHost;
  readonly bus: EventBus;
  readonly events: EventPort;
  /** Also tells others of what becomes of engines. */
  readonly tell?: (tag: string, data: PlainMap) => void;
  readonly log: Logger;
}

/** What is configured, not yet started. */
export function openEngines({ opts, host, bus, events, tell, log }: EngineHostParts): Engines {
  const { entries, ignored } = readEngines(opts['engines']);
  for (const entry of ignored) log.error({ entry: JSON.stringify(entry) }, 'not an entry of `engines`: each is a name, or a map of one name with its configuration');
  const withListen: EventPort = { ...events, listen: (signal) => hearAll(bus, signal) };
  return new Engines({
    entries, log,
    fire(tag, data) {
      bus.fire(tag, data);
      tell?.(tag, data);
    },
    async run({ module, config }: EngineEntry, signal: AbortSignal) {
      await host.session({ kind: 'engines', signal, nested: true, ports: { events: withListen } }).call(`${module}.start`, [], config);
    },
  });
}
