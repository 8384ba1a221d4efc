/**
 * Returners that minions have not got, gathered from their returns: one line for each at the end of the run. The returns themselves
 * are as good as others.
 */
import { RETURNERS_ABSENT } from '../../bus/wire/return-words.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';

/** Of more minions the line has the number. */
const NAMED_MAX = 10;

export class AbsentReturners {
  readonly #minions = new Map<string, string[]>();

  note(id: string, load: PlainMap): void {
    const names = load[RETURNERS_ABSENT];
    if (!Array.isArray(names)) return;
    for (const name of (names as readonly Value[]).map(String)) {
      const ids = this.#minions.get(name) ?? [];
      ids.push(id);
      this.#minions.set(name, ids);
    }
  }

  get any(): boolean {
    return this.#minions.size > 0;
  }

  lines(): string[] {
    return [...this.#minions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, ids]) => {
      const shown = [...ids].sort().slice(0, NAMED_MAX).join(', ');
      const more = ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : '';
      return `[ERROR   ] The returner '${name}' got nothing: it is not available on ${shown}${more}`;
    });
  }
}
