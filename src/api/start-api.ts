/** Wires the parts of the service and starts them; nothing else. */
import { join } from 'node:path';
import type { Logger } from '../kernel/contract/log.js';
import { Closers } from '../kernel/std/closers.js';
import type { PlainMap } from '../kernel/std/value.js';
import { MasterDoor } from './door/master-door.js';
import { Feed } from './events/feed.js';
import { Validity } from './events/validity.js';
import { AccessLog } from './http/access-log.js';
import { readTls, watchTls } from './http/certificates.js';
import { corsHeaders, preflight } from './http/cors.js';
import { serveHttp } from './http/serve-http.js';
import { readApiOptions } from './options.js';
import type { SaltHost } from './salt/salt-host.js';
import { saltSurface } from './salt/serve-salt.js';
import { Sessions } from './salt/sessions.js';
import { openWebSocket } from './salt/websockets.js';
import { AnswerStore } from './v1/answer-store.js';
import { v1Place } from './v1/serve-v1.js';

export interface RunningApi extends AsyncDisposable {
  readonly port: number;
  /** Reads the certificates and opens the log files anew. */
  readonly reload: () => void;
}

/** @throws ConfigError */
export async function startApi({ opts, log, distDir }: { opts: Readonly<PlainMap>; log: Logger; distDir: string }): Promise<RunningApi> {
  const options = readApiOptions(opts);
  const stack = new Closers();
  const door = new MasterDoor(opts);
  const feed = new Feed({ opts, log });
  stack.defer(() => feed[Symbol.dispose]());
  const sessions = new Sessions();
  const streams = { count: 0 };
  const counters = { requests: 0 };
  const startedMs = Date.now();
  const stats = (): PlainMap => ({
    'tsalt-api': { requests: counters.requests, sessions: sessions.size, streams: streams.count, events: feed.last, uptime_seconds: Math.floor((Date.now() - startedMs) / 1000), master: feed.isListening },
  });
  const validity = new Validity({ door, log });
  const host: SaltHost = { options, opts, door, sessions, feed, validity, streams, log, stats };
  const salt = saltSurface(host);
  const answers = AnswerStore.open(join(String(opts['cachedir']), 'api', 'answers.db'), log);
  stack.defer(() => answers[Symbol.dispose]());
  const v1 = v1Place({ answers, door, feed, validity, options, streams, distDir, log, tokenOf: (ask) => sessions.of(ask)?.token });
  const { tls } = options;
  const files = new AccessLog({ access: options.logAccessFile, error: options.logErrorFile });
  stack.defer(() => files[Symbol.dispose]());
  const server = await serveHttp({
    host: options.host, port: options.port, tls: tls === undefined ? undefined : readTls(tls), bodyBytesMax: options.bodyBytesMax, connectionsMax: options.connectionsMax,
    requestsPerSecond: options.requestsPerSecond, log,
    headersOf: (ask) => corsHeaders(ask, options.corsOrigins),
    early: (ask) => {
      counters.requests += 1;
      return preflight(ask, options.corsOrigins);
    },
    handle: salt, places: [v1],
    upgrade: (ask) => openWebSocket(ask, host),
    onAnswered: (ask, told) => files.answered(ask, told),
    onFailed: (ask, error) => files.failed(ask, error),
  });
  stack.use(server);
  const watched = tls === undefined ? undefined : watchTls(tls, (fresh) => server.renewTls(fresh), log);
  if (watched !== undefined) stack.defer(() => watched[Symbol.dispose]());
  feed.start();
  log.info({ host: options.host, port: server.port, tls: tls !== undefined }, 'serving');
  files.engine(`Serving on ${tls === undefined ? 'http' : 'https'}://${options.host}:${server.port}`);
  const reload = (): void => {
    files.reopen();
    watched?.reread();
  };
  return { port: server.port, reload, [Symbol.asyncDispose]: () => stack.dispose() };
}
