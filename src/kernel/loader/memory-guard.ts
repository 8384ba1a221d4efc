/**
 * Watches the memory of the process while functions of users run. The limits of a thread hold for its objects only: buffers lie
 * outside of them, and output that nobody has read yet as well; both could take all memory of the machine, and the program with it.
 */
export interface GuardOptions {
  /** So much may each thread that works add to the process. */
  readonly bytesEach: number;
  readonly everyMs: number;
  /** Bytes of memory of the process now. */
  readonly residentBytes: () => number;
  /** Too much is in use. Called again after each look until it is not. */
  readonly onOver: () => void;
}

export class MemoryGuard {
  readonly #options: GuardOptions;
  #working = 0;
  #baseBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** One more thread works. */
  begin(): void {
    this.#working += 1;
    if (this.#timer !== undefined) return;
    this.#baseBytes = this.#options.residentBytes();
    this.#timer = setInterval(() => this.#look(), this.#options.everyMs).unref();
  }

  /** One less. */
  finish(): void {
    this.#working -= 1;
    if (this.#working > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { bytesEach, residentBytes, onOver } = this.#options;
    if (residentBytes() - this.#baseBytes > bytesEach * this.#working) onOver();
  }
}
