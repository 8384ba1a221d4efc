/** Addresses to listen on, as ZeroMQ writes them: `tcp://0.0.0.0:4506`, `tcp://[::]:4506`, `tcp://*:*`, `tcp://eth0:4506`; several hosts with commas. */
import { networkInterfaces } from 'node:os';

export interface Endpoint {
  readonly hosts: readonly string[];
  /** 0: any that is free. */
  readonly port: number;
}

/** @throws TypeError when it is none */
export function readEndpoint(address: string): Endpoint {
  const [, hosts, port] = /^tcp:\/\/(.+):(\*|\d{1,5})$/.exec(address) ?? [];
  if (hosts === undefined || port === undefined || Number(port) > 65_535) throw new TypeError('Invalid argument');
  return { hosts: hosts.split(',').map((host) => host.trim().replace(/^\[(.*)\]$/, '$1')), port: port === '*' ? 0 : Number(port) };
}

/** Hosts as the system wants them; the name of a network card becomes its first address. */
export function hostsOf({ hosts }: Endpoint, ipv6: boolean): string[] {
  return hosts.map((host) => {
    if (host === '*') return ipv6 ? '::' : '0.0.0.0';
    const addresses = networkInterfaces()[host] ?? [];
    const fitting = addresses.find(({ family }) => family === (ipv6 ? 'IPv6' : 'IPv4')) ?? addresses[0];
    return fitting?.address ?? host;
  });
}
