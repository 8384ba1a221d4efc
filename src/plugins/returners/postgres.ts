/** Jobs, results and events in PostgreSQL, as text. Needs the package `pg`; the tables: `docs/schema/postgres.sql`. Source: read, Salt 3008.3. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import { jobTables } from './sql/job-tables.js';
import { POSTGRES } from './sql/postgres-dialects.js';
import { POSTGRES_PORT } from './sql/postgres-session.js';

export default defineReturner({
  name: 'postgres',
  doc: 'Jobs, results and events in PostgreSQL, as text.',
  section: 'returner.postgres',
  options: {
    host: { doc: 'where PostgreSQL is', default: 'localhost' },
    port: { doc: 'its port', default: POSTGRES_PORT },
    user: { doc: 'to log in with', default: 'salt' },
    passwd: { doc: 'to log in with', default: 'salt' },
    db: { doc: 'the database', default: 'salt' },
    connect_timeout: { doc: 'seconds to wait for the server' },
    sslmode: { doc: 'require, verify-ca or verify-full: encrypted' },
    sslrootcert: { doc: 'a file of trusted certificates' },
    sslcert: { doc: 'a file: our certificate' },
    sslkey: { doc: 'a file: its key' },
    sslcrl: { doc: 'a file of certificates that are revoked' },
  },
  ...jobTables(POSTGRES),
});
