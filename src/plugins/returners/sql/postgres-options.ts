/** The options that the returners of PostgreSQL have in common. Some call the password `pass`, some `passwd`, and one has a host of its own. */
import { POSTGRES_PORT } from './postgres-session.js';

export const postgresOptions = <const Word extends string>(password: Word, host = 'localhost') => ({
  host: { doc: 'where PostgreSQL is', default: host },
  port: { doc: 'its port', default: POSTGRES_PORT },
  user: { doc: 'to log in with', default: 'salt' },
  [password]: { doc: 'to log in with', default: 'salt' },
  db: { doc: 'the database', default: 'salt' },
  connect_timeout: { doc: 'seconds to wait for the server' },
  sslmode: { doc: 'require, verify-ca or verify-full: encrypted' },
  sslrootcert: { doc: 'a file of trusted certificates' },
  sslcert: { doc: 'a file: our certificate' },
  sslkey: { doc: 'a file: its key' },
  sslcrl: { doc: 'a file of certificates that are revoked' },
});
