/** `onchangeonly` for beacons that do not know it themselves: what was told in the round before is not told again. Source: ours. */
import { equalValues, type PlainMap } from '../../kernel/std/value.js';

export class ChangesOnly {
  readonly #tellsFirst: boolean;
  #last: readonly PlainMap[] | undefined;

  /** `tellsFirst`: whether the first round counts as a change (`emitatstartup`). */
  constructor(tellsFirst: boolean) {
    this.#tellsFirst = tellsFirst;
  }

  pick(events: readonly PlainMap[]): readonly PlainMap[] {
    const before = this.#last ?? (this.#tellsFirst ? [] : events);
    this.#last = events;
    return events.filter((event) => !before.some((known) => equalValues(known, event)));
  }
}
