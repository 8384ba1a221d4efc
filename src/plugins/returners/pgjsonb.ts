/** Jobs, results and events in PostgreSQL, as `jsonb`. Needs the package `pg`; the tables: `docs/schema/pgjsonb.sql`. Source: read, Salt 3008.3. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import { cleanTables, jobTables } from './sql/job-tables.js';
import { PGJSONB } from './sql/postgres-dialects.js';
import { postgresOptions } from './sql/postgres-options.js';

export default defineReturner({
  name: 'pgjsonb',
  doc: 'Jobs, results and events in PostgreSQL, as `jsonb`.',
  section: 'returner.pgjsonb',
  options: postgresOptions('pass'),
  ...jobTables(PGJSONB),
  cleanOldJobs: (ctx) => cleanTables(PGJSONB, ctx),
});
