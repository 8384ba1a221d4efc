/** The endpoint `/metrics`: on its own port, off unless `metrics_port` is set, for this machine alone unless `metrics_address` says otherwise. */
import { createServer } from 'node:http';
import type { Logger } from '../../kernel/contract/log.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { openMetrics, OPEN_METRICS_TYPE } from './open-metrics.js';

const REQUEST_MS = 5000;
const CONNECTIONS_MAX = 20;
const HEADER_BYTES_MAX = 8 * 1024;

export interface MetricsParts {
  readonly address: string;
  readonly port: number;
  readonly stats: () => PlainMap;
  readonly log: Logger;
}

/** @throws Error of the system when the port cannot be had */
export async function serveMetrics({ address, port, stats, log }: MetricsParts): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer({ maxHeaderSize: HEADER_BYTES_MAX, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAliveTimeout: REQUEST_MS }, (request, response) => {
    request.resume();
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(isRead ? 404 : 405, { 'Content-Length': 0 }).end();
      return;
    }
    const body = openMetrics(stats());
    response.writeHead(200, { 'Content-Type': OPEN_METRICS_TYPE, 'Content-Length': Buffer.byteLength(body) }).end(request.method === 'HEAD' ? '' : body);
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  server.on('error', (err) => log.error({ err }, 'metrics endpoint failed'));
  const bound = (server.address() as { port: number }).port;
  log.info({ address, port: bound }, 'metrics endpoint listens');
  return {
    port: bound,
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
