/** Collects results of checks: one check, one case with a stable id. */
import { differenceOf, type CaseResult } from '../corpus.js';

export class CaseList {
  readonly results: CaseResult[] = [];
  readonly #corpus: string;
  readonly #seen = new Map<string, number>();

  constructor(corpus: string) {
    this.#corpus = corpus;
  }

  /** Runs one check; what it throws is the reason of a failure. Equal ids get a number. */
  check(id: string, body: () => void): void {
    const times = (this.#seen.get(id) ?? 0) + 1;
    this.#seen.set(id, times);
    const unique = times === 1 ? id : `${id} (${times})`;
    try {
      body();
      this.results.push({ id: unique, outcome: 'passed' });
    } catch (error) {
      const listed = differenceOf(this.#corpus, unique);
      const found = error instanceof Error ? error.message : String(error);
      this.results.push({ id: unique, outcome: listed === undefined ? 'failed' : 'listed', detail: listed ?? found });
    }
  }
}
