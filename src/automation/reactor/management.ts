/**
 * What the runner `reactor` asks of a running reactor, by events under `salt/reactors/manage`. They carry the key of the host's root.
 *
 * Source: read, Salt 3008.3, `salt.utils.reactor`; golden cli/run-reactor-*.
 */
import type { BusEvent, EventBus } from '../../bus/event/bus.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import type { ReactionMap } from './reaction-map.js';

const PREFIX = 'salt/reactors/manage';

export interface ManagementParts {
  readonly bus: EventBus;
  readonly map: ReactionMap;
  isManager(key: unknown): boolean;
  readonly hostId: string;
  readonly log: Logger;
}

export class Management {
  readonly #parts: ManagementParts;
  /** Only the leader reacts. */
  isLeader = true;

  constructor(parts: ManagementParts) {
    this.#parts = parts;
  }

  /** True when the event was for the reactor itself. */
  take({ tag, data }: BusEvent): boolean {
    const at = tag.indexOf(PREFIX);
    if (at < 0) return false;
    const command = tag.slice(at + PREFIX.length + 1);
    const { bus, map, isManager, hostId, log } = this.#parts;
    const answer = (suffix: string, values: PlainMap): void => void setImmediate(() => bus.fire(`${PREFIX}/${suffix}`, values));
    // Our own answers.
    if (['leader/value', 'add-complete', 'delete-complete', 'list-results'].includes(command)) return true;
    if (!isManager(data['key'])) {
      log.error({ tag }, 'received salt/reactors/manage event without matching master_key. discarding');
      return true;
    }
    switch (command) {
      case 'is_leader':
        answer('leader/value', { result: this.isLeader });
        break;
      case 'set_leader':
        if (data['id'] === hostId) this.isLeader = data['value'] === true;
        answer('leader/value', { result: this.isLeader });
        break;
      case 'add':
        answer('add-complete', { result: map.add(String(data['event']), data['reactors'] ?? null), reactors: map.list() });
        break;
      case 'delete':
        answer('delete-complete', { result: map.delete(String(data['event'])), reactors: map.list() });
        break;
      case 'list':
        answer('list-results', { reactors: map.list() });
        break;
      default:
        return false;
    }
    return true;
  }
}
