/** Events as server-sent events. Source: golden cli/api-events-*; read, Salt 3008.3. Ours besides: ids, and only what the user may see. */
import { headerOf } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import { acceptedOf } from './accept.js';
import { streamOf, type StreamRequest } from '../events/stream.js';
import { Written } from '../events/written.js';
import { shownId } from './sessions.js';
import type { Resource, SaltHost, Visit } from './salt-host.js';

const NO_QUERY = 'The /events endpoint takes no query parameters; in particular, tokens must not be passed via the query string -- they end up in access logs and the Referer header. '
  + "Use the 'X-Auth-Token' header (for non-browser clients) or the session cookie set by /login (for browser EventSource clients) instead.";

export const eventStream: Resource = {
  hasSession: true, restMax: 0,
  async GET(visit, host) {
    const { ask } = visit;
    if (ask.query.size > 0) throw new HttpError(400, NO_QUERY);
    const after = headerOf(ask, 'last-event-id');
    const request = await streamRequest(visit, host, shownId(ask));
    acceptedOf(ask, ['text/event-stream']);
    return {
      status: 200, headers: { 'Content-Type': 'text/event-stream;charset=utf-8', 'Cache-Control': 'no-cache', Connection: 'keep-alive', 'X-Accel-Buffering': 'no' },
      body: counted(lines(host, { ...request, after }), host),
    };
  },
};

/** A session or, as in Salt, a token itself. @throws HttpError when it is not valid */
export async function streamRequest({ ask, session }: Pick<Visit, 'ask' | 'session'>, { door, validity, options, streams }: SaltHost, shown: string | undefined): Promise<StreamRequest> {
  const token = session?.token ?? shown;
  if (token === undefined || !/^[0-9a-f]+$/i.test(token)) throw new HttpError(401);
  const view = await door.view(token, { address: ask.address, signal: ask.signal });
  if (view === undefined) throw new HttpError(401);
  if (streams.count >= options.streamsMax) throw new HttpError(503);
  return { view, watch: (end) => validity.watch(token, ask.address, end), signal: ask.signal };
}

const written = new Written(({ id, tag, json }) => `id: ${id}\ntag: ${tag.replaceAll(/[\r\n]/g, ' ')}\ndata: ${json}\n\n`);

async function* lines({ feed }: SaltHost, request: StreamRequest): AsyncGenerator<string | Buffer> {
  yield 'retry: 400\n';
  for await (const got of streamOf(feed, request)) {
    if (got.kind === 'events') yield written.of(got.events);
    // A line that is no event shows both sides that the other is there.
    else yield got.kind === 'missed' ? ': some events are no longer kept\n\n' : ':\n\n';
  }
}

export async function* counted<Piece>(pieces: AsyncIterable<Piece>, { streams }: Pick<SaltHost, 'streams'>): AsyncGenerator<Piece> {
  streams.count += 1;
  try {
    yield* pieces;
  } finally {
    streams.count -= 1;
  }
}
