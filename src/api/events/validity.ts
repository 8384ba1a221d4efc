/** Whether a token is still valid. Many streams of one token ask the master once. */
import type { MasterDoor } from '../door/master-door.js';
import { HttpError } from '../http/http-error.js';

const KEPT_MS = 4000;
const KEPT_MAX = 10_000;

export class Validity {
  readonly #door: Pick<MasterDoor, 'look'>;
  readonly #known = new Map<string, { readonly atMs: number; readonly isValid: Promise<boolean> }>();

  constructor(door: Pick<MasterDoor, 'look'>) {
    this.#door = door;
  }

  async of(token: string, address: string): Promise<boolean> {
    const known = this.#known.get(token);
    if (known !== undefined && performance.now() - known.atMs < KEPT_MS) return known.isValid;
    if (this.#known.size >= KEPT_MAX) this.#known.clear();
    const isValid = this.#ask(token, address);
    this.#known.set(token, { atMs: performance.now(), isValid });
    return isValid;
  }

  /** Asked anew the next time. */
  forget(token: string): void {
    this.#known.delete(token);
  }

  /** A master that is away for a while ends no stream. */
  async #ask(token: string, address: string): Promise<boolean> {
    try {
      return await this.#door.look(token, { address, signal: AbortSignal.timeout(10_000) }) !== undefined;
    } catch (error) {
      if (error instanceof HttpError && error.status === 503) return true;
      throw error;
    }
  }
}
