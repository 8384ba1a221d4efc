/**
 * The two ports of a master. Ours speak the protocol of ZeroMQ themselves (`zmtp/`); ZeroMQ's own are loaded only where they are asked for.
 * Why: docs/decisions/zmtp.md.
 */
import type { PublishOptions, PublishServer, RequestHandler, RequestServer, ServerOptions } from './contract.js';
import { servePublications as serveOwnPublications } from './zmtp/publish-port.js';
import { serveRequests as serveOwnRequests } from './zmtp/request-port.js';

/** Who serves: `own`, or the package `zeromq`. */
export type ServerKind = 'own' | 'zeromq';

export const isServerKind = (value: unknown): value is ServerKind => value === 'own' || value === 'zeromq';

/** Binds the request port. A handler that throws is logged and the caller gets no reply. @throws BindError */
export async function serveRequests(kind: ServerKind, options: ServerOptions, handle: RequestHandler): Promise<RequestServer> {
  if (kind === 'own') return serveOwnRequests(options, handle);
  return (await import('./zeromq.js')).serveRequests(options, handle);
}

/** Binds the publish port. @throws BindError */
export async function servePublications(kind: ServerKind, options: PublishOptions): Promise<PublishServer> {
  if (kind === 'own') return serveOwnPublications(options);
  return (await import('./zeromq.js')).servePublications(options);
}
