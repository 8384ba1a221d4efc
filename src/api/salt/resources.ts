/** The resources of Salt's surface. Source: golden cli/api-*; read, Salt 3008.3. */
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';
import { eventStream } from './event-stream.js';
import { writerFor } from './forms.js';
import { hook } from './hook.js';
import { keys } from './keys.js';
import { lowHost, lowstateOf } from './low-of-visit.js';
import { login, logout } from './login.js';
import { CLIENT_NAMES, runLowstate } from './run-low.js';
import type { ApiOptions } from '../options.js';
import type { Resource } from './salt-host.js';
import { appPage, staticFile } from './static.js';

const root: Resource = {
  hasSession: true, restMax: 0,
  GET: ({ ask }) => Promise.resolve(writerFor(ask)({ return: 'Welcome', clients: CLIENT_NAMES })),
  async POST(visit, host) {
    if (visit.session === undefined) throw new HttpError(401);
    const write = writerFor(visit.ask);
    const answers = await runLowstate({ lowstate: await lowstateOf(visit), token: visit.session.token }, lowHost(visit, host));
    return write({ return: answers }, { headers: { 'Cache-Control': 'private' } });
  },
};

const run: Resource = {
  hasSession: false, restMax: 0,
  GET: root.GET as NonNullable<Resource['GET']>,
  async POST(visit, host) {
    const write = writerFor(visit.ask);
    return write({ return: await runLowstate({ lowstate: await lowstateOf(visit) }, lowHost(visit, host)) });
  },
};

/** Tokens for later requests to `/run`. */
const token: Resource = {
  hasSession: false, restMax: 0,
  GET: root.GET as NonNullable<Resource['GET']>,
  async POST(visit, host) {
    const write = writerFor(visit.ask);
    const asked = await lowstateOf(visit);
    const lowstate = (isList(asked) ? asked : []).map((credentials) => {
      const { username, password, eauth } = isPlainMap(credentials) ? credentials : {};
      if (username === undefined || password === undefined || eauth === undefined) throw new HttpError(400, 'Require "username", "password", and "eauth" params');
      return { username, password, eauth, client: 'runner', fun: 'auth.mk_token', kwarg: { username, password, eauth } };
    });
    return write(await runLowstate({ lowstate }, lowHost(visit, host)));
  },
};

const minions: Resource = {
  isClosed: true, hasSession: true, restMax: 1,
  async GET(visit, host) {
    const write = writerFor(visit.ask);
    const lowstate: Value = [{ client: 'local', tgt: visit.rest[0] ?? '*', fun: 'grains.items' }];
    return write({ return: await runLowstate({ lowstate, token: visit.session?.token }, lowHost(visit, host)) }, PRIVATE);
  },
  async POST(visit, host) {
    const write = writerFor(visit.ask);
    const jobs = await runLowstate({ lowstate: await lowstateOf(visit), token: visit.session?.token, client: 'local_async' }, lowHost(visit, host));
    const links = jobs.filter((job) => isPlainMap(job) && 'jid' in job).map((job) => ({ href: `/jobs/${String((job as PlainMap)['jid'])}` }));
    return write({ return: jobs, _links: { jobs: links } }, { status: 202, ...PRIVATE });
  },
};

const jobs: Resource = {
  isClosed: true, hasSession: true, restMax: 1,
  async GET(visit, host) {
    const write = writerFor(visit.ask);
    const [jid] = visit.rest;
    const lowstate: Value = [jid === undefined ? { client: 'runner', fun: 'jobs.list_jobs' } : { client: 'runner', fun: 'jobs.list_job', jid }];
    const [found = {}] = await runLowstate({ lowstate, token: visit.session?.token }, lowHost(visit, host));
    return write(jid === undefined ? { return: [found] } : { info: [found], return: [returnsOf(found)] }, PRIVATE);
  },
};

const PRIVATE = { headers: { 'Cache-Control': 'private' } } as const;

function returnsOf(job: Value): PlainMap {
  const result = isPlainMap(job) ? job['Result'] : undefined;
  if (!isPlainMap(result)) return {};
  return Object.fromEntries(Object.entries(result).map(([id, entry]) => [id, isPlainMap(entry) ? entry['return'] ?? null : null]));
}

const stats = (isOpen: boolean): Resource => ({
  isClosed: !isOpen, hasSession: true, restMax: 0,
  GET: ({ ask }, host) => Promise.resolve(writerFor(ask)(host.options.collectsStats ? host.stats() : {}, isOpen ? {} : PRIVATE)),
});

/** By the first part of their paths; the root is the empty one. */
export function resourcesOf(options: ApiOptions): ReadonlyMap<string, Resource> {
  const closed = ['login', 'logout', 'minions', 'jobs'];
  const all: [string, Resource][] = [
    ['', root], ['login', login], ['logout', logout], ['token', token], ['minions', minions], ['run', run], ['jobs', jobs], ['keys', keys],
    ['events', eventStream], ['stats', stats(options.statsAreOpen)], [options.webhook, hook(options.webhookIsOpen)], [options.appPath, appPage],
    ...(options.static === undefined ? [] : [[options.staticPath, staticFile(options.static)] as [string, Resource]]),
  ];
  return new Map(all.filter(([name]) => options.hasSessions || !closed.includes(name)));
}
