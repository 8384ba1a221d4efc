/** Events over websockets: `/ws`, `/all_events`, `/formatted_events`. The client says that it is ready, then hears. Source: read, Salt 3008.3. */
import type { Ask } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import type { ServeSocket } from '../http/serve-http.js';
import type { WebSocketLink } from '../http/websocket.js';
import { streamOf, type StreamRequest } from '../events/stream.js';
import { counted, streamRequest } from './event-stream.js';
import { EventSummary } from './event-summary.js';
import { shownId, type Session } from './sessions.js';
import type { SaltHost } from './salt-host.js';

const NAMES = new Set(['ws', 'all_events', 'formatted_events']);
const READY = 'websocket client ready';

/** The id of a session, or a token, also stands in the path: browsers cannot send headers here. @throws HttpError */
export async function openWebSocket(ask: Ask, host: SaltHost): Promise<ServeSocket> {
  const [name = '', id, ...more] = ask.segments;
  if (!NAMES.has(name) || more.length > 0) throw new HttpError(404, `The path '/${name}' was not found.`);
  for (const word of ask.query.keys()) if (word !== 'format_events') throw new HttpError(400, `/${name} takes no query parameters but format_events; tokens go into the header X-Auth-Token`);
  if (!isOwnOrigin(ask, host)) throw new HttpError(403);
  const session: Session | undefined = id === undefined ? host.sessions.of(ask) : host.sessions.find(id);
  const request = await streamRequest({ ask, session }, host, id ?? shownId(ask));
  const isFormatted = name === 'formatted_events' || ask.query.has('format_events');
  return (link) => serveEvents(link, { ask, host, request, summary: isFormatted ? new EventSummary() : undefined });
}

interface Served {
  readonly ask: Ask;
  readonly host: SaltHost;
  readonly request: StreamRequest;
  /** Undefined: events as they are. */
  readonly summary: EventSummary | undefined;
}

function serveEvents(link: WebSocketLink, { ask, host, request, summary }: Served): void {
  let isReady = false;
  link.onText = (text) => {
    if (isReady || text !== READY) return;
    isReady = true;
    void pump();
  };
  ask.signal.addEventListener('abort', () => link.close(), { once: true });
  const pump = async (): Promise<void> => {
    try {
      for await (const text of counted(texts(), host)) if (text === '') link.ping(); else link.send(text);
      link.refuse();
    } catch (err) {
      host.log.debug({ err }, 'websocket ended');
      link.close();
    }
  };
  async function* texts(): AsyncGenerator<string> {
    for await (const got of streamOf(host.feed, request)) {
      if (got.kind !== 'events') yield '';
      else for (const event of got.events) yield* summary === undefined ? [`data: ${event.json}\n\n`] : summary.take(event);
    }
  }
  const late = setTimeout(() => {
    if (!isReady) link.refuse();
  }, READY_WITHIN_MS);
  void link.closed.then(() => clearTimeout(late));
}

const READY_WITHIN_MS = 60_000;

/** A page of another site must not listen with the cookie of its visitor. */
function isOwnOrigin({ headers }: Ask, { options }: SaltHost): boolean {
  const { origin, host } = headers;
  if (origin === undefined || options.corsOrigins.includes('*') || options.corsOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
