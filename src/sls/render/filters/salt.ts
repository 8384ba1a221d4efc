/** All filters Salt adds to Jinja's. */
import type { Operation } from '../python/callable.js';
import { SALT_DATE_FILTERS } from './salt-dates.js';
import { SALT_DICT_FILTERS } from './salt-dicts.js';
import { SALT_FILE_FILTERS } from './salt-files.js';
import { SALT_HASH_FILTERS } from './salt-hashes.js';
import { SALT_HTTP_FILTERS } from './salt-http.js';
import { SALT_LIST_FILTERS } from './salt-lists.js';
import { SALT_NETWORK_FILTERS } from './salt-network.js';
import { SALT_TEXT_FILTERS } from './salt-text.js';
import { SERIALIZE_FILTERS } from './serialize.js';

export const SALT_FILTERS: readonly Operation[] = [
  ...SERIALIZE_FILTERS, ...SALT_TEXT_FILTERS, ...SALT_LIST_FILTERS, ...SALT_DICT_FILTERS, ...SALT_HASH_FILTERS, ...SALT_NETWORK_FILTERS, ...SALT_HTTP_FILTERS,
  ...SALT_DATE_FILTERS, ...SALT_FILE_FILTERS,
];
