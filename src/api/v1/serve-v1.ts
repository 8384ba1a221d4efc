/** Finds the route of a request to `/v1`, checks what was sent and who sent it, and lets it answer. */
import { headerOf, type Answer, type Ask } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { checked, checkedQuery } from './check.js';
import { eventRoutes } from './events.js';
import { functionRoutes } from './functions.js';
import { Idempotency } from './idempotency.js';
import { jobRoutes } from './jobs.js';
import { keyRoutes } from './keys.js';
import { openApi, PAGE } from './openapi.js';
import { InvalidInput, problem } from './problem.js';
import { json, type Call, type Route, type V1Host } from './route.js';
import { tokenRoutes } from './tokens.js';

export const ROUTES: readonly Route[] = [...tokenRoutes, ...jobRoutes, ...keyRoutes, ...functionRoutes, ...eventRoutes];
const PAGE_HEADERS = { 'Content-Type': 'text/html;charset=utf-8', 'Content-Security-Policy': "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'" };

export function v1Surface(host: V1Host): (ask: Ask) => Promise<Answer> {
  const idempotency = new Idempotency();
  const description = JSON.stringify(openApi(ROUTES));
  return async (ask) => {
    const [, first, ...more] = ask.segments;
    if (ask.method === 'GET' && more.length === 0 && first === 'openapi.json') return { status: 200, headers: { 'Content-Type': 'application/json' }, body: description };
    if (ask.method === 'GET' && (first === undefined || (first === 'docs' && more.length === 0))) return first === undefined ? json({ documentation: '/v1/docs', openapi: '/v1/openapi.json' }) : { status: 200, headers: PAGE_HEADERS, body: PAGE };
    try {
      return await answerOf(ask, host, idempotency);
    } catch (error) {
      if (error instanceof HttpError || error instanceof InvalidInput) return problem(error, ask);
      host.log.error({ err: error, request: ask.id }, 'request failed');
      return problem(new HttpError(500, 'An unexpected error occurred'), ask);
    }
  };
}

async function answerOf(ask: Ask, host: V1Host, idempotency: Idempotency): Promise<Answer> {
  const { route, params } = routeOf(ask);
  const token = tokenOf(ask, host);
  if (route.isOpen !== true && token === undefined) throw new HttpError(401, 'Send a token: Authorization: Bearer <token>');
  const query = checkedQuery(route.query, ask.query);
  const body = route.body === undefined ? {} : checked(route.body, await bodyOf(ask));
  const asker = { login: token === undefined ? {} : { token }, address: ask.address, request: ask.id, signal: ask.signal };
  const call: Call = { ask, params, query, body, asker, token: token ?? '' };
  return route.isIdempotent === true ? idempotency.once(call, () => route.run(call, host)) : route.run(call, host);
}

/** @throws HttpError */
function routeOf({ method, segments }: Ask): { route: Route; params: Record<string, string> } {
  const parts = segments.slice(1);
  const here = ROUTES.flatMap((route) => {
    const wanted = route.path.split('/').slice(1);
    const fits = wanted.length === parts.length && wanted.every((part, at) => part.startsWith('{') || part === parts[at]);
    return fits ? [{ route, params: Object.fromEntries(wanted.flatMap((part, at) => (part.startsWith('{') ? [[part.slice(1, -1), parts[at] ?? '']] : []))) as Record<string, string> }] : [];
  });
  if (here.length === 0) throw new HttpError(404, 'There is no such resource');
  const found = here.find(({ route }) => route.method === method);
  if (found === undefined) throw new HttpError(405, undefined, { Allow: here.map(({ route }) => route.method).join(', ') });
  return found;
}

function tokenOf(ask: Ask, host: V1Host): string | undefined {
  const [, bearer] = /^Bearer +([0-9a-f]{1,128})$/i.exec(headerOf(ask, 'authorization') ?? '') ?? [];
  return bearer ?? host.tokenOf(ask);
}

async function bodyOf(ask: Ask): Promise<unknown> {
  const type = (headerOf(ask, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new HttpError(415, 'Send application/json');
  try {
    return readJson((await ask.body()).toString('utf8'));
  } catch (error) {
    if (error instanceof PythonError) throw new HttpError(400, 'The body is no JSON');
    throw error;
  }
}
