/** The routes of `/v1` as they are declared to the server: who may ask, what is checked, how errors look, and the description made from all that. */
import { headerOf, type Answer, type Ask } from '../http/exchange.js';
import type { DeclaredPlace, DeclaredRoute, Sent } from '../http/declared.js';
import { HttpError } from '../http/http-error.js';
import { readJson } from '../../kernel/yaml/read-json.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { checked, checkedQuery } from './check.js';
import { eventRoutes } from './events.js';
import { functionRoutes } from './functions.js';
import { Idempotency } from './idempotency.js';
import { jobRoutes } from './jobs.js';
import { keyRoutes } from './keys.js';
import { ABOUT, PAGE, schemaOf } from './openapi.js';
import { yamlText } from './openapi-yaml.js';
import { InvalidInput, problem } from './problem.js';
import { json, type Call, type Route, type V1Host } from './route.js';
import { tokenRoutes } from './tokens.js';

const ROUTES: readonly Route[] = [...tokenRoutes, ...jobRoutes, ...keyRoutes, ...functionRoutes, ...eventRoutes];
const PAGE_HEADERS = { 'Content-Type': 'text/html;charset=utf-8', 'Content-Security-Policy': "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'" };

export function v1Place(host: V1Host): DeclaredPlace {
  const idempotency = new Idempotency(host.answers);
  return {
    prefix: '/v1', about: ABOUT,
    routes: [...ROUTES.map((route) => declared(route, host, idempotency)), ...PAGES],
    check: (part, schema, value) => (part === 'body' ? checked(schema, value) : checkedQuery(schema, value)),
    readBody,
    refused: (error, ask) => (error instanceof InvalidInput || error instanceof HttpError ? problem(error.status === 406 ? new HttpError(415, 'Send application/json') : error, ask) : undefined),
  };
}

function declared(route: Route, host: V1Host, idempotency: Idempotency): DeclaredRoute {
  return {
    method: route.method, path: route.path, schema: schemaOf(route),
    admit: (ask) => {
      if (route.isOpen !== true && tokenOf(ask, host) === undefined) throw new HttpError(401, 'Send a token: Authorization: Bearer <token>');
    },
    run: (ask, sent) => {
      const call = callOf(ask, sent, tokenOf(ask, host));
      return route.isIdempotent === true ? idempotency.once(call, () => route.run(call, host)) : route.run(call, host);
    },
  };
}

function callOf(ask: Ask, sent: Sent, token: string | undefined): Call {
  return { ask, ...sent, asker: { login: token === undefined ? {} : { token }, address: ask.address, request: ask.id, signal: ask.signal }, token: token ?? '' };
}

function tokenOf(ask: Ask, host: V1Host): string | undefined {
  const [, bearer] = /^Bearer +([0-9a-f]{1,128})$/i.exec(headerOf(ask, 'authorization') ?? '') ?? [];
  return bearer ?? host.tokenOf(ask);
}

/** @throws HttpError */
function readBody(type: string | undefined, bytes: Buffer): unknown {
  if ((type ?? '').split(';')[0]?.trim().toLowerCase() !== 'application/json') throw new HttpError(415, 'Send application/json');
  try {
    return readJson(bytes.toString('utf8'));
  } catch (error) {
    if (error instanceof PythonError) throw new HttpError(400, 'The body is no JSON');
    throw error;
  }
}

const page = (path: string, answer: (describe: () => object) => Answer | Promise<Answer>): DeclaredRoute => ({
  method: 'GET', path, schema: undefined, admit: () => undefined, run: async (_ask, _sent, describe) => answer(describe),
});

const PAGES: readonly DeclaredRoute[] = [
  page('/', () => json({ documentation: '/v1/docs', openapi: '/v1/openapi.json' })),
  page('/docs', () => ({ status: 200, headers: PAGE_HEADERS, body: PAGE })),
  page('/openapi.json', (describe) => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(describe()) })),
  page('/openapi.yaml', async (describe) => ({ status: 200, headers: { 'Content-Type': 'application/yaml' }, body: await yamlText(describe()) })),
];
