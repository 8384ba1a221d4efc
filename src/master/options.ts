/** Options of the configuration in the forms in which the parts of a master want them. */
import type { ServerOptions } from '../bus/transport/contract.js';
import { isServerKind, type ServerKind } from '../bus/transport/serve.js';
import type { Logger } from '../kernel/contract/log.js';
import { isPlainMap, type PlainMap, type Value } from '../kernel/std/value.js';

export function address(opts: Readonly<PlainMap>, port: string): string {
  const hosts = text(opts, 'interface').split(',').map((host) => host.trim());
  return `tcp://${hosts.map((host) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host)).join(',')}:${int(opts, port, 0)}`;
}

export function serverKind(opts: Readonly<PlainMap>, log: Logger): ServerKind {
  const { transport_server: wanted } = opts;
  if (isServerKind(wanted)) return wanted;
  if (wanted !== undefined && wanted !== null) log.warn({ transport_server: wanted, instead: 'own' }, 'option not understood');
  return 'own';
}

/** What both ports have in common. Source: read, Salt 3008.3, the two options of heartbeats without a default. */
export function portOptions(opts: Readonly<PlainMap>): Pick<ServerOptions, 'ipv6' | 'backlog' | 'tcpKeepalive' | 'heartbeatMs' | 'heartbeatTimeoutMs'> {
  return {
    ipv6: isV6(opts), backlog: int(opts, 'zmq_backlog', 1000), tcpKeepalive: opts['tcp_keepalive'] !== false,
    heartbeatMs: int(opts, 'zmq_heartbeat_ivl', 10_000), heartbeatTimeoutMs: int(opts, 'zmq_heartbeat_timeout', 30_000),
  };
}

export const isV6 = (opts: Readonly<PlainMap>): boolean => opts['ipv6'] === true || text(opts, 'interface').includes(':');
export const text = (opts: Readonly<PlainMap>, name: string): string => (typeof opts[name] === 'string' ? opts[name] : '');
export const optional = (opts: Readonly<PlainMap>, name: string): string | undefined => text(opts, name) || undefined;
export const int = (opts: Readonly<PlainMap>, name: string, fallback: number): number => (typeof opts[name] === 'number' ? opts[name] : fallback);
export const map = (value: Value | undefined): PlainMap => (isPlainMap(value) ? value : {});
export const list = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : typeof value === 'string' && value !== '' ? [value] : []);
