/** Keys and minions. */
import Type from 'typebox';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import type { Answer } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { callMaster } from './functions-of-master.js';
import { json, type Call, type Route, type V1Host } from './route.js';
import { plain } from './values.js';

/** Names of the lists of keys, and how they are called here. */
const STATES = { minions: 'accepted', minions_pre: 'pending', minions_rejected: 'rejected', minions_denied: 'denied' } as const;
const State = Type.String({ enum: Object.values(STATES) });
const Key = Type.Object({ id: Type.String(), state: State, fingerprint: Type.Optional(Type.String()) });
const Page = { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: 500 })), after: Type.Optional(Type.String({ description: '`next` of the page before' })), id: Type.Optional(Type.String({ description: 'A pattern of ids' })) };
const ID = /^[^\s/\\*?[\]]{1,255}$/;

interface Kept {
  readonly id: string;
  readonly state: string;
}

async function keysOf(call: Call, host: V1Host): Promise<Kept[]> {
  const lists = await callMaster('wheel', 'key.list_all', {}, call.asker, host);
  if (!isPlainMap(lists)) return [];
  return Object.entries(STATES).flatMap(([name, state]) => (isList(lists[name]) ? lists[name] : []).map((id) => ({ id: String(id), state }))).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Ordered by id; `after` is the last id of the page before. */
function paged<T extends Kept>(all: readonly T[], { limit, after, id }: PlainMap): { page: readonly T[]; next?: string } {
  const fitting = all.filter((one) => (after === undefined || one.id > String(after)) && (id === undefined || fnmatch(one.id, String(id))));
  const page = fitting.slice(0, Number(limit));
  const last = page.at(-1);
  return { page, ...(fitting.length > page.length && last !== undefined ? { next: last.id } : {}) };
}

const idOf = ({ params: { id = '' } }: Call): string => {
  if (!ID.test(id)) throw new HttpError(404, 'There is no such key');
  return id;
};

async function list(call: Call, host: V1Host): Promise<Answer> {
  const { state } = call.query;
  const { page, ...next } = paged((await keysOf(call, host)).filter((key) => state === undefined || key.state === state), call.query);
  return json({ keys: page, ...next });
}

async function show(call: Call, host: V1Host): Promise<Answer> {
  const id = idOf(call);
  const key = (await keysOf(call, host)).find((one) => one.id === id);
  if (key === undefined) throw new HttpError(404, 'There is no such key');
  const fingers = await callMaster('wheel', 'key.finger', { match: id }, call.asker, host);
  const fingerprint = isPlainMap(fingers) ? Object.values(fingers).map((one) => (isPlainMap(one) ? one[id] : undefined)).find((one) => one !== undefined) : undefined;
  return json({ ...key, ...(fingerprint === undefined ? {} : { fingerprint: plain(fingerprint) }) });
}

const change = (fun: 'accept' | 'reject' | 'delete') => async (call: Call, host: V1Host): Promise<Answer> => {
  const id = idOf(call);
  if (!(await keysOf(call, host)).some((one) => one.id === id)) throw new HttpError(404, 'There is no such key');
  const more: PlainMap = fun === 'accept' ? { include_rejected: true } : fun === 'reject' ? { include_accepted: true } : {};
  await callMaster('wheel', `key.${fun}`, { match: id, ...more }, call.asker, host);
  return fun === 'delete' ? { status: 204, headers: {}, body: '' } : show(call, host);
};

async function minions(call: Call, host: V1Host): Promise<Answer> {
  const accepted = (await keysOf(call, host)).filter(({ state }) => state === 'accepted');
  const { page, ...next } = paged(accepted, call.query);
  return json({ minions: page.map(({ id }) => ({ id })), ...next });
}

/** As the master knows it: no minion is asked. */
async function minion(call: Call, host: V1Host): Promise<Answer> {
  const id = idOf(call);
  const grains: Value = await callMaster('runner', 'cache.grains', { tgt: id }, call.asker, host);
  if (!isPlainMap(grains) || !(id in grains)) throw new HttpError(404, 'There is no such minion');
  return json({ id, grains: plain(grains[id] ?? null) });
}

const keyAnswer = { status: 200, schema: Key } as const;
const Minion = Type.Object({ id: Type.String() });

export const keyRoutes: readonly Route[] = [
  { method: 'GET', path: '/keys', summary: 'List keys', query: Type.Object({ ...Page, state: Type.Optional(State) }, { additionalProperties: false }), answers: { status: 200, schema: Type.Object({ keys: Type.Array(Key), next: Type.Optional(Type.String()) }) }, run: list },
  { method: 'GET', path: '/keys/{id}', summary: 'A key with its fingerprint', answers: keyAnswer, run: show },
  { method: 'POST', path: '/keys/{id}/accept', summary: 'Accept a key', answers: keyAnswer, run: change('accept') },
  { method: 'POST', path: '/keys/{id}/reject', summary: 'Reject a key', answers: keyAnswer, run: change('reject') },
  { method: 'DELETE', path: '/keys/{id}', summary: 'Delete a key', answers: { status: 204 }, run: change('delete') },
  { method: 'GET', path: '/minions', summary: 'List accepted minions', query: Type.Object(Page, { additionalProperties: false }), answers: { status: 200, schema: Type.Object({ minions: Type.Array(Minion), next: Type.Optional(Type.String()) }) }, run: minions },
  { method: 'GET', path: '/minions/{id}', summary: 'A minion with the grains that the master knows', answers: { status: 200, schema: Type.Intersect([Minion, Type.Object({ grains: Type.Record(Type.String(), Type.Unknown()) })]) }, run: minion },
];
