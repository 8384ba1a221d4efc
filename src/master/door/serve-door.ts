/**
 * The master's own local socket for the command line: publishes, waits by the rule of `jobs/wait.ts`, and streams each
 * answer the moment it comes. A client that goes away ends its wait, never the job.
 */
import type { Socket } from 'node:net';
import { decodeBus, encodeBus, MapSplitter } from '../../bus/codec/codec.js';
import { DOOR_NAME } from '../../client/door.js';
import { GatheredWrites } from './gathered-writes.js';
import { listen } from '../../bus/event/local-sockets.js';
import type { Happening } from '../../kernel/contract/happening.js';
import type { Logger } from '../../kernel/contract/log.js';
import { parseJid } from '../../kernel/contract/job.js';
import { newJid } from '../../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { masterCallOf, type Access, type Allowance } from '../access/authorise.js';
import type { TokenDesk } from '../access/token-desk.js';
import { isWay, type WayName } from '../access/ways.data.js';
import { orderOf } from '../commands/open/open.js';
import { storedAndPublished } from '../jobs/stored-and-published.js';
import type { FunctionDesk } from '../functions/function-desk.js';
import type { Batches } from '../jobs/batch.js';
import type { Prints } from '../functions/prints.js';
import { followJob, type FollowParts } from '../jobs/follow.js';
import { ReturnWatch, type Answer, type Noted, type WaitOptions } from '../jobs/wait.js';
import type { Bounds } from '../requests/bounds.js';
import { msOf, serveBatch, type Send } from './serve-batch.js';

export interface DoorParts extends FollowParts {
  readonly access: Pick<Access, 'decide' | 'mayServe'>;
  readonly tokens: Pick<TokenDesk, 'make' | 'look' | 'revoke'>;
  readonly functions: FunctionDesk;
  readonly batches: Batches;
  readonly prints: Prints;
  readonly stats: () => PlainMap;
  readonly bounds: Bounds;
  readonly trace: { note(happening: Happening): void };
  readonly expected: (tgt: Value, tgtType: string, delimiter: string) => { minions: readonly string[] };
  readonly defaults: { readonly timeoutMs: number; readonly gatherTimeoutMs: number };
  readonly log: Logger;
}

/** A command whose job cannot be stored has failed, unlike one that the master refuses by its rules. */
const NOT_STORED_EXIT = 1;
const REQUEST_BYTES_MAX = 64 * 1024 * 1024;
const REQUEST_WAIT_MS = 10_000;
/** A client that reads slower than this many bytes is waited for. */
const BEHIND_BYTES_MAX = 1024 * 1024;
const PLACE = 'local socket';
const FROM_LENGTH_MAX = 64;
const REQUEST_ID = /^[\w.:-]{1,64}$/;
const LOGIN_WORDS = ['token', 'eauth', 'username', 'password', 'token_expire'];
/** The words of the access rules for looking at jobs and targets. */
const ASKED: Readonly<Record<string, PlainMap>> = { follow: { fun: 'jobs.follow' }, preview: { fun: 'test.ping', arg: [] }, events: { fun: 'events', arg: [] } };
/** Answers of many minions that come at once go to a client in one write. */
const writes = new GatheredWrites();

export async function serveDoor(path: string, mode: number, parts: DoorParts): Promise<AsyncDisposable> {
  const listening = await listen(path, mode, (socket) => {
    void serveOne(socket, parts).catch((err: unknown) => {
      parts.log.debug({ err }, 'local client ended');
      socket.destroy();
    });
  }, { onError: (err) => parts.log.error({ err }, 'local client not accepted'), onFull: () => parts.bounds.hit('local_connections', { socket: DOOR_NAME }) });
  return { [Symbol.asyncDispose]: () => listening.stop() };
}

async function serveOne(socket: Socket, parts: DoorParts): Promise<void> {
  const gone = new AbortController();
  socket.on('error', () => gone.abort());
  socket.on('close', () => gone.abort());
  const send = async (frame: PlainMap): Promise<void> => {
    if (gone.signal.aborted) return;
    writes.write(socket, encodeBus(frame));
    if (socket.writableLength <= BEHIND_BYTES_MAX) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        socket.off('drain', go);
        gone.signal.removeEventListener('abort', go);
        resolve();
      };
      socket.once('drain', go);
      gone.signal.addEventListener('abort', go, { once: true });
    });
  };
  const request = await readOne(socket);
  const load = isPlainMap(request['load']) ? request['load'] : {};
  const service = isPlainMap(request['service']) ? request['service'] : undefined;
  const isProven = service === undefined || await parts.access.mayServe(request['key'] ?? null);
  const proof = proofOf(service === undefined ? request : { login: request['login'] ?? null }, load);
  if (isProven) await answer(placeOf(service), String(request['op']), { ...load, ...proof }, parts, send, gone.signal);
  else await send({ kind: 'refused', error: { name: 'UserAuthenticationError', message: 'Only root and the user of the master may ask for others' } });
  await send({ kind: 'end' });
  socket.end();
}

