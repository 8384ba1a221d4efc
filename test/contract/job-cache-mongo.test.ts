/** Against a local server that speaks the documented part of MongoDB's wire protocol: there is no real one to be had. */
import { once, openStore } from '../support/servers/job-stores.js';
import { MongoServer } from '../support/servers/mongo-server.js';
import { jobCacheContract } from './job-cache.js';

/** Each store is a database of its own. */
let count = 0;

const mongo = once(() => MongoServer.start());
jobCacheContract({
  name: 'mongo',
  open: async (opts = {}) => openStore('mongo', { mongo: { host: '127.0.0.1', port: (await mongo()).port, db: `salt${count += 1}` }, ...opts }),
});
