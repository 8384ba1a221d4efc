/** Jobs, results and events in PostgreSQL, as text. Needs the package `pg`; the tables: `docs/schema/postgres.sql`. Source: read, Salt 3008.3. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import { jobTables } from './sql/job-tables.js';
import { POSTGRES } from './sql/postgres-dialects.js';
import { postgresOptions } from './sql/postgres-options.js';

export default defineReturner({
  name: 'postgres',
  doc: 'Jobs, results and events in PostgreSQL, as text.',
  section: 'returner.postgres',
  options: postgresOptions('passwd'),
  ...jobTables(POSTGRES),
});