function readOne(socket: Socket): Promise<PlainMap> {
  const splitter = new MapSplitter({ bytesMax: REQUEST_BYTES_MAX });
  return new Promise((resolve, reject) => {
    socket.setTimeout(REQUEST_WAIT_MS, () => reject(new Error('no request within 10 s')));
    socket.on('close', () => reject(new Error('closed before a request')));
    socket.on('data', (chunk: Buffer) => {
      try {
        const [first] = splitter.push(chunk);
        if (first === undefined) return;
        socket.setTimeout(0);
        const request = decodeBus(first);
        if (isPlainMap(request)) resolve(request);
        else reject(new Error('the request is no map'));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  });
}

/** How the sender proves itself: not by anything inside the request itself. */
function proofOf(request: PlainMap, load: PlainMap): PlainMap {
  const login = isPlainMap(request['login']) ? request['login'] : {};
  const shown = Object.fromEntries(LOGIN_WORDS.filter((name) => name in login).map((name) => [name, login[name] ?? null]));
  const options = isPlainMap(load['kwargs']) ? load['kwargs'] : {};
  return { ...shown, key: request['key'] ?? '', user: request['user'] ?? '', fun: load['fun'] ?? '', kwargs: { ...options, ...shown } };
}

interface Place {
  /** First part of the names of its ways in. */
  readonly kind: 'door' | 'api';
  readonly from: string;
  /** Id of the request to the API. */
  readonly request?: string;
}

function placeOf(service: PlainMap | undefined): Place {
  if (service === undefined) return { kind: 'door', from: PLACE };
  const { from = '', request } = service;
  const id = typeof request === 'string' && REQUEST_ID.test(request) ? request : undefined;
  return { kind: 'api', from: `api ${String(from).slice(0, FROM_LENGTH_MAX)}`, ...(id === undefined ? {} : { request: id }) };
}

/** What a request causes is known to come from it. Its id cannot be that of a job. */
function causeOf({ request }: Place, way: WayName, user: string, { trace }: DoorParts): { readonly cause?: string } {
  if (request === undefined) return {};
  const id = `request-${request}`;
  trace.note({ id, kind: 'request', what: `${way} by ${user}`, atMs: Date.now() });
  return { cause: id };
}

async function answer(place: Place, op: string, load: PlainMap, parts: DoorParts, send: Send, gone: AbortSignal): Promise<void> {
  const { kind, from } = place;
  const way = `${kind}:${op}`;
  if (!isWay(way)) return send({ kind: 'refused', error: { name: 'UnknownOperation', message: `The master has no operation '${op}'` } });
  if (op === 'mk_token') return send({ kind: 'token', data: await parts.tokens.make(way, load, from) ?? {} });
  if (op === 'look') return send({ kind: 'token', data: await parts.tokens.look(load['token'] ?? null) });
  if (op === 'revoke') return send({ kind: 'revoked', done: await parts.tokens.revoke(load['token'] ?? null) });
  const jid = parseJid(load['jid']) ?? newJid();
  const verdict = await parts.access.decide({ way, load: { ...load, ...ASKED[op] }, from, jid });
  if (verdict.kind === 'refused') return send({ kind: 'refused', error: { ...verdict.error } });
  if (op === 'events') return send({ kind: 'view', sees: verdict.sees ?? 'own', user: verdict.user });
  if (op === 'stats') return send({ kind: 'stats', data: parts.stats() });
  if (op === 'preview') {
    const { tgt, tgtType, delimiter } = orderOf(load, verdict);
    return send({ kind: 'preview', minions: [...parts.expected(tgt, tgtType, delimiter ?? ':').minions].sort() });
  }
  if (op === 'publish' && isPlainMap(load['batch'])) return serveBatch({ ...load, jid }, load['batch'], verdict, parts, send);
  if (op === 'publish') return publish({ ...load, jid }, { ...verdict, ...causeOf(place, way, verdict.user, parts) }, parts, send, gone);
  if (op === 'follow') return follow(load, verdict.user, parts, send, gone);
  if (op === 'runner' || op === 'wheel') return callFunction(op, load, { user: verdict.user, jid, ...causeOf(place, way, verdict.user, parts) }, parts, send, gone);
}

async function publish(load: PlainMap, allowed: Allowance & { readonly cause?: string }, parts: DoorParts, send: Send, gone: AbortSignal): Promise<void> {
  const jid = parseJid(load['jid']) ?? newJid();
  using watch = new ReturnWatch(parts, jid);
  const published = await storedAndPublished({ ...orderOf(load, allowed), jid, cause: allowed.cause }, parts);
  if (published.kind === 'not_stored') {
    return send({ kind: 'refused', error: { name: 'JobStoreError', message: published.error }, exit_code: NOT_STORED_EXIT });
  }
  if (published.kind === 'no_minions') return send({ kind: 'no_minions', error: published.error });
  await send({ kind: 'published', jid, minions: [...published.minions], missing: [...published.missing] });
  if (load['wait'] === false) return;
  const all = [...published.minions, ...published.missing];
  await tell(jid, watch.story(jid, all, waitOptions(load, allowed.user, parts, gone)), parts, send, gone);
}

async function follow(load: PlainMap, user: string, parts: DoorParts, send: Send, gone: AbortSignal): Promise<void> {
  const jid = parseJid(load['jid']);
  const followed = jid === undefined ? undefined : followJob(jid, parts, waitOptions(load, user, parts, gone));
  if (jid === undefined || followed === undefined) return send({ kind: 'no_job', jid: String(load['jid']) });
  await send({ kind: 'published', jid, minions: [...followed.minions], missing: [] });
  await tell(jid, followed.story, parts, send, gone);
}

function waitOptions(load: PlainMap, user: string, { defaults }: DoorParts, signal: AbortSignal): WaitOptions {
  return {
    timeoutMs: msOf(load['timeout_ms'], defaults.timeoutMs), gatherTimeoutMs: msOf(load['gather_timeout_ms'], defaults.gatherTimeoutMs), user, signal,
  };
}

async function tell(jid: string, story: AsyncIterable<Answer | Noted>, parts: DoorParts, send: Send, gone: AbortSignal): Promise<void> {
  for await (const got of story) {
    if (gone.aborted) return;
    if (got.kind === 'returned') await send({ kind: 'return', id: got.id, load: got.load });
    else if (got.kind === 'noted') await send({ kind: 'noted', id: got.id, state: got.delivery.state, ...statesOf(got.delivery) });
    else await send({ kind: 'missing', id: got.id, why: got.why, record: recordOf(jid, got.id, parts) });
  }
}

const statesOf = ({ states }: Noted['delivery']): PlainMap => (states === undefined ? {} : { states: { ...states } });

/** What is known of a missing minion. */
function recordOf(jid: string, id: string, { deliveries }: DoorParts): PlainMap {
  const delivery = deliveries.of(jid, id);
  return delivery === undefined ? {} : deliveries.factsOf(id, delivery);
}

async function callFunction(
  client: 'runner' | 'wheel', load: PlainMap, { user, jid, cause }: { user: string; jid: string; cause?: string }, parts: DoorParts, send: Send, gone: AbortSignal,
): Promise<void> {
  const call = { fun: String(load['fun']), ...masterCallOf(load) };
  const detached = load['wait'] === false;
  const started = parts.functions.start(client, call, user, { namesJid: true, jid, ...(cause === undefined ? {} : { cause }), ...(detached ? {} : { signal: gone }) });
  if (detached) return send({ kind: 'started', jid: started.jid, tag: started.tag });
  // Listened to at once: a quick function prints before the first frame is out.
  const frames: Promise<void>[] = [];
  using progress = parts.bus.subscribe(`${started.tag}/progress`, ({ data }) => void frames.push(send({ kind: 'progress', data })));
  using printed = parts.prints.subscribe(started.tag, (print) => {
    // Only who shows the steps is told of them.
    if (print.kind !== 'state' || load['steps'] === true) frames.push(send({ ...print }));
  });
  await send({ kind: 'started', jid: started.jid, tag: started.tag });
  const [data, refusal, isThrown] = await Promise.all([started.done, started.refusal, started.isThrown]);
  void [progress, printed];
  await Promise.all(frames);
  await send(refusal === undefined ? { kind: 'result', data, ...(isThrown ? { thrown: true } : {}) } : { kind: 'not_called', shown: refusal });
}
