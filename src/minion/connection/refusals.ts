/** Masters that reject this minion, or that it does not trust. When all of them do, nobody is left to wait for. */
import { masterKey, type MasterAddress } from './masters.js';

export interface Ended {
  readonly exitCode: number;
  readonly reason: string;
}

export class Refusals {
  readonly #total: number;
  readonly #why = new Map<string, Ended>();

  /** `total`: how many masters there are. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Gives why the minion ends, when this was the last master that might have let it in. */
  note(master: MasterAddress, why: Ended): Ended | undefined {
    this.#why.set(masterKey(master), why);
    return this.#why.size >= this.#total ? why : undefined;
  }

  /** This master let it in, or may yet. */
  forget(master: MasterAddress): void {
    this.#why.delete(masterKey(master));
  }
}
