/** Jobs: published, listed, and their returns as they come. */
import Type from 'typebox';
import { isList, isPlainMap, mapEntries, isMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { headerOf, type Answer } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { counted } from './counted.js';
import { callMaster } from './functions-of-master.js';
import { json, type Call, type Route, type V1Host } from './route.js';
import { plain } from './values.js';

const Target = Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], { description: 'Minions: a pattern, or a list of ids' });
const Job = Type.Object({ jid: Type.String(), function: Type.String(), target: Type.Unknown(), target_type: Type.String(), user: Type.String(), started: Type.String(), arguments: Type.Array(Type.Unknown()) });
const Return = Type.Object({ minion: Type.String(), return: Type.Unknown(), retcode: Type.Optional(Type.Integer()), success: Type.Optional(Type.Boolean()) });

const NewJob = Type.Object({
  target: Target,
  target_type: Type.Optional(Type.String({ default: 'glob', enum: ['glob', 'pcre', 'list', 'grain', 'grain_pcre', 'pillar', 'pillar_pcre', 'compound', 'nodegroup', 'ipcidr', 'range'] })),
  function: Type.String({ minLength: 1, description: 'Such as test.ping' }),
  arguments: Type.Optional(Type.Array(Type.Unknown(), { default: [] })), keywords: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { default: {} })),
  returner: Type.Optional(Type.String({ default: '' })), metadata: Type.Optional(Type.Unknown()),
}, { additionalProperties: false });

const JobQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })), after: Type.Optional(Type.String({ pattern: '^[0-9]{20}$', description: '`next` of the page before' })),
  function: Type.Optional(Type.String()), target: Type.Optional(Type.String()), user: Type.Optional(Type.String()), minion: Type.Optional(Type.String()),
  result: Type.Optional(Type.String({ enum: ['succeeded', 'failed', 'missing', 'unfinished', 'interrupted'] })),
}, { additionalProperties: false });

/** Jobs of the same millisecond as the last of a page. */
const SPARE = 50;
const JID = /^\d{20}$/;

async function publish({ body, asker }: Call, { door }: V1Host): Promise<Answer> {
  const { target = '', target_type: kind, function: fun = '', arguments: args, keywords, returner = '', metadata } = body;
  const kwargs: PlainMap = isPlainMap(keywords) && Object.keys(keywords).length > 0 ? { __kwarg__: true, ...keywords } : {};
  const load: PlainMap = {
    tgt: target, tgt_type: isList(target) ? 'list' : kind ?? 'glob', fun, arg: [...(isList(args) ? args : []), ...(Object.keys(kwargs).length > 0 ? [kwargs] : [])], ret: returner, jid: '',
    kwargs: metadata === undefined ? {} : { metadata }, wait: false,
  };
  for await (const frame of door.ask('publish', load, asker)) {
    if (frame['kind'] === 'no_minions') throw new HttpError(404, 'No minion fits the target');
    if (frame['kind'] !== 'published') continue;
    const jid = String(frame['jid']);
    return json({ jid, minions: frame['minions'], returns: `/v1/jobs/${jid}/returns` }, { status: 202, headers: { Location: `/v1/jobs/${jid}` } });
  }
  throw new HttpError(503);
}

async function list({ query, asker }: Call, host: V1Host): Promise<Answer> {
  const { limit, after, function: fun, target, user, minion, result } = query;
  const count = Number(limit);
  const wanted: PlainMap = { count: count + 1 + (after === undefined ? 0 : SPARE), search_function: fun ?? null, search_target: target ?? null, search_user: user ?? null, search_minion: minion ?? null, search_result: result ?? null };
  const found = await callMaster('runner', 'jobs.list_jobs', { ...wanted, ...(after === undefined ? {} : { end_time: timeOf(String(after)) }) }, asker, host);
  const jobs = (isMap(found) ? mapEntries(found) : []).map(([jid, facts]) => jobOf(String(jid), facts)).filter(({ jid }) => after === undefined || jid < String(after));
  const page = jobs.toSorted((a, b) => (a.jid < b.jid ? 1 : -1)).slice(0, count);
  const isMore = jobs.length > count;
  return json({ jobs: page, ...(isMore ? { next: page.at(-1)?.jid } : {}) });
}

