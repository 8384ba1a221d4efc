/** Whether tokens of open streams are still valid. Many streams of one token ask the master once. */
import type { Logger } from '../../kernel/contract/log.js';
import type { MasterDoor } from '../door/master-door.js';
import { HttpError } from '../http/http-error.js';

const LOOK_EACH_MS = 5000;
const ANSWER_WITHIN_MS = 10_000;

interface Watched {
  readonly address: string;
  readonly ends: Set<() => void>;
}

export class Validity {
  readonly #door: Pick<MasterDoor, 'look'>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #eachMs: number;
  readonly #watched = new Map<string, Watched>();
  #isPlanned = false;

  constructor({ door, log, eachMs = LOOK_EACH_MS }: { door: Pick<MasterDoor, 'look'>; log: Pick<Logger, 'warn'>; eachMs?: number }) {
    this.#door = door;
    this.#log = log;
    this.#eachMs = eachMs;
  }

  /** Calls `end` when the token is no longer valid. */
  watch(token: string, address: string, end: () => void): Disposable {
    const watched = this.#watched.get(token) ?? { address, ends: new Set() };
    this.#watched.set(token, watched);
    watched.ends.add(end);
    this.#plan();
    return {
      [Symbol.dispose]: () => {
        watched.ends.delete(end);
        if (watched.ends.size === 0 && this.#watched.get(token) === watched) this.#watched.delete(token);
      },
    };
  }

  /** Its owner has ended it. */
  revoked(token: string): void {
    const watched = this.#watched.get(token);
    this.#watched.delete(token);
    for (const end of watched?.ends ?? []) end();
  }

  #plan(): void {
    if (this.#isPlanned || this.#watched.size === 0) return;
    this.#isPlanned = true;
    setTimeout(() => void this.#look(), this.#eachMs).unref();
  }

  /** One after the other: this must not be felt by who asks the master for something. */
  async #look(): Promise<void> {
    for (const [token, { address }] of this.#watched) if (!await this.#isValid(token, address)) this.revoked(token);
    this.#isPlanned = false;
    this.#plan();
  }

  /** A master that is away, or fails, ends no stream. */
  async #isValid(token: string, address: string): Promise<boolean> {
    try {
      return await this.#door.look(token, { address, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }) !== undefined;
    } catch (err) {
      if (!(err instanceof HttpError && err.status === 503)) this.#log.warn({ err }, 'the token of a stream could not be looked at');
      return true;
    }
  }
}
