/**
 * Which minions are connected, and the events about it.
 *
 * Source: wire-protocol section 9 "Presence"; golden events/presence-*. Our minions are known by the topic they subscribe
 * to; real ones by the addresses of open connections, as real Salt does it.
 */
import { networkInterfaces } from 'node:os';
import { isList } from '../../kernel/std/value.js';
import type { EventBus } from '../../bus/event/bus.js';
import type { KeyStore } from '../keys/key-store.js';
import type { KnownStore } from '../known/known-store.js';
import { peersNow } from './peer-addresses.js';
import type { Publisher } from './publisher.js';
import { steadyUnixMs } from '../../kernel/std/time.js';

export interface PresenceParts {
  readonly publisher: Publisher;
  readonly keys: KeyStore;
  readonly known: KnownStore;
  readonly bus: EventBus;
  readonly publishPort: number;
  readonly fireEvents: boolean;
  /** The kernel's table of connections; only tests have another. */
  readonly peers?: (port: number) => string[] | undefined;
}

/** The kernel's table is not read more often. */
const FRESH_MS = 1000;

export class Presence {
  readonly #parts: PresenceParts;
  #addresses = new Set<string>();
  /** Open connections that are not those of minions which showed by a topic that they listen; undefined when they cannot be counted. */
  #strangers: number | undefined;
  #readUnixMs = 0;
  #before = new Set<string>();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  isConnected(id: string): boolean | undefined {
    const listens = this.#parts.publisher.isListening(id);
    if (listens !== undefined) return listens;
    const addresses = this.#addressesOf(id);
    if (addresses.length === 0) return undefined;
    const open = this.#open();
    return addresses.some((address) => open.has(address));
  }

  /**
   * True when the minion is certainly not connected. An address that is not among those of the open connections does not suffice:
   * behind a router a minion has another one there. But when every open connection is that of a minion known by its topic,
   * nobody else is connected.
   */
  isSurelyAway(id: string): boolean {
    const listens = this.#parts.publisher.isListening(id);
    if (listens !== undefined) return !listens;
    this.#open();
    return this.#strangers === 0;
  }

  /** Minions that are certainly not connected, though they were, and since when. */
  get gone(): ReadonlyMap<string, number> {
    return this.#parts.publisher.gone;
  }

  /** Ids of accepted minions that are connected, sorted. */
  connected(): string[] {
    return this.#parts.keys.ids('accepted').filter((id) => this.isConnected(id) === true);
  }

  /** Fires what changed since the last time. */
  check(): void {
    if (!this.#parts.fireEvents) return;
    const now = new Set(this.connected());
    const added = [...now].filter((id) => !this.#before.has(id));
    const lost = [...this.#before].filter((id) => !now.has(id));
    if (added.length > 0 || lost.length > 0) this.#parts.bus.fire('salt/presence/change', { new: added, lost });
    this.#parts.bus.fire('salt/presence/present', { present: [...now] });
    this.#before = now;
  }

  #open(): Set<string> {
    if (steadyUnixMs() - this.#readUnixMs < FRESH_MS) return this.#addresses;
    const { peers = peersNow, publishPort, publisher } = this.#parts;
    const all = publishPort > 0 ? peers(publishPort) : undefined;
    this.#strangers = all === undefined ? undefined : all.length - publisher.listening().length;
    const found = new Set(all);
    if (found.has('127.0.0.1')) for (const own of ownAddresses()) found.add(own);
    this.#addresses = found;
    this.#readUnixMs = steadyUnixMs();
    return found;
  }

  #addressesOf(id: string): string[] {
    const grains = this.#parts.known.mapNow('grains', id);
    const all = [grains?.['ipv4'], grains?.['ipv6']].flatMap((value) => (isList(value) ? value.map(String) : []));
    return all.filter((address) => address !== '127.0.0.1' && address !== '::1' || all.length === 1);
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).filter(({ internal }) => !internal).map(({ address }) => address));
}
