/** Networks of Docker and Podman. Source: read, Salt 3006, which 3008 has no more. */
import { randomBytes } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { attempt, guarded, listed, lookedUp, part, virtual } from './docker/shared.js';

interface Wish {
  readonly name: string;
  readonly translation: PlainMap;
  readonly containers: Value;
  readonly reconnect: boolean;
  readonly options: PlainMap;
}

const POOL_OPTIONS = ['ipam', 'ipam_driver', 'ipam_opts', 'ipam_pools', 'subnet', 'iprange', 'ip_range', 'gateway', 'aux_addresses', 'aux_address'];
/** A second network of the same pool cannot be made: pools are compared as they are written. */
const withoutPools = (options: PlainMap): PlainMap => Object.fromEntries(Object.entries(options).filter(([key]) => !POOL_OPTIONS.includes(key)));

const poolsOf = (network: PlainMap): PlainMap[] => {
  const pools = part(network, 'IPAM')['Config'] ?? null;
  return isList(pools) ? pools.filter(isPlainMap) : [];
};

const POOL_NAMES: Readonly<Record<string, string>> = { subnet: 'Subnet', iprange: 'IPRange', ip_range: 'IPRange', gateway: 'Gateway', aux_addresses: 'AuxiliaryAddresses', aux_address: 'AuxiliaryAddresses' };

/** Pools as wished, under the names of the API; a gateway that nobody wished is the service's choice. */
function wishedPools(options: PlainMap): PlainMap[] {
  const ipam = options['ipam'] ?? null;
  if (isPlainMap(ipam)) return poolsOf({ IPAM: ipam });
  const own = Object.fromEntries(Object.entries(options).filter(([key]) => POOL_NAMES[key] !== undefined));
  const more = isList(options['ipam_pools'] ?? null) ? (options['ipam_pools'] as Value[]).filter(isPlainMap) : [];
  return [...Object.keys(own).length === 0 ? [] : [own], ...more].map((pool) => Object.fromEntries(Object.entries(pool).map(([key, value]) => [POOL_NAMES[key] ?? key, value])));
}

const ofSubnet = (pools: readonly PlainMap[], subnet: Value): PlainMap => pools.find((pool) => pool['Subnet'] === subnet) ?? {};

/** True when each wished pool is there and no other. */
function samePools(network: PlainMap, wished: readonly PlainMap[]): boolean {
  const now = poolsOf(network);
  return wished.length === 0 || (wished.length === now.length && wished.every((pool) => {
    const there = ofSubnet(now, pool['Subnet'] ?? null);
    return Object.entries(pool).every(([key, value]) => JSON.stringify(there[key] ?? null) === JSON.stringify(value));
  }));
}

/** What differs from a network made of the wish, which is removed again at once. */
async function differences({ translation, options }: Wish, network: PlainMap, ctx: Context): Promise<PlainMap> {
  const temporary = `temp-${randomBytes(8).toString('hex')}`;
  await ctx.call('docker.create_network', [temporary], { ...translation, ...withoutPools(options) });
  try {
    const made = part({ made: await ctx.call('docker.inspect_network', [temporary]) }, 'made');
    const now = { ...network, IPAM: { ...part(network, 'IPAM'), Config: [] } };
    const compared = await ctx.call('docker.compare_networks', [now, { ...made, IPAM: { ...part(made, 'IPAM'), Config: [] } }], { ignore: 'Name,Id,Created,Containers' });
    const wished = wishedPools(options);
    const pools = samePools(network, wished) ? {} : { IPAM: { Config: { old: poolsOf(network), new: wished } } };
    return { ...isPlainMap(compared) ? compared : {}, ...pools };
  } finally {
    await ctx.call('docker.remove_network', [temporary]);
  }
}

const nameIn = (container: Value, id: string): string => (isPlainMap(container) ? str(container['Name'] ?? id) : id);

/** Takes everything out of a network and removes it. @throws CommandExecutionError */
async function removed(network: PlainMap, ctx: Context): Promise<PlainMap> {
  const [name, names]: [string, string[]] = [str(network['Name'] ?? ''), []];
  for (const [id, container] of Object.entries(part(network, 'Containers'))) {
    const out = await attempt(ctx.call('docker.disconnect_container_from_network', [id, name]));
    if ('failure' in out) return failed(name, `Failed to disconnect container '${nameIn(container, id)}' : ${out.failure}`, names.length === 0 ? {} : { disconnected: names });
    names.push(nameIn(container, id));
  }
  const changes = names.length === 0 ? {} : { disconnected: names };
  const gone = await attempt(ctx.call('docker.remove_network', [name]));
  return 'failure' in gone ? failed(name, `Failed to remove network: ${gone.failure}`, changes) : done(name, `Removed network '${name}'`, { ...changes, removed: true });
}

/** How a container was in the network that is made anew. */
async function settingsIn(id: string, name: string, facts: Value, ctx: Context): Promise<PlainMap> {
  const end = part(part(part({ facts: await ctx.call('docker.inspect_container', [id]) }, 'facts'), 'NetworkSettings'), 'Networks')[name] ?? null;
  const plain = (address: Value): string => str(address).replace(/\/\d+$/, '');
  const [four, six] = isPlainMap(facts) ? [facts['IPv4Address'] ?? '', facts['IPv6Address'] ?? ''] : ['', ''];
  return {
    ...isTruthy(four) ? { ipv4_address: plain(four) } : {}, ...isTruthy(six) ? { ipv6_address: plain(six) } : {},
    ...isPlainMap(end) && isTruthy(end['Links']) ? { links: end['Links'] ?? null } : {}, ...isPlainMap(end) && isTruthy(end['Aliases']) ? { aliases: end['Aliases'] ?? null } : {},
  };
}

