/** Facts that every machine has: system, processor, memory, network, names, versions. Each source fails for itself alone. */
import { fileURLToPath } from 'node:url';
import type { Context } from '../../kernel/contract/context.js';
import { defineGrains } from '../../kernel/contract/plugin.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { sortedAddresses } from './core/addresses.js';
import { gatewayGrains } from './core/gateway.js';
import { fqdnsGrains, hostNameGrains, lookupFor, nameAddressGrains } from './core/host-names.js';
import { interfaceGrains, readInterfaces } from './core/interfaces.js';
import { kernelParams } from './core/kernel-params.js';
import { localeGrains } from './core/locale.js';
import { orNone, textOf } from './core/look.js';
import { operatingSystemGrains, quickOperatingSystemGrains } from './core/operating-system.js';
import { configuredGrains, fibreChannelGrains, machineIdGrains, programGrains, pythonGrains } from './core/program.js';
import { dnsGrains } from './core/resolver.js';

/** Folder of the built program. */
const PROGRAM_FOLDER = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

type Source = (ctx: Context) => PlainMap | Promise<PlainMap>;

/** They start no program; what they find no other source gives. */
const QUICK_SOURCES: Readonly<Record<string, Source>> = {
  dns: dnsGrains,
  fibreChannel: fibreChannelGrains,
  machineId: machineIdGrains,
  configured: configuredGrains,
  kernelParams: kernelParamsGrains,
  locale: localeGrains,
  operatingSystem: quickOperatingSystemGrains,
  python: pythonGrains,
  program: (ctx) => programGrains(ctx, PROGRAM_FOLDER),
};

const SOURCES: Readonly<Record<string, Source>> = {
  ...QUICK_SOURCES,
  gateway: gatewayGrains,
  network: networkGrains,
  operatingSystem: operatingSystemGrains,
};

async function gather(sources: Readonly<Record<string, Source>>, ctx: Context): Promise<PlainMap> {
  const found = await Promise.all(Object.entries(sources).map(([name, source]) => orNone(ctx, name, async () => source(ctx))));
  return Object.assign({}, ...found) as PlainMap;
}

async function kernelParamsGrains(ctx: Context): Promise<PlainMap> {
  const cmdline = await textOf(ctx, '/proc/cmdline');
  return cmdline === undefined ? {} : { kernelparams: kernelParams(cmdline) };
}

/** Interfaces, and the names that belong to their addresses. */
async function networkGrains(ctx: Context): Promise<PlainMap> {
  const lookup = lookupFor(ctx);
  const [interfaces, names] = await Promise.all([
    readInterfaces(ctx).then(interfaceGrains),
    orNone(ctx, 'hostNames', () => hostNameGrains(ctx, lookup)),
  ]);
  const own = { ipv4: interfaces['ipv4'] as string[], ipv6: interfaces['ipv6'] as string[] };
  const addresses = [...sortedAddresses(own.ipv4, { loopback: false }), ...sortedAddresses(own.ipv6, { loopback: false })];
  const [fqdns, nameAddresses] = await Promise.all([
    orNone(ctx, 'fqdns', () => fqdnsGrains(ctx, addresses, lookup)),
    names === undefined ? {} : orNone(ctx, 'nameAddresses', () => nameAddressGrains(names.fqdn, own, lookup)),
  ]);
  return { ...fqdns, ...names, ...interfaces, ...nameAddresses };
}

/** What only programs know, and what depends on that. */
const LATER = [
  'ip_gw', 'ip4_gw', 'ip6_gw', 'hwaddr_interfaces', 'ip_interfaces', 'ip4_interfaces', 'ip6_interfaces', 'ipv4', 'ipv6',
  'localhost', 'fqdn', 'host', 'domain', 'fqdns', 'fqdn_ip4', 'fqdn_ip6', 'num_gpus', 'gpus', 'selinux', 'systemd', 'osarch', 'ps',
  'biosversion', 'biosvendor', 'boardname', 'productname', 'manufacturer', 'biosreleasedate', 'uuid', 'serialnumber',
  'virtual', 'virtual_subtype', 'virtual_hv_version', 'virtual_hv_version_info', 'virtual_hv_features', 'virtual_hv_features_list',
];

export default defineGrains({
  name: 'core',
  later: LATER,
  grains: (ctx) => gather(SOURCES, ctx),
  quick: (ctx) => gather(QUICK_SOURCES, ctx),
});
