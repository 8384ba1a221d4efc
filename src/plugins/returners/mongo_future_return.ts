/**
 * Jobs, results and events in MongoDB, in the collections `jobs`, `saltReturns` and `events`. Needs the package `mongodb`.
 *
 * Source: the documentation of Salt 3006, returner `mongo` (`mongo_future_return`): collections and fields, dots in keys become `-`.
 * Differs: jobs know who should answer, a second copy of a result is no second document, numbers keep their kinds.
 */
import { listedJob } from '../../kernel/contract/listed-job.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import { newJid } from '../../kernel/std/time.js';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';
import { fromDocument, mapOfDocument, toDocument, type BsonKinds } from './mongo/documents.js';
import { MONGO_PORT, openMongo } from './mongo/session.js';

const withoutDots = (key: string): string => key.replaceAll('.', '-');
const asIs = (key: string): string => key;
/** Ids of jobs are times. */
const byAge = { jid: 1 } as const;

/** With the minions in order. */
function loadOf(found: unknown, kinds: BsonKinds): PlainMap {
  const load = mapOfDocument(found, kinds);
  return isList(load['Minions'] ?? null) ? { ...load, Minions: (load['Minions'] as readonly Value[]).map(String).sort() } : load;
}

/** The whole result of each document, by minion; later ones win. */
const results = (found: readonly unknown[], kinds: BsonKinds): PlainMap => Object.fromEntries(found.map((one) => {
  const { minion, full_ret: ret = null } = mapOfDocument(one, kinds);
  return [String(minion), ret];
}));

export default defineReturner({
  name: 'mongo_future_return',
  serves: 'mongo',
  doc: 'Jobs, results and events in MongoDB.',
  section: 'mongo',
  options: {
    uri: { doc: 'where MongoDB is and how to log in, in place of what follows' },
    host: { doc: 'where MongoDB is', default: 'salt' },
    port: { doc: 'its port', default: MONGO_PORT },
    db: { doc: 'the database', default: 'salt' },
    user: { doc: 'to log in with; nobody logs in when it is not set' },
    password: { doc: 'to log in with' },
    indexes: { doc: 'true: make the indexes of the collections', default: false },
  },
  async returner(ret, ctx) {
    await using db = await openMongo(ctx);
    const [jid, id] = [ret['jid'] === 'req' ? newJid() : String(ret['jid'] ?? ''), String(ret['id'] ?? '')];
    const kept: PlainMap = { return: ret['return'] ?? null, fun: ret['fun'] ?? '', full_ret: { ...ret, jid }, ...(ret['out'] === undefined ? {} : { out: ret['out'] }) };
    await db.collection('saltReturns').updateOne({ minion: id, jid }, { $setOnInsert: toDocument(kept, db.kinds, withoutDots) }, { upsert: true });
  },
  async eventReturn(events, ctx) {
    await using db = await openMongo(ctx);
    if (events.length > 0) await db.collection('events').insertMany(events.map((event) => toDocument(event, db.kinds, withoutDots)));
  },
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
  async saveLoad(jid, load, minions, ctx) {
    await using db = await openMongo(ctx);
    const kept: PlainMap = { ...load, jid, ...(minions === null ? {} : { Minions: [...minions] }) };
    await db.collection('jobs').replaceOne({ jid }, toDocument(kept, db.kinds, asIs), { upsert: true });
  },
  async saveMinions(jid, minions, _syndicId, ctx) {
    await using db = await openMongo(ctx);
    await db.collection('jobs').updateOne({ jid }, { $addToSet: { Minions: { $each: [...minions] } } });
  },
  async getLoad(jid, ctx) {
    await using db = await openMongo(ctx);
    return loadOf(await db.collection('jobs').findOne({ jid }), db.kinds);
  },
  async getJid(jid, ctx) {
    await using db = await openMongo(ctx);
    return results(await db.collection('saltReturns').find({ jid }).toArray(), db.kinds);
  },
  async getJids(ctx) {
    await using db = await openMongo(ctx);
    const loads = (await db.collection('jobs').find({}).sort(byAge).toArray()).map((found) => loadOf(found, db.kinds));
    return Object.fromEntries(loads.map((load) => [String(load['jid']), listedJob(String(load['jid']), load)]));
  },
  async getFun(fun, ctx) {
    await using db = await openMongo(ctx);
    return results(await db.collection('saltReturns').find({ fun }).sort(byAge).toArray(), db.kinds);
  },
  async getMinions(ctx) {
    await using db = await openMongo(ctx);
    return (await db.collection('saltReturns').distinct('minion')).map((found) => String(fromDocument(found, db.kinds))).sort();
  },
});
