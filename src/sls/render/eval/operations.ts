/** The filters, tests and functions a template may name. */
import type { Operation } from '../python/callable.js';

export interface Operations {
  filter(name: string): Operation | undefined;
  test(name: string): Operation | undefined;
  filterNames(): Iterable<string>;
  testNames(): Iterable<string>;
}
