/**
 * What concerns every master of a minion goes to all that are connected: events, the mine, a new pillar. A master that is
 * away misses it, as with real Salt; it learns the state when it is back.
 */
import type { Logger } from '../kernel/contract/log.js';
import type { MasterConnection } from './connection/master-connection.js';

export class AllMasters {
  readonly #connections: MasterConnection[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(connection: MasterConnection): void {
    this.#connections.push(connection);
  }

  /** Does it with all that are connected, or with `own` when none is; gives what `own` gave, or the first that succeeded. */
  async each<T>(own: MasterConnection, work: (connection: MasterConnection) => Promise<T>): Promise<T> {
    const connected = this.#connections.filter(({ current }) => current !== undefined);
    if (connected.length === 0 || (connected.length === 1 && connected[0] === own)) return work(own);
    const done = connected.map((connection) => work(connection));
    for (const [at, result] of done.entries()) {
      if (connected[at] !== own) void result.catch((err: unknown) => this.#log.warn({ err, master: connected[at]?.current?.host }, 'one of several masters was not reached'));
    }
    const mine = connected.indexOf(own);
    return mine >= 0 ? done[mine] as Promise<T> : Promise.any(done);
  }
}