/** The time that an id tells. */
const timeOf = (jid: string): string => `${jid.slice(0, 4)}-${jid.slice(4, 6)}-${jid.slice(6, 8)} ${jid.slice(8, 10)}:${jid.slice(10, 12)}:${jid.slice(12, 14)}.${jid.slice(14)}`;

function jobOf(jid: string, facts: Value) {
  const { Function: fun = '', Target: target = '', 'Target-type': kind = '', User: user = '', StartTime: started = '', Arguments: args = [] } = isPlainMap(facts) ? facts : {};
  return { jid, function: plain(fun), target: plain(target), target_type: plain(kind), user: plain(user), started: plain(started), arguments: plain(args) };
}

async function show({ params, asker }: Call, host: V1Host): Promise<Answer> {
  const jid = jidOf(params);
  const found = await callMaster('runner', 'jobs.list_job', { jid }, asker, host);
  if (!isPlainMap(found) || 'Error' in found) throw new HttpError(404, `There is no job ${jid}`);
  const result = isPlainMap(found['Result']) ? found['Result'] : {};
  return json({ ...jobOf(jid, found), minions: plain(found['Minions'] ?? []), returns: Object.entries(result).map(([minion, value]) => returnOf(minion, value)) });
}

function returnOf(minion: string, load: Value) {
  const { return: value = null, retcode, success } = isPlainMap(load) ? load : {};
  return { minion, return: plain(value), ...(retcode === undefined ? {} : { retcode: plain(retcode) }), ...(success === undefined ? {} : { success }) };
}

function jidOf({ jid = '' }: Call['params']): string {
  if (!JID.test(jid)) throw new HttpError(404, 'There is no such job');
  return jid;
}

/** Each return as a line, at once; at the end, who did not answer. */
async function returns(call: Call, host: V1Host): Promise<Answer> {
  const { ask, params, asker } = call;
  const frames = host.door.ask('follow', { jid: jidOf(params) }, asker);
  const first = await frames.next();
  if (first.done === true || first.value['kind'] === 'no_job') throw new HttpError(404, `There is no job ${jidOf(params)}`);
  const isSse = (headerOf(ask, 'accept') ?? '').includes('text/event-stream');
  async function* lines(): AsyncGenerator<string> {
    for await (const frame of frames) {
      const told = frame['kind'] === 'return' ? returnOf(String(frame['id']), frame['load'] ?? null) : frame['kind'] === 'missing' ? { minion: String(frame['id']), missing: plain(frame['why'] ?? null) } : undefined;
      if (told !== undefined) yield isSse ? `event: ${'missing' in told ? 'missing' : 'return'}\ndata: ${JSON.stringify(told)}\n\n` : `${JSON.stringify(told)}\n`;
    }
    if (isSse) yield 'event: end\ndata: {}\n\n';
  }
  return { status: 200, headers: { 'Content-Type': isSse ? 'text/event-stream;charset=utf-8' : 'application/x-ndjson', 'Cache-Control': 'no-store' }, body: counted(lines(), host) };
}

export const jobRoutes: readonly Route[] = [
  { method: 'POST', path: '/jobs', summary: 'Publish a job', body: NewJob, isIdempotent: true, answers: { status: 202, schema: Type.Object({ jid: Type.String(), minions: Type.Array(Type.String()), returns: Type.String() }) }, run: publish },
  { method: 'GET', path: '/jobs', summary: 'List jobs, newest first', query: JobQuery, answers: { status: 200, schema: Type.Object({ jobs: Type.Array(Job), next: Type.Optional(Type.String()) }) }, run: list },
  { method: 'GET', path: '/jobs/{jid}', summary: 'A job with its returns', answers: { status: 200, schema: Type.Intersect([Job, Type.Object({ minions: Type.Array(Type.String()), returns: Type.Array(Return) })]) }, run: show },
  { method: 'GET', path: '/jobs/{jid}/returns', summary: 'The returns of a job while they come, one a line; as events where the client accepts text/event-stream', answers: { status: 200, type: 'application/x-ndjson', schema: Return }, run: returns },
];
