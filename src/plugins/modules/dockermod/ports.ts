/** Ports of containers: which are open, and where they are published. Source: read, Salt 3006; texts of errors are Salt's. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isInteger, isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { address, portRange, split, texts } from './forms.js';

const protocolOf = (text: string | undefined): string => (/^(?:udp|sctp)$/i.test(text ?? '') ? (text ?? '').toLowerCase() : 'tcp');
const range = ([first, last]: readonly [number, number]): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** `80`, `80/udp`, `80-90`, or a list of them, as the API names them: `80/tcp`. */
export function openPorts(value: Value): string[] {
  const items = isList(value) ? value : isInteger(value) ? [value] : typeof value === 'string' ? split(value) : undefined;
  if (items === undefined) throw new InvocationError(`'${str(value)}' is not a valid port definition`);
  return items.flatMap((item) => {
    const [ports = '', protocol] = str(item).split('/');
    return range(portRange(ports)).map((port) => `${port}/${protocolOf(protocol)}`);
  });
}

type Binding = readonly [container: string, hostIp: string, hostPort: string];

function bound(text: string, validate: boolean): Binding[] {
  const parts = split(text, ':');
  // An address of IPv6 stands in brackets.
  const [hostIp, hostPort, inside] = /^\[([^\]]+)\]:([^:]*):([^:]+)$/.exec(text)?.slice(1)
    ?? (parts.length === 1 ? [undefined, undefined, parts[0]] : parts.length === 2 ? [undefined, parts[0], parts[1]] : [parts[0], parts[1], parts[2]]);
  if (parts.length > 3 && !text.startsWith('[')) throw new InvocationError(`'${text}' is an invalid port binding definition (at most 3 components are allowed, found ${parts.length})`);
  if (inside === undefined || inside === '') throw new InvocationError(parts.length === 1 ? 'Empty port binding definition found' : `Empty container port in port binding definition '${text}'`);
  if (parts.length === 2 && hostPort === '') throw new InvocationError(`Empty host port in port binding definition '${text}'`);
  if (hostIp !== undefined && validate) address(hostIp);
  const [ports = '', protocol] = inside.split('/');
  const containers = range(portRange(ports));
  const hosts = hostPort === undefined || hostPort === '' ? undefined : range(portRange(hostPort));
  if (hosts !== undefined && hosts.length !== containers.length) {
    throw new InvocationError(`Host port range (${hostPort}) does not have the same number of ports as the container port range (${ports})`);
  }
  return containers.map((port, at) => [`${port}/${protocolOf(protocol)}`, hostIp ?? '', hosts === undefined ? '' : String(hosts[at])]);
}

/** `80`, `8080:80`, `192.0.2.1:8080:80/udp`, ranges, or a list of them; a map is taken as the API has it. */
export function portBindings(value: Value, validate: boolean): PlainMap {
  if (isPlainMap(value)) return value;
  const bindings: Record<string, Value[]> = {};
  for (const [container, HostIp, HostPort] of texts(value).flatMap((text) => bound(text, validate))) (bindings[container] ??= []).push({ HostIp, HostPort });
  return bindings;
}
