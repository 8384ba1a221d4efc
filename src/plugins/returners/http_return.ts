/**
 * Posts results and events as JSON to any address, signed when there is a key.
 *
 * Signature: `X-Tsalt-Signature: sha256=HEX`, HMAC-SHA256 of `TIMESTAMP.BODY` with the key; the time is in `X-Tsalt-Timestamp`, so that a
 * receiver can refuse what is old. `X-Tsalt-Delivery` is the same for a second copy. Salt has no such returner.
 */
import { createHash, createHmac } from 'node:crypto';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { newJid } from '../../kernel/std/time.js';
import { isMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { jsonOf } from './shared/json.js';
import { needed, numberOption, textOption } from './shared/options.js';
import { basicLogin, TRUST_OPTIONS, trustOptions, webCall } from './web/call.js';

const METHODS = new Set(['POST', 'PUT', 'PATCH']);
const TIMEOUT_SECONDS = 20;
const DELIVERY_CHARS = 32;

async function post(kind: 'return' | 'events', value: Value, delivery: string, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const must = needed(ctx, 'http', ['url']);
  if (must === undefined) return;
  const method = String(options['method']).toUpperCase();
  if (!METHODS.has(method)) {
    ctx.log.error({ method }, 'http.method is POST, PUT or PATCH');
    return;
  }
  const body = jsonOf(value, 'http');
  const headers = {
    'Content-Type': 'application/json', 'X-Tsalt-Kind': kind, 'X-Tsalt-Delivery': delivery,
    ...basicLogin(textOption(options, 'username'), textOption(options, 'password')), ...ownHeaders(options['headers']), ...signature(body, ctx),
  };
  await webCall('The receiver of http', { url: must.url, method, headers, body, timeoutMs: numberOption(options, 'timeout', TIMEOUT_SECONDS) * 1000, ...trustOptions(options) }, ctx);
}

function signature(body: string, ctx: ReturnerContext): Record<string, string> {
  const secret = textOption(ctx.options, 'secret');
  if (secret === undefined) return {};
  const time = String(Math.floor(ctx.sys.now() / 1000));
  return { 'X-Tsalt-Timestamp': time, 'X-Tsalt-Signature': `sha256=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}` };
}

const ownHeaders = (given: Value | undefined): Record<string, string> => (isMap(given) ? Object.fromEntries(mapEntries(given).map(([name, value]) => [String(name), String(value)])) : {});

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DELIVERY_CHARS);

export default defineReturner({
  name: 'http_return',
  serves: 'http',
  doc: 'Posts results and events as JSON to any address, signed when there is a key.',
  options: {
    url: { doc: 'the address' },
    method: { doc: 'POST, PUT or PATCH', default: 'POST' },
    headers: { doc: 'a map of further headers' },
    username: { doc: 'to log in with (Basic)' },
    password: { doc: 'to log in with (Basic)' },
    secret: { doc: 'key of the signature' },
    timeout: { doc: 'seconds to wait for the answer', default: TIMEOUT_SECONDS },
    ...TRUST_OPTIONS,
  },
  returner: (ret, ctx) => post('return', ret, digest(`${String(ret['jid'])}/${String(ret['id'])}/${String(ret['fun'])}`), ctx),
  eventReturn: (events, ctx) => (events.length === 0 ? undefined : post('events', [...events], digest(jsonOf([...events] as PlainMap[], 'http')), ctx)),
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
