/** Which master to speak to: address and port from the configuration, names looked up. */
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { isList, type PlainMap } from '../../kernel/std/value.js';

export interface MasterAddress {
  readonly host: string;
  readonly requestPort: number;
}

/** `master` as text or list; each may carry a port: `host:4510`, `[::1]:4510`. */
export function resolveMasters(opts: Readonly<PlainMap>): MasterAddress[] {
  const given = isList(opts['master']) ? opts['master'].map(String) : [String(opts['master'] ?? 'salt')];
  const port = Number(opts['master_port'] ?? 4506);
  return given.map((text) => splitAddress(text, port));
}

export function splitAddress(text: string, port: number): MasterAddress {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', requestPort: Number(bracketed[2] ?? port) };
  if (isIPv6(text)) return { host: text, requestPort: port };
  const [host = '', own] = text.split(':');
  return { host, requestPort: own === undefined ? port : Number(own) };
}

/** The numeric address; `::1` in brackets as ZeroMQ wants it. @throws the resolver's error */
export async function addressOf(host: string, ipv6: boolean): Promise<string> {
  const { address, family } = await lookup(host, ipv6 ? {} : { family: isIPv6(host) ? 6 : 4 });
  return family === 6 ? `[${address}]` : address;
}
