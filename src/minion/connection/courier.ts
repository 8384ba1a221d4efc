/**
 * Brings single requests to masters that the minion is not connected to: the return of a job to the master that asked for
 * it, an event to all masters. A link is made for them and closed when nothing was sent for a while.
 */
import type { RequestTries } from '../../bus/channel/master-link.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import type { LinkParts, OpenLink } from './make-link.js';
import { masterKey, type MasterAddress } from './masters.js';
import { reachMaster } from './reach-master.js';

/** A link that nobody used for so long is closed. */
const IDLE_MS = 5000;

interface Visit {
  readonly open: Promise<OpenLink>;
  users: number;
  timer: NodeJS.Timeout | undefined;
}

export class Courier implements AsyncDisposable {
  readonly #parts: LinkParts;
  readonly #visits = new Map<string, Visit>();
  readonly #stop = new AbortController();

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  /** @throws MasterNameError, SignInError, RequestTimeoutError, SessionLostError */
  async request(master: MasterAddress, load: PlainMap, tries: RequestTries): Promise<Value> {
    const key = masterKey(master);
    const visit = this.#visits.get(key) ?? this.#begin(key, master);
    clearTimeout(visit.timer);
    visit.users += 1;
    try {
      return await (await visit.open).link.request(load, tries);
    } catch (err) {
      this.#end(key, visit);
      throw err;
    } finally {
      visit.users -= 1;
      if (visit.users === 0 && this.#visits.get(key) === visit) visit.timer = setTimeout(() => this.#end(key, visit), IDLE_MS).unref();
    }
  }

  #begin(key: string, master: MasterAddress): Visit {
    const visit: Visit = { open: reachMaster(this.#parts, master, { waits: false, signal: this.#stop.signal }), users: 0, timer: undefined };
    this.#visits.set(key, visit);
    return visit;
  }

  /** The link goes once nobody uses it; whoever comes next makes a new one. */
  #end(key: string, visit: Visit): void {
    clearTimeout(visit.timer);
    if (this.#visits.get(key) === visit) this.#visits.delete(key);
    // A link that never came about has nothing to close; its users were told why.
    void visit.open.then((open) => open[Symbol.asyncDispose](), () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('The minion stops'));
    for (const [key, visit] of this.#visits) this.#end(key, visit);
    await Promise.resolve();
  }
}
