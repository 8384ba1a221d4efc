/**
 * Addresses of containers, by image, as `docker.ps` left them in the mine.
 *
 * Source: read, Salt 3008.3.
 */
import { PythonError } from '../../../kernel/contract/errors.js';
import { isInNetwork, parseIpAddress, parseIpNetwork } from '../../../kernel/std/ip-address.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { equalValues, isMap, isTruthy, mapEntries, mapFrom, mapGet, mapValues, type Value, type ValueMap } from '../../../kernel/std/value.js';

export interface DockerQuestion {
  readonly interfaces: Value;
  readonly cidrs: Value;
  readonly withContainerId: boolean;
}

const ANY_ADDRESS = '0.0.0.0';

/** Image, then `ipv4`, then port of the container, then where it can be reached. */
type Proxies = Map<string, Map<Value, Value[]>>;

export function containerAddresses(hosts: ValueMap, ask: DockerQuestion): ValueMap {
  const proxies: Proxies = new Map();
  for (const containers of mapValues(hosts)) {
    const addresses = hostAddresses(field(field(containers, 'host'), 'interfaces'), ask);
    const entries = isMap(containers) ? mapEntries(containers) : [];
    for (const [name, container] of entries) if (name !== 'host') addContainer(proxies, container, addresses, ask.withContainerId);
  }
  return mapFrom([...proxies].map(([image, ports]) => [image, ports.size === 0 ? {} : { ipv4: mapFrom(ports) }]));
}

function addContainer(proxies: Proxies, container: Value, addresses: readonly string[], withId: boolean): void {
  const id = field(field(container, 'Info'), 'Id');
  const image = str(field(container, 'Image'));
  const ports = proxies.get(image) ?? new Map<Value, Value[]>();
  proxies.set(image, ports);
  for (const port of listOf(field(container, 'Ports'))) {
    const address = isMap(port) ? mapGet(port, 'IP') ?? null : null;
    if (!isTruthy(address)) continue;
    for (const host of address === ANY_ADDRESS ? addresses : [str(address)]) {
      const place = `${host}:${str(field(port, 'PublicPort'))}`;
      addOnce(ports, field(port, 'PrivatePort'), withId ? [place, id] : place);
    }
  }
}

function addOnce(ports: Map<Value, Value[]>, port: Value, place: Value): void {
  const places = ports.get(port) ?? [];
  ports.set(port, places);
  if (!places.some((known) => equalValues(known, place))) places.push(place);
}

function hostAddresses(interfaces: Value, ask: DockerQuestion): string[] {
  const wanted = isTruthy(ask.interfaces) ? listOf(ask.interfaces).map(str) : undefined;
  const chosen = isMap(interfaces) ? mapEntries(interfaces).filter(([name]) => wanted?.includes(str(name)) ?? true) : [];
  const all = chosen.flatMap(([, facts]) => (isMap(facts) ? listOf(mapGet(facts, 'inet') ?? []) : [])).map((inet) => str(field(inet, 'address')));
  const unique = [...new Set(all)];
  if (!isTruthy(ask.cidrs)) return unique;
  return unique.filter((address) => listOf(ask.cidrs).some((cidr) => isWithin(address, str(cidr))));
}

function isWithin(address: string, cidr: string): boolean {
  const network = parseIpNetwork(cidr);
  const parsed = parseIpAddress(address);
  return network !== undefined && parsed !== undefined && isInNetwork(parsed, network);
}

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : [value]);

function field(map: Value, key: string): Value {
  const value = isMap(map) ? mapGet(map, key) : undefined;
  if (value === undefined) throw new PythonError('KeyError', repr(key));
  return value;
}
