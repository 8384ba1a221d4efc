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
import { operatingSystemGrains } from './core/operating-system.js';
import { configuredGrains, fibreChannelGrains, machineIdGrains, programGrains, pythonGrains } from './core/program.js';
import { dnsGrains } from './core/resolver.js';

/** Folder of the built program. */
const PROGRAM_FOLDER = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

type Source = (ctx: Context) => PlainMap | Promise<PlainMap>;

const SOURCES: Readonly<Record<string, Source>> = {
  gateway: gatewayGrains,
  dns: dnsGrains,
  fibreChannel: fibreChannelGrains,
  machineId: machineIdGrains,
  configured: configuredGrains,
  network: networkGrains,
  kernelParams: kernelParamsGrains,
  locale: localeGrains,
  operatingSystem: operatingSystemGrains,
  python: pythonGrains,
  program: (ctx) => programGrains(ctx, PROGRAM_FOLDER),
};

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

export default defineGrains({
  name: 'core',
  async grains(ctx) {
    const found = await Promise.all(Object.entries(SOURCES).map(([name, source]) => orNone(ctx, name, async () => source(ctx))));
    return Object.assign({}, ...found) as PlainMap;
  },
});
