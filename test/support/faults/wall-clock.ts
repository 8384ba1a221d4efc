/** The clock of one program, set forward and back while it runs, by libfaketime. Timers are not touched, as when a real clock is set. */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch } from '../fleet/program.js';

const LIBRARY = ['/usr/lib', '/usr/lib64', '/usr/local/lib']
  .flatMap((folder) => [folder, ...(existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, name)) : [])])
  .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
  .find((path) => existsSync(path));

export const skipWithoutFaketime: string | false = LIBRARY === undefined ? 'no libfaketime: install the package faketime' : false;

export class WallClock {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.set(0);
  }

  /** For the start of the program whose clock it is. */
  get launch(): Launch {
    return {
      env: {
        LD_PRELOAD: LIBRARY ?? '', FAKETIME_TIMESTAMP_FILE: this.#file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_DONT_RESET: '1',
      },
    };
  }

  /** So many seconds from the true time. */
  set(offsetSeconds: number): void {
    // Never half a file: programs read it at every look at the clock.
    writeFileSync(`${this.#file}.new`, `${offsetSeconds >= 0 ? '+' : ''}${offsetSeconds}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}
