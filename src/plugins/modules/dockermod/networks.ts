/** Networks: made, joined, compared. Source: read, Salt 3006; Docker Engine API 1.41. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { parseIpNetwork } from '../../../kernel/std/ip-address.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { DockerError } from '../../../kernel/sys/docker/client.js';
import { checkedName } from '../../../kernel/sys/docker/names.js';
import { failureWithInfo } from '../pkg/failure.js';
import { address, flag, labels, map, pairs, repacked, texts } from './forms.js';
import { inspectNetwork, networkPath, part } from './inspect.js';
import { ask, askMap, askRows, filterQuery } from './server.js';
import type { Translation } from './container-config.js';

const ALIASES: Readonly<Record<string, string>> = {
  driver_opt: 'options', driver_opts: 'options', ipv6: 'enable_ipv6', ip_range: 'iprange', aux_address: 'aux_addresses',
};
const FIELDS: Readonly<Record<string, readonly [api: string, read: (value: Value) => Value]>> = {
  driver: ['Driver', str], options: ['Options', (value) => textsOf(pairs(value, '='))], check_duplicate: ['CheckDuplicate', flag], internal: ['Internal', flag],
  labels: ['Labels', labels], enable_ipv6: ['EnableIPv6', flag], attachable: ['Attachable', flag], ingress: ['Ingress', flag], scope: ['Scope', str],
};
const POOL_FIELDS: Readonly<Record<string, string>> = { subnet: 'Subnet', iprange: 'IPRange', gateway: 'Gateway', aux_addresses: 'AuxiliaryAddresses' };

const textsOf = (values: PlainMap): PlainMap => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, str(value)]));

function network(text: string): string {
  if (!text.includes('/') || parseIpNetwork(text) === undefined) throw new InvocationError(`'${text}' is not a valid subnet`);
  return text;
}

function poolField(name: string, value: Value, validate: boolean): Value {
  if (name === 'aux_addresses') return Object.fromEntries(Object.entries(pairs(value, '=')).map(([host, ip]) => [host, validate ? address(str(ip)) : str(ip)]));
  return validate ? (name === 'gateway' ? address : network)(str(value)) : str(value);
}

function pool(given: PlainMap, validate: boolean): PlainMap {
  const named = Object.entries(given).map(([name, value]) => [ALIASES[name] ?? name, value] as const).filter(([name, value]) => value !== null && POOL_FIELDS[name] !== undefined);
  const read: PlainMap = Object.fromEntries(named.map(([name, value]) => [POOL_FIELDS[name] ?? name, poolField(name, repacked(value), validate)]));
  if (read['Subnet'] === undefined) throw new InvocationError('A subnet is required in each IPAM pool');
  return read;
}

function pools(options: PlainMap, validate: boolean): PlainMap[] {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => POOL_FIELDS[name] !== undefined));
  const more = options['ipam_pools'] ?? [];
  if (!isList(more) || !more.every(isPlainMap)) throw new InvocationError('ipam_pools must be a list of dictionaries');
  return [...Object.keys(own).length === 0 ? [] : [own], ...more].map((one) => pool(one, validate));
}

function ipam(options: PlainMap, validate: boolean): PlainMap {
  const given = options['ipam'] ?? null;
  if (given !== null) return map(given);
  return {
    Driver: str(options['ipam_driver'] ?? 'default'), Config: pools(options, validate),
    ...options['ipam_opts'] === undefined ? {} : { Options: textsOf(pairs(repacked(options['ipam_opts']), '=')) },
  };
}

/** The body of the API. @throws CommandExecutionError that tells every option which is wrong */
export function networkConfig(name: string, given: PlainMap, translation: Translation, ctx: Context): PlainMap {
  const invalid: PlainMap = {};
  const options: PlainMap = {};
  const collisions: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    const real = ALIASES[key] ?? key;
    if (real !== key && given[real] !== undefined) {
      if (!isTruthy(translation.ignore_collisions)) collisions.push(`'${key}' is an alias for '${real}', they cannot both be used`);
    } else if (value !== null) options[real] = value;
  }
  const tried = (key: string, read: () => Value): PlainMap => {
    try {
      return { [key]: read() };
    } catch (error) {
      if (!(error instanceof InvocationError)) throw error;
      invalid[key] = error.message;
      return {};
    }
  };
  const body: PlainMap = { Name: checkedName(name, 'network'), CheckDuplicate: true };
  for (const [key, [api, read]] of Object.entries(FIELDS)) {
    const value = options[key];
    if (value !== undefined) Object.assign(body, Object.fromEntries(Object.values(tried(key, () => read(repacked(value)))).map((done) => [api, done])));
  }
  const hasIpam = ['ipam', 'ipam_driver', 'ipam_opts', 'ipam_pools', ...Object.keys(POOL_FIELDS)].some((key) => options[key] !== undefined);
  if (hasIpam) Object.assign(body, Object.fromEntries(Object.values(tried('ipam', () => ipam(options, isTruthy(translation.validate_ip_addrs)))).map((done) => ['IPAM', done])));
  const unknown = Object.keys(options).filter((key) => FIELDS[key] === undefined && POOL_FIELDS[key] === undefined && !key.startsWith('ipam'));
  if (unknown.length > 0) ctx.log.warn({ options: unknown.toSorted() }, 'options of the network are not known and ignored');
  const info: PlainMap = { ...Object.keys(invalid).length === 0 ? {} : { invalid }, ...collisions.length === 0 ? {} : { collisions } };
  if (Object.keys(info).length > 0) throw failureWithInfo('Failed to translate input', info);
  return body;
}

