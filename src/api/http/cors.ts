/** Pages of other sites get answers only where `cors_origin` names their site. */
import { headerOf, type Answer, type Ask } from './exchange.js';

const MAX_AGE = '1400';

export function corsHeaders(ask: Pick<Ask, 'headers'>, origins: readonly string[]): Record<string, string> {
  const origin = headerOf(ask, 'origin');
  if (origins.length === 0 || origin === undefined) return {};
  const isNamed = origins.includes(origin);
  if (!isNamed && !origins.includes('*')) return { Vary: 'Origin' };
  // With `*` no site gets the cookie along.
  return {
    'Access-Control-Allow-Origin': isNamed ? origin : '*', 'Access-Control-Expose-Headers': 'X-Auth-Token, X-Request-Id, Location', Vary: 'Origin',
    ...(isNamed ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
  };
}

/** The question of a browser before the request itself. */
export function preflight(ask: Ask, origins: readonly string[]): Answer | undefined {
  if (ask.method !== 'OPTIONS' || headerOf(ask, 'access-control-request-method') === undefined) return undefined;
  const allowed = 'Access-Control-Allow-Origin' in corsHeaders(ask, origins);
  const headers = { 'Access-Control-Allow-Methods': 'GET, POST, DELETE', 'Access-Control-Allow-Headers': 'Content-Type, X-Auth-Token, X-Requested-With, Authorization, Idempotency-Key, Last-Event-ID', 'Access-Control-Max-Age': MAX_AGE };
  return { status: allowed ? 200 : 403, headers: allowed ? headers : {}, body: '' };
}
