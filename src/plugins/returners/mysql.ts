/** Jobs, results and events in MySQL or MariaDB. Needs the package `mysql2`; the tables: `docs/schema/mysql.sql`. Source: the documentation of Salt 3006. */
import { defineReturner } from '../../kernel/contract/plugin.js';
import { cleanTables, jobTables, type Dialect } from './sql/job-tables.js';
import { MYSQL_PORT, openMysql } from './sql/mysql-session.js';

const MYSQL: Dialect = {
  name: 'mysql', open: openMysql, quoted: (name) => `\`${name}\``, textValue: '?', jsonValue: '?', jsonText: (column) => column, storable: (json) => json,
  onConflict: 'ON DUPLICATE KEY UPDATE `load` = VALUES(`load`)', success: (isGood) => (isGood ? '1' : '0'),
};

export default defineReturner({
  name: 'mysql',
  doc: 'Jobs, results and events in MySQL or MariaDB.',
  options: {
    host: { doc: 'where the server is', default: 'salt' },
    port: { doc: 'its port', default: MYSQL_PORT },
    user: { doc: 'to log in with', default: 'salt' },
    pass: { doc: 'to log in with', default: 'salt' },
    db: { doc: 'the database', default: 'salt' },
    ssl_ca: { doc: 'a file of trusted certificates: encrypted' },
    ssl_cert: { doc: 'a file: our certificate' },
    ssl_key: { doc: 'a file: its key' },
  },
  ...jobTables(MYSQL),
  cleanOldJobs: (ctx) => cleanTables(MYSQL, ctx),
});
