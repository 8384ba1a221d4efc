/** Web hooks become events `salt/netapi/hook/...`. Source: golden cli/api-hook-noauth; read, Salt 3008.3. */
import { join } from 'node:path';
import { pushEvents } from '../../bus/event/local-client.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { HttpError } from '../http/http-error.js';
import { sentBy, writerFor } from './forms.js';
import type { Resource, Visit } from './salt-host.js';

const TAG = 'salt/netapi/hook';
const DEPTH_MAX = 20;
/** With them somebody could go on as the sender. */
const SECRET_HEADERS = new Set(['x-auth-token', 'cookie', 'authorization', 'proxy-authorization']);

export const hook = (isOpen: boolean): Resource => ({
  isClosed: !isOpen, hasSession: true, restMax: DEPTH_MAX,
  async POST(visit, { door, opts }) {
    const { ask, session, rest } = visit;
    const write = writerFor(ask);
    const { data, raw } = await sentBy(ask);
    if (session !== undefined && !isOpen && await door.look(session.token, { address: ask.address, signal: ask.signal }) === undefined) throw new HttpError(401);
    const success = await pushEvents(join(String(opts['sock_dir']), 'master_event_pull.ipc'), [{ tag: [TAG, ...rest].join('/'), data: { body: raw, post: data ?? {}, headers: headersOf(visit) } }]);
    if (!success) throw new HttpError(503, 'Salt Master is not available.');
    return write({ success }, isOpen ? {} : { headers: { 'Cache-Control': 'private' } });
  },
});

/** Spelled `Like-This`, as the original does. */
function headersOf({ ask }: Visit): PlainMap {
  const told = Object.entries(ask.headers).filter(([name, value]) => value !== undefined && !SECRET_HEADERS.has(name));
  return { 'Remote-Addr': ask.address, ...Object.fromEntries(told.map(([name, value]) => [name.replaceAll(/(^|-)[a-z]/g, (letters) => letters.toUpperCase()), Array.isArray(value) ? value.join(', ') : value ?? ''])) };
}
