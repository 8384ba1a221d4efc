/**
 * What the returner `mongo` needs of MongoDB, as its wire protocol and commands are documented (`OP_MSG`, and `OP_QUERY` for the first
 * greeting; SCRAM-SHA-256): no package registry has the real server. It refuses every command and every field that it does not know.
 */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { BSON } from 'mongodb';

type Document = Record<string, unknown>;

interface Login {
  readonly db: string;
  readonly user: string;
  readonly password: string;
}

const [OP_REPLY, OP_QUERY, OP_MSG] = [1, 2004, 2013];
const HEADER_BYTES = 16;
const GREETING = { maxBsonObjectSize: 16_777_216, maxMessageSizeBytes: 48_000_000, maxWriteBatchSize: 100_000, minWireVersion: 0, maxWireVersion: 17, readOnly: false, ok: 1 };
/** Fields that every command may have. */
const ALWAYS = new Set(['$db', 'lsid', '$clusterTime', '$readPreference', 'maxTimeMS', 'txnNumber']);
const ROUNDS = 4096;

class Refused extends Error {}

export class MongoServer implements AsyncDisposable {
  readonly commands: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #collections = new Map<string, Document[]>();
  readonly #login: Login | undefined;

  private constructor(login: Login | undefined) {
    this.#login = login;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(login?: Login): Promise<MongoServer> {
    const server = new MongoServer(login);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  documents(place: string): Document[] {
    return this.#collections.get(place) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    const session = { user: this.#login === undefined ? '' : undefined, scram: undefined } as ScramSession;
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= HEADER_BYTES && pending.length >= pending.readInt32LE(0)) {
        const message = pending.subarray(0, pending.readInt32LE(0));
        pending = pending.subarray(message.length);
        socket.write(this.#answer(message, session));
      }
    });
  }

  #answer(message: Buffer, session: ScramSession): Buffer {
    const [id, code] = [message.readInt32LE(4), message.readInt32LE(12)];
    const command = code === OP_MSG ? commandOfMessage(message) : code === OP_QUERY ? commandOfQuery(message) : undefined;
    if (command === undefined) throw new Error(`operation ${code} is not spoken here`);
    const [name = ''] = Object.keys(command);
    if (!['hello', 'ismaster', 'isMaster', 'endSessions'].includes(name)) this.commands.push(name);
    let answer: Document;
    try {
      answer = { ...this.#run(name, command, session), ok: 1 };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer = { ok: 0, errmsg: error.message, code: error.message.includes('uthenticat') ? 18 : 59 };
    }
    return code === OP_MSG ? framed(OP_MSG, id, Buffer.concat([Buffer.alloc(5), BSON.serialize(answer)])) : framed(OP_REPLY, id, Buffer.concat([replyHead(), BSON.serialize(answer)]));
  }

  #run(name: string, command: Document, session: ScramSession): Document {
    switch (name) {
      case 'hello': case 'ismaster': case 'isMaster': return { ...GREETING, helloOk: true, isWritablePrimary: true, ismaster: true, ...(this.#login === undefined ? {} : { saslSupportedMechs: [`SCRAM-SHA-256`] }) };
      case 'endSessions': return {};
      case 'saslStart': case 'saslContinue': return scram(command, session, this.#login);
    }
    if (session.user === undefined) throw new Refused(`command ${name} requires authentication`);
    const place = (): Document[] => {
      const at = `${String(command['$db'])}.${String(command[name])}`;
      const found = this.#collections.get(at) ?? [];
      this.#collections.set(at, found);
      return found;
    };
    switch (name) {
      case 'find': {
        only(command, ['find', 'filter', 'sort', 'limit', 'singleBatch', 'batchSize']);
        const found = place().filter((one) => fits(one, command['filter'] as Document));
        const sort = Object.entries((command['sort'] ?? {}) as Document);
        for (const [key, way] of sort) found.sort((a, b) => (String(a[key]) < String(b[key]) ? -1 : 1) * Number(way));
        return { cursor: { id: BSON.Long.fromNumber(0), ns: `${String(command['$db'])}.${String(command['find'])}`, firstBatch: found.slice(0, Number(command['limit'] ?? 0) || found.length) } };
      }
      case 'distinct':
        only(command, ['distinct', 'key', 'query']);
        return { values: [...new Set(place().map((one) => one[String(command['key'])]))] };
      case 'insert':
        only(command, ['insert', 'documents', 'ordered']);
        place().push(...command['documents'] as Document[]);
        return { n: (command['documents'] as Document[]).length };
      case 'update':
        only(command, ['update', 'updates', 'ordered']);
        return update(place(), command['updates'] as Document[]);
      case 'createIndexes':
        only(command, ['createIndexes', 'indexes']);
        return { numIndexesBefore: 1, numIndexesAfter: 2 };
      default: throw new Refused(`no such command: '${name}'`);
    }
  }
}

function only(command: Document, known: readonly string[]): void {
  const strange = Object.keys(command).filter((key) => !known.includes(key) && !ALWAYS.has(key));
  if (strange.length > 0) throw new Refused(`BSON field '${strange.join(', ')}' is an unknown field`);
}

/** Equal in all fields of the filter; operators are not known here. */
const fits = (document: Document, filter: Document): boolean => Object.entries(filter).every(([key, value]) => {
  if (key.startsWith('$')) throw new Refused(`unknown operator: ${key}`);
  return isDeepStrictEqual(document[key], value);
});

function update(place: Document[], updates: readonly Document[]): Document {
  let [n, modified] = [0, 0];
  const upserted: Document[] = [];
  for (const [index, one] of updates.entries()) {
    only(one, ['q', 'u', 'upsert', 'multi']);
    const [filter, change] = [one['q'] as Document, one['u'] as Document];
    const at = place.findIndex((document) => fits(document, filter));
    const [word = ''] = Object.keys(change);
    if (at < 0 && one['upsert'] !== true) continue;
    n += 1;
    const before = at < 0 ? { _id: new BSON.ObjectId(), ...filter } : place[at] ?? {};
    let after: Document;
    if (!word.startsWith('$')) after = { _id: before['_id'], ...change };
    else if (word === '$setOnInsert') after = at < 0 ? { ...before, ...change[word] as Document } : before;
    else if (word === '$addToSet') after = { ...before, ...added(before, change[word] as Document) };
    else throw new Refused(`Unknown modifier: ${word}`);
    if (at < 0) {
      place.push(after);
      upserted.push({ index, _id: after['_id'] });
    } else {
      place[at] = after;
      modified += 1;
    }
  }
  return { n, nModified: modified, ...(upserted.length === 0 ? {} : { upserted }) };
}

const added = (before: Document, change: Document): Document => Object.fromEntries(Object.entries(change).map(([key, more]) =>
  [key, [...new Set([...(before[key] ?? []) as unknown[], ...(more as { $each: unknown[] }).$each])]]));

function commandOfMessage(message: Buffer): Document {
  if (message.readUInt32LE(HEADER_BYTES) !== 0) throw new Error('flags of messages are not spoken here');
  let command: Document = {};
  for (let at = HEADER_BYTES + 4; at < message.length;) {
    const kind = message[at];
    at += 1;
    const length = message.readInt32LE(at);
    if (kind === 0) command = { ...BSON.deserialize(message.subarray(at, at + length), { promoteValues: false }), ...command };
    else if (kind === 1) {
      const end = message.indexOf(0, at + 4);
      const documents: Document[] = [];
      for (let next = end + 1; next < at + length; next += message.readInt32LE(next)) documents.push(BSON.deserialize(message.subarray(next, next + message.readInt32LE(next)), { promoteValues: false }));
      command = { ...command, [message.toString('utf8', at + 4, end)]: documents };
    } else throw new Error(`a section of kind ${String(kind)} is not spoken here`);
    at += length;
  }
  return command;
}

/** Flags, name of the collection, numbers to skip and to return, the query. */
function commandOfQuery(message: Buffer): Document {
  const end = message.indexOf(0, HEADER_BYTES + 4);
  return BSON.deserialize(message.subarray(end + 9));
}

function framed(code: number, answerTo: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  for (const [at, value] of [HEADER_BYTES + body.length, 1, answerTo, code].entries()) head.writeInt32LE(value, at * 4);
  return Buffer.concat([head, body]);
}

/** Flags, cursor, where it starts, one document. */
function replyHead(): Buffer {
  const head = Buffer.alloc(20);
  head.writeInt32LE(8, 0);
  head.writeInt32LE(1, 16);
  return head;
}

interface ScramSession {
  user: string | undefined;
  scram: { readonly first: string; readonly answer: string; readonly salted: Buffer } | undefined;
}

/** RFC 7677. */
function scram(command: Document, session: ScramSession, login: Login | undefined): Document {
  const payload = Buffer.from((command['payload'] as { buffer: Uint8Array }).buffer).toString('utf8');
  const reply = (text: string, done: boolean): Document => ({ conversationId: 1, done, payload: new BSON.Binary(Buffer.from(text)) });
  const fail = (): never => {
    throw new Refused('Authentication failed.');
  };
  if (login === undefined || command['$db'] !== login.db) return fail();
  if ('saslStart' in command) {
    const [, first = '', user = '', nonce = ''] = /^n,,(n=([^,]*),r=(.*))$/.exec(payload) ?? [];
    if (String(command['mechanism']) !== 'SCRAM-SHA-256' || user !== login.user) return fail();
    const salt = randomBytes(16);
    const answer = `r=${nonce}${randomBytes(12).toString('base64')},s=${salt.toString('base64')},i=${ROUNDS}`;
    session.scram = { first, answer, salted: pbkdf2Sync(login.password, salt, ROUNDS, 32, 'sha256') };
    return reply(answer, false);
  }
  const state = session.scram ?? fail();
  const [, last = '', proof = ''] = /^(c=biws,r=[^,]*),p=(.*)$/.exec(payload) ?? [];
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const clientKey = hmac(state.salted, 'Client Key');
  const everything = `${state.first},${state.answer},${last}`;
  const signature = hmac(createHash('sha256').update(clientKey).digest(), everything);
  const expected = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0)));
  const given = Buffer.from(proof, 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return fail();
  session.user = login.user;
  return reply(`v=${hmac(hmac(state.salted, 'Server Key'), everything).toString('base64')}`, true);
}
