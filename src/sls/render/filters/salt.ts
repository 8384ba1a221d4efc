/** The filters Salt adds to Jinja's. */
import type { Operation } from '../python/callable.js';

export const SALT_FILTERS: readonly Operation[] = [];
