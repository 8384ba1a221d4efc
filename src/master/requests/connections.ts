/**
 * How many connections the master takes, and from where while it is flooded: asked for each new one.
 *
 * Every connection holds a file descriptor, and without descriptors a master cannot read a key or keep a return.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { RateLimits } from '../../kernel/std/rate-limit.js';
import type { Bounds } from './bounds.js';
import { BOUNDS } from './bounds.data.js';

export interface ConnectionsParts {
  /** `max_open_files`. */
  readonly filesMax: number;
  readonly bounds: Bounds;
  /** File descriptors in use and allowed; replaced in tests. */
  readonly descriptors?: () => { readonly open: number; readonly allowed: number };
  readonly now?: () => number;
}

const FLOOD_MS = 10_000;
const COUNT_EVERY_MS = 1000;
const OF_ADDRESS = { perSecond: BOUNDS.floodConnectionsPerSecond, burst: BOUNDS.floodConnectionsBurst, namesMax: 10_000 };

export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #now: () => number;
  #floodUntilMs = -Infinity;
  #ofAddress: RateLimits;
  #countedMs = -Infinity;
  /** Descriptors that are free for connections, at most: counted of late, less what was taken since. */
  #room = 0;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
    this.#now = parts.now ?? (() => performance.now());
    this.#ofAddress = new RateLimits(OF_ADDRESS, this.#now);
  }

  /** From now on, for a while, one address gets new connections slowly. */
  flood(): void {
    if (this.#now() >= this.#floodUntilMs) this.#ofAddress = new RateLimits(OF_ADDRESS, this.#now);
    this.#floodUntilMs = this.#now() + FLOOD_MS;
  }

  /** Another connection that waits for publications. */
  maySubscribe(address: string): boolean {
    if (this.#hasRoom()) return true;
    this.#parts.bounds.hit('connections', { address });
    return false;
  }

  /** Another connection that sends requests. */
  mayAsk(address: string): boolean {
    if (!this.maySubscribe(address)) return false;
    if (this.#now() < this.#floodUntilMs && !this.#ofAddress.take(address)) {
      this.#parts.bounds.hit('new_connections_of_address', { address });
      return false;
    }
    return true;
  }

  #hasRoom(): boolean {
    if (this.#now() - this.#countedMs >= COUNT_EVERY_MS) {
      const { open, allowed } = (this.#parts.descriptors ?? systemDescriptors)();
      this.#room = Math.min(this.#parts.filesMax, allowed) * BOUNDS.descriptorsForConnections - open;
      this.#countedMs = this.#now();
    }
    this.#room -= 1;
    return this.#room >= 0;
  }
}

/** Source: proc(5). Where there is no `/proc`, nothing is known and nothing refused. */
export function systemDescriptors(): { open: number; allowed: number } {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return { open: readdirSync('/proc/self/fd').length, allowed: limit === undefined ? Infinity : Number(limit) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EMFILE' || code === 'ENFILE') return { open: Infinity, allowed: 0 };
    if (code === 'ENOENT' || code === 'EACCES') return { open: 0, allowed: Infinity };
    throw error;
  }
}
