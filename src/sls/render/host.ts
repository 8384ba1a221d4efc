/**
 * nunjucks, and the only place that knows it. It is the registry of filters and tests that Jinja templates may name, and
 * renders the program's own trusted texts (`trusted`). Templates of users never reach its compiler: it has no sandbox.
 */
import { Environment, Template } from 'nunjucks';
import type { Operations } from './eval/operations.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { listFilters } from './filters/jinja-lists.js';
import { TEXT_FILTERS } from './filters/jinja-text.js';
import { SALT_FILTERS } from './filters/salt.js';
import { jinjaTests } from './filters/tests.js';
import type { Operation } from './python/callable.js';

const TRUSTED_MAX = 20;

class Host implements Operations {
  readonly #environment = new Environment(null, { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true });
  readonly #own: { readonly filters: ReadonlySet<string>; readonly tests: ReadonlySet<string> };
  readonly #trusted = new BoundedCache<string, Template>(TRUSTED_MAX);

  constructor() {
    // Later ones win: Salt's filters stand in for some of Jinja's.
    const filters = [...listFilters(this), ...TEXT_FILTERS, ...SALT_FILTERS];
    const tests = jinjaTests(this);
    for (const { name, run, waits } of filters) this.#environment.addFilter(name, run, waits);
    for (const { name, run } of tests) this.#environment.addTest(name, run);
    this.#own = { filters: new Set(filters.map(({ name }) => name)), tests: new Set(tests.map(({ name }) => name)) };
  }

  /** nunjucks has filters of its own, which follow other rules: only ours count. */
  filter(name: string): Operation | undefined {
    if (!this.#own.filters.has(name)) return undefined;
    return { name, waits: this.#environment.asyncFilters.includes(name), run: this.#environment.filters[name] as Operation['run'] };
  }

  test(name: string): Operation | undefined {
    if (!this.#own.tests.has(name)) return undefined;
    return { name, waits: false, run: this.#environment.tests[name] as Operation['run'] };
  }

  filterNames(): Iterable<string> {
    return this.#own.filters;
  }

  testNames(): Iterable<string> {
    return this.#own.tests;
  }

  /** Renders a text of the program itself. The text must never come from outside; the values may. */
  trusted(source: string, context: Readonly<Record<string, unknown>>): string {
    return this.#trusted.get(source, () => new Template(source, this.#environment, 'own', true)).render(context);
  }
}

let host: Host | undefined;

/** The host of this process, made when it is first needed. */
export function templateHost(): Host {
  return host ??= new Host();
}
