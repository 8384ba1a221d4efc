import { once, openStore, root } from '../support/servers/job-stores.js';
import { skipWithoutMaria, skipWithoutPostgres, startMaria, startPostgres } from '../support/servers/databases.js';
import { jobCacheContract } from './job-cache.js';

/** Each store is a database of its own. */
let count = 0;

const postgres = once(() => startPostgres(root));
for (const [name, secret] of [['postgres', 'passwd'], ['pgjsonb', 'pass']] as const) {
  jobCacheContract({
    name, skip: skipWithoutPostgres,
    async open(opts = {}) {
      const [server, db] = [await postgres(), `salt${count += 1}`];
      server.create(db, name);
      return openStore(name, { [`returner.${name}.host`]: '127.0.0.1', [`returner.${name}`]: { port: server.port, db, [secret]: server.password }, ...opts });
    },
  });
}
jobCacheContract({
  name: 'postgres_local_cache', skip: skipWithoutPostgres,
  async open(opts = {}) {
    const [server, db] = [await postgres(), `salt${count += 1}`];
    server.create(db, 'postgres_local_cache');
    // Its listing leaves out what is older; the jobs of the contract are.
    return openStore('postgres_local_cache', { 'master_job_cache.postgres': { host: '127.0.0.1', port: server.port, db, passwd: server.password }, keep_jobs_seconds: 0, ...opts });
  },
});

const maria = once(() => startMaria(root));
jobCacheContract({
  name: 'mysql', skip: skipWithoutMaria,
  async open(opts = {}) {
    const [server, db] = [await maria(), `salt${count += 1}`];
    server.create(db, 'mysql');
    return openStore('mysql', { mysql: { host: '127.0.0.1', port: server.port, db, pass: server.password }, ...opts });
  },
});
