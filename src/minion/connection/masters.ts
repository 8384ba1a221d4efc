/** Addresses of masters: host and port from the configuration, names looked up. */
import { lookup } from 'node:dns/promises';
import { connect, isIP, isIPv6 as isSix } from 'node:net';
import { isList, type PlainMap, type Value } from '../../kernel/std/value.js';

/** The colon is asked for first: Node's own answer compiles 135 kB the second time it is needed, and few masters have such an address. */
const isIPv6 = (text: string): boolean => text.includes(':') && isSix(text);

export interface MasterAddress {
  readonly host: string;
  readonly requestPort: number;
}

export interface FoundAddress {
  /** Numeric; version 6 in brackets, as ZeroMQ wants it. */
  readonly address: string;
  readonly ipv6: boolean;
}

/** How long one of several addresses of a name may take to accept a connection. */
const PROBE_MS = 2000;

/** `master` as text or list; each may carry a port, `host:4510` or `[::1]:4510`, unless `master_uri_format` is `ip_only`. */
export function resolveMasters(opts: Readonly<PlainMap>, named: Value = opts['master'] ?? 'salt'): MasterAddress[] {
  const given = isList(named) ? named.map(String) : [String(named)];
  const port = Number(opts['master_port'] ?? 4506);
  if (opts['master_uri_format'] === 'ip_only') return given.map((host) => ({ host, requestPort: port }));
  return given.map((text) => splitAddress(text, port));
}

export function splitAddress(text: string, port: number): MasterAddress {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? '', requestPort: Number(bracketed[2] ?? port) };
  if (isIPv6(text)) return { host: text, requestPort: port };
  const [host = '', own] = text.split(':');
  return { host, requestPort: own === undefined ? port : Number(own) };
}

/** Names a master in files of this minion: only letters, digits, dots, dashes and underscores. */
export function masterKey({ host, requestPort }: MasterAddress): string {
  return `${host.replace(/[^\w.-]/g, '_')}_${requestPort}`;
}

export const sameMaster = (a: MasterAddress | undefined, b: MasterAddress | undefined): boolean =>
  a !== undefined && b !== undefined && a.host === b.host && a.requestPort === b.requestPort;

/**
 * The numeric address of a master. Of the addresses of a name the first one that accepts a connection; version 6 first
 * with `ipv6`, last when nothing is said, never when it is off.
 *
 * @throws the resolver's error
 */
export async function findAddress({ host, requestPort }: MasterAddress, ipv6: Value | undefined): Promise<FoundAddress> {
  if (isIP(host) !== 0) return found(host);
  const all = await lookup(host, ipv6 === false ? { all: true, family: 4 } : { all: true });
  const four = all.filter(({ family }) => family === 4);
  const six = all.filter(({ family }) => family === 6);
  const ordered = [...new Set((ipv6 === true ? [...six, ...four] : [...four, ...six]).map(({ address }) => address))];
  return found(await firstOpen(ordered, requestPort));
}

const found = (address: string): FoundAddress => (isIPv6(address) ? { address: `[${address}]`, ipv6: true } : { address, ipv6: false });

async function firstOpen(addresses: readonly string[], port: number): Promise<string> {
  const [first = ''] = addresses;
  if (addresses.length < 2) return first;
  for (const address of addresses) if (await accepts(address, port)) return address;
  return first;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PROBE_MS });
    const say = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', () => say(true));
    socket.on('timeout', () => say(false));
    socket.on('error', () => say(false));
  });
}