interface Joining {
  readonly id: string;
  readonly name: string;
  readonly settings: PlainMap;
  readonly kind: 'connected' | 'reconnected';
}

async function wantedContainers(names: readonly string[], warnings: string[], ctx: Context): Promise<Joining[]> {
  const [wanted, missing, still]: [Joining[], string[], string[]] = [[], [], []];
  for (const name of names) {
    const facts = await lookedUp('docker.inspect_container', name, ctx);
    if (facts === undefined) missing.push(name);
    else if (!isTruthy(part(facts, 'State')['Running'])) still.push(name);
    else wanted.push({ id: str(facts['Id'] ?? ''), name, settings: {}, kind: 'connected' });
  }
  if (missing.length > 0) warnings.push(`The following containers do not exist: ${missing.join(', ')}.`);
  if (still.length > 0) warnings.push(`The following containers are not running: ${still.join(', ')}.`);
  return wanted;
}

/** Connects them; an address that the new pool has not got is left to the service. */
async function joined(name: string, joinings: readonly Joining[], changes: PlainMap, ctx: Context): Promise<string[]> {
  const errors: string[] = [];
  for (const { id, name: container, settings, kind } of joinings) {
    const first = await attempt(ctx.call('docker.connect_container_to_network', [id, name], settings));
    const last = 'failure' in first && Object.keys(settings).length > 0 ? await attempt(ctx.call('docker.connect_container_to_network', [id, name])) : first;
    if ('failure' in last) errors.push(last.failure);
    else changes[kind] = [...isList(changes[kind] ?? null) ? changes[kind] as Value[] : [], container];
  }
  return errors;
}

async function present(wish: Wish, ctx: Context): Promise<PlainMap> {
  const { name, translation, containers, reconnect, options } = wish;
  const network = await lookedUp('docker.inspect_network', name, ctx);
  const warnings: string[] = [];
  const wanted = await wantedContainers(listed(containers), warnings, ctx);
  const told = warnings.length === 0 ? {} : { warnings };
  const changes: PlainMap = {};
  const back: Joining[] = [];
  const differing = network === undefined ? {} : await differences(wish, network, ctx);
  const isMade = network === undefined || Object.keys(differing).length > 0;
  const inside = network === undefined || isMade ? {} : part(network, 'Containers');
  const joining = wanted.filter(({ id }) => inside[id] === undefined);
  if (ctx.test) {
    if (network === undefined) return { ...wouldChange(name, 'Network will be created', { created: true, ...joining.length > 0 ? { connected: joining.map((one) => one.name) } : {} }), ...told };
    if (isMade) return { ...wouldChange(name, 'Network would be recreated with new config', { [name]: differing }), ...told };
    if (joining.length > 0) return { ...wouldChange(name, `Network '${name}' already exists, and is configured as specified`, { connected: joining.map((one) => one.name) }), ...told };
  }
  if (network !== undefined && isMade) {
    changes[name] = differing;
    for (const [id, facts] of Object.entries(part(network, 'Containers'))) back.push({ id, name: nameIn(facts, id), settings: await settingsIn(id, name, facts, ctx), kind: 'reconnected' });
    const gone = await removed(network, ctx);
    if (gone['result'] !== true) return { ...gone, ...told };
  }
  if (isMade) {
    const made = await attempt(ctx.call('docker.create_network', [name], { ...translation, ...options }));
    if ('failure' in made) return { ...failed(name, `Failed to create network '${name}': ${made.failure}`, changes), ...told };
    changes[network === undefined ? 'created' : 'recreated'] = true;
  }
  const errors = await joined(name, containers === null && reconnect ? back : joining, changes, ctx);
  const left = back.filter(({ id }) => !(containers === null && reconnect) && !joining.some((one) => one.id === id)).map((one) => one.name);
  if (left.length > 0) changes['disconnected'] = left;
  const comment = network === undefined ? `Network '${name}' created` : isMade ? `Network '${name}' was replaced with updated config` : `Network '${name}' already exists, and is configured as specified`;
  return { ...errors.length > 0 ? failed(name, `${comment}. ${errors.join('. ')}.`, changes) : done(name, comment, changes), ...told };
}

async function absent(name: string, ctx: Context): Promise<PlainMap> {
  const network = await lookedUp('docker.inspect_network', name, ctx);
  if (network === undefined) return done(name, `Network '${name}' already absent`);
  if (!ctx.test) return removed({ ...network, Name: name }, ctx);
  const inside = Object.entries(part(network, 'Containers')).map(([id, facts]) => nameIn(facts, id));
  return wouldChange(name, `Network '${name}' will be removed`, { ...inside.length > 0 ? { disconnected: inside } : {}, removed: true });
}

export default defineState({
  name: 'docker_network',
  virtual,
  doc: 'Networks of Docker and Podman.',
  functions: {
    present: fn({
      doc: 'Make sure that a network is there as wished, with these containers in it.',
      params: {
        name: p.string(), skip_translate: p.any(null), ignore_collisions: p.any(false), validate_ip_addrs: p.any(true), containers: p.any(null), reconnect: p.bool(true), options: p.keywords(),
      },
      run: ({ name, containers, reconnect, options, ...translation }, ctx) => guarded(name, () => present({ name, translation, containers, reconnect, options }, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a network is not there; the containers in it are disconnected.',
      params: { name: p.string() },
      run: ({ name }, ctx) => guarded(name, () => absent(name, ctx)),
    }),
  },
});
