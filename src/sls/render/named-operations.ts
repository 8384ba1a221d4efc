/** The filters and tests that templates may name. */
import type { Operations } from './eval/operations.js';
import { listFilters } from './filters/jinja-lists.js';
import { TEXT_FILTERS } from './filters/jinja-text.js';
import { SALT_FILTERS } from './filters/salt.js';
import { jinjaTests } from './filters/tests.js';
import type { Operation } from './python/callable.js';

class NamedOperations implements Operations {
  readonly #filters: ReadonlyMap<string, Operation>;
  readonly #tests: ReadonlyMap<string, Operation>;

  constructor() {
    // Later ones win: Salt's filters stand in for some of Jinja's.
    this.#filters = byName([...listFilters(this), ...TEXT_FILTERS, ...SALT_FILTERS]);
    this.#tests = byName(jinjaTests(this));
  }

  filter(name: string): Operation | undefined {
    return this.#filters.get(name);
  }

  test(name: string): Operation | undefined {
    return this.#tests.get(name);
  }

  filterNames(): Iterable<string> {
    return this.#filters.keys();
  }

  testNames(): Iterable<string> {
    return this.#tests.keys();
  }
}

const byName = (operations: readonly Operation[]): Map<string, Operation> => new Map(operations.map((operation) => [operation.name, operation]));

let made: NamedOperations | undefined;

/** Those of this process, made when they are first needed. */
export function namedOperations(): Operations {
  return made ??= new NamedOperations();
}
