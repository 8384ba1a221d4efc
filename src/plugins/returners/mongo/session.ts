/** MongoDB through the package `mongodb`: one connection for one use. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { asError } from '../../../kernel/std/async.js';
import { loadDriver } from '../../../kernel/sys/driver.js';
import { isTruthy } from '../../../kernel/std/value.js';
import { serverOf, textOption } from '../shared/options.js';
import type { BsonKinds } from './documents.js';

type Filter = Readonly<Record<string, unknown>>;

interface Cursor {
  sort(by: Filter): Cursor;
  toArray(): Promise<unknown[]>;
}
export interface Collection {
  find(filter: Filter): Cursor;
  findOne(filter: Filter): Promise<unknown>;
  distinct(key: string): Promise<unknown[]>;
  insertMany(documents: readonly unknown[]): Promise<unknown>;
  replaceOne(filter: Filter, document: unknown, options: { upsert: boolean }): Promise<unknown>;
  updateOne(filter: Filter, change: Filter, options?: { upsert: boolean }): Promise<unknown>;
  createIndex(key: string): Promise<string>;
}
interface Client {
  connect(): Promise<unknown>;
  db(name?: string): { collection(name: string): Collection };
  close(): Promise<void>;
}
interface Driver extends BsonKinds {
  readonly MongoClient: new (uri: string, options: object) => Client;
}

export interface MongoSession extends AsyncDisposable {
  readonly kinds: BsonKinds;
  collection(name: 'saltReturns' | 'jobs' | 'events'): Collection;
}

export const MONGO_PORT = 27_017;
const CONNECT_MS = 20_000;
const COMMAND_MS = 30_000;
/** Salt's collections, and by what they are looked up. */
const INDEXES = [['saltReturns', 'minion'], ['saltReturns', 'jid'], ['jobs', 'jid'], ['events', 'tag']] as const;
const INDEXED = 'indexes made';

/** @throws CommandExecutionError without the package, and when the server cannot be reached */
export async function openMongo(ctx: ReturnerContext): Promise<MongoSession> {
  const driver = await loadDriver<Driver>('The returner mongo', 'mongodb');
  const { uri, database, login } = addressOf(ctx);
  const client = new driver.MongoClient(uri, {
    ...login, serverSelectionTimeoutMS: CONNECT_MS, connectTimeoutMS: CONNECT_MS, socketTimeoutMS: COMMAND_MS, maxPoolSize: 1, appName: 'tsalt',
    // Kinds of numbers are kept.
    promoteValues: false,
  });
  try {
    await client.connect();
  } catch (cause) {
    await client.close();
    throw new CommandExecutionError(`MongoDB cannot be reached: ${asError(cause).message}`, { cause });
  }
  const db = client.db(database);
  const session: MongoSession = { kinds: driver, collection: (name) => db.collection(name), [Symbol.asyncDispose]: () => client.close() };
  await makeIndexes(session, ctx);
  return session;
}

function addressOf(ctx: ReturnerContext): { readonly uri: string; readonly database: string | undefined; readonly login: object } {
  const { options } = ctx;
  const uri = textOption(options, 'uri');
  // The URI has its own.
  if (uri !== undefined) return { uri, database: undefined, login: {} };
  const { host, port } = serverOf(options, MONGO_PORT, 'salt');
  const [user, password, database] = [textOption(options, 'user'), textOption(options, 'password'), textOption(options, 'db') ?? 'salt'];
  return {
    uri: `mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/`, database,
    // Salt's users are those of its database.
    login: user === undefined ? {} : { auth: { username: user, password: password ?? '' }, authSource: database },
  };
}

/** Once in the life of the program. */
async function makeIndexes(session: MongoSession, { options, memory }: ReturnerContext): Promise<void> {
  if (!isTruthy(options['indexes'] ?? false) || memory.has(INDEXED)) return;
  for (const [name, key] of INDEXES) await session.collection(name).createIndex(key);
  memory.set(INDEXED, true);
}