/** Networks, each with the containers in it. */
export async function networks(names: Value, ids: Value, ctx: Context): Promise<PlainMap[]> {
  const filters: PlainMap = { ...isTruthy(names) ? { name: texts(names) } : {}, ...isTruthy(ids) ? { id: texts(ids) } : {} };
  const rows = await askRows({ path: '/networks', query: filterQuery(filters) }, ctx);
  const full: PlainMap[] = [];
  for (const row of rows) {
    try {
      const containers = part(await inspectNetwork(str(row['Id'] ?? ''), ctx), 'Containers');
      full.push(Object.keys(containers).length === 0 ? row : { ...row, Containers: containers });
    } catch (error) {
      // It may be gone since the list was made.
      if (!(error instanceof DockerError) || error.status !== 404) throw error;
      full.push(row);
    }
  }
  return full;
}

/** Containers in a network: their names, or with `verbose` what is known of them by name. */
export async function connected(name: string, verbose: boolean, ctx: Context): Promise<Value> {
  const inside = Object.entries(part(await inspectNetwork(name, ctx), 'Containers'));
  const rows = inside.flatMap(([id, facts]): [string, PlainMap][] => (isPlainMap(facts) && typeof facts['Name'] === 'string' ? [[facts['Name'], { ...facts, Id: id }]] : []));
  const without = ({ Name: _name, ...facts }: PlainMap): PlainMap => facts;
  return verbose ? Object.fromEntries(rows.map(([container, facts]) => [container, without(facts)])) : rows.map(([container]) => container);
}

/** The end of a container in a network, from options as docker-py names them. */
export function endpoint(options: PlainMap): PlainMap {
  const { aliases, links, ipv4_address: ipv4, ipv6_address: ipv6, link_local_ips: local, driver_opt: driver } = options;
  const addresses: PlainMap = {
    ...isTruthy(ipv4) ? { IPv4Address: ipv4 ?? null } : {}, ...isTruthy(ipv6) ? { IPv6Address: ipv6 ?? null } : {}, ...isTruthy(local) ? { LinkLocalIPs: texts(local ?? []) } : {},
  };
  return {
    ...isTruthy(aliases) ? { Aliases: texts(aliases ?? []) } : {},
    ...isTruthy(links) ? { Links: isPlainMap(links ?? null) ? Object.entries(links as PlainMap).map(([to, as]) => `${to}:${str(as)}`) : texts(links ?? []) } : {},
    ...Object.keys(addresses).length === 0 ? {} : { IPAMConfig: addresses }, ...isTruthy(driver) ? { DriverOpts: driver ?? null } : {},
  };
}

export async function connect(container: string, name: string, options: PlainMap, ctx: Context): Promise<boolean> {
  const body = { Container: checkedName(container, 'container'), EndpointConfig: endpoint(options) };
  await ask({ method: 'POST', path: networkPath(name, '/connect'), body }, ctx);
  return true;
}

export async function disconnect(container: string, name: string, ctx: Context): Promise<boolean> {
  await ask({ method: 'POST', path: networkPath(name, '/disconnect'), body: { Container: checkedName(container, 'container'), Force: false } }, ctx);
  return true;
}

export async function disconnectAll(name: string, ctx: Context): Promise<string[]> {
  const [removed, errors]: [string[], string[]] = [[], []];
  for (const container of await connected(name, false, ctx) as string[]) {
    try {
      await disconnect(container, name, ctx);
      removed.push(container);
    } catch (error) {
      if (!(error instanceof CommandExecutionError)) throw error;
      if (!(error instanceof DockerError) || error.status !== 404) errors.push(error.message);
    }
  }
  if (errors.length > 0) throw failureWithInfo('One or more containers failed to be removed', { removed, errors });
  return removed;
}

export const create = (body: PlainMap, seconds: number, ctx: Context): Promise<PlainMap> => askMap({ method: 'POST', path: '/networks/create', body, seconds }, ctx);
