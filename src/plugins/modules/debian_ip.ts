/** Interfaces of Debian by the files of ifupdown: `/etc/network/interfaces` and what belongs to it. The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { bondOptions, type BondSystem } from './debian_ip/bond.js';
import { interfaceLines, writeInterface } from './debian_ip/file.js';
import { applyNetworkSettings, buildNetworkSettings, networkSettings } from './debian_ip/global.js';
import { peerText } from './debian_ip/groups.js';
import { buildRoutes, fileLines, routesOf } from './debian_ip/routes.js';
import { adapterOf } from './debian_ip/settings.js';
import { adapterText, linesOf, sourcesText, type Adapter } from './debian_ip/stanza.js';
import { interfaceName, needOneLine, refuse, refuseOption } from './ip/refusal.js';
import { runAll } from './lookup/programs.js';

const TYPES = ['eth', 'bond', 'alias', 'clone', 'ipsec', 'dialup', 'bridge', 'slave', 'vlan', 'pppoe', 'source'];
const MADE = ['eth', 'bond', 'bridge', 'slave', 'vlan', 'pppoe', 'source'];
const PACKAGES: Readonly<Record<string, string>> = { vlan: 'vlan', bridge: 'bridge-utils', pppoe: 'ppp' };
const MODULES_FOLDER = '/etc/modprobe.d';
const PEERS_FOLDER = '/etc/ppp/peers';
/** A peer may have a password. */
const PEER_MODE = 0o600;
const UBUNTU_WITHOUT_CARRIER = 16;

const systemOf = ({ grains }: Context): BondSystem => ({
  hasNoCarrier: grains['os'] === 'Ubuntu' && Number((grains['osrelease_info'] as readonly Value[] | undefined)?.[0] ?? 0) >= UBUNTU_WITHOUT_CARRIER,
});
const isTest = (settings: Readonly<PlainMap>): boolean => isTruthy(settings['test'] ?? false);

const REQUIRED: Readonly<Record<string, readonly [setting: string, text: string]>> = {
  slave: ['master', 'master is a required setting for slave interfaces'],
  bond: ['slaves', 'slaves is a required setting for bond interfaces'],
  bridge: ['ports', 'ports is a required setting for bridge interfaces on Debian or Ubuntu based systems'],
  source: ['source', 'source is a required setting for source interfaces'],
};

/** Differs: a test run installs nothing. */
async function needPackage(type: string, ctx: Context): Promise<void> {
  const name = PACKAGES[type];
  if (name === undefined || (type === 'pppoe' && isTruthy(await ctx.call('pkg.version', [name])))) return;
  await ctx.call('pkg.install', [name]);
}

async function writePeer({ stanzas }: Adapter, ctx: Context): Promise<void> {
  const options = stanzas.inet?.options ?? new Map<string, Value>();
  if (!(await ctx.sys.exists(PEERS_FOLDER))) refuse(`${PEERS_FOLDER} cannot be written.`);
  await ctx.sys.writeFile(`${PEERS_FOLDER}/${str(options.get('provider') ?? '')}`, peerText(options), { mode: PEER_MODE });
}

interface BuildArgs {
  readonly iface: string;
  readonly iface_type: string;
  readonly enabled: Value;
  readonly settings: Readonly<PlainMap>;
}

async function buildInterface({ iface, iface_type, enabled, settings }: BuildArgs, ctx: Context): Promise<string[]> {
  const type = iface_type.toLowerCase();
  interfaceName(iface);
  if (!TYPES.includes(type)) refuseOption(iface, type, TYPES);
  // Differs: Salt fails on the types that it lists and cannot make.
  if (!MADE.includes(type)) refuseOption(iface, type, MADE);
  const [required, text] = REQUIRED[type] ?? [];
  if (required !== undefined && settings[required] === undefined) refuse(text ?? '');
  const ownFile = settings['filename'] === undefined ? undefined : str(settings['filename']);
  if (type === 'source') {
    needOneLine(iface, 'source', settings['source'] ?? '');
    const sources = [str(settings['source'] ?? '')];
    return isTest(settings) ? linesOf(sourcesText(sources)) : writeInterface(iface, { sources }, ownFile, ctx);
  }
  const adapter = adapterOf({ iface, type, enabled: isTruthy(enabled), settings }, systemOf(ctx));
  if (isTest(settings)) return linesOf(adapterText(iface, adapter));
  await needPackage(type, ctx);
  const lines = await writeInterface(iface, { adapter }, ownFile, ctx);
  if (type === 'pppoe') await writePeer(adapter, ctx);
  return lines;
}

const bondFile = (iface: string): string => `${MODULES_FOLDER}/${interfaceName(iface)}.conf`;

async function buildBond(iface: string, settings: Readonly<PlainMap>, ctx: Context): Promise<string[]> {
  const path = bondFile(iface);
  const options = bondOptions(iface, settings, systemOf(ctx));
  for (const [option, value] of options) needOneLine(iface, option, value);
  const text = `alias ${iface} bonding\noptions ${iface} ${[...options].map(([option, value]) => `${option}=${str(value)} `).join('')}`;
  if (isTest(settings)) return fileLines(text);
  if (!(await ctx.sys.exists(MODULES_FOLDER))) refuse(`${path} cannot be written. ${MODULES_FOLDER}/ does not exist`);
  await ctx.sys.writeFile(path, text);
  await ctx.call('kmod.load', ['bonding']);
  await ctx.call('pkg.install', ['ifenslave']);
  return fileLines(text);
}

/** Slaves belong to their master, and lines `source` are no interfaces. */
const isSwitched = (type: string): boolean => type !== 'slave' && type !== 'source';

/** Differs: an interface that does not come up is an error in the words of ifup; Salt takes it for one that did. */
async function up(iface: string, type: string, ctx: Context): Promise<Value> {
  if (!isSwitched(type)) return null;
  const done = await runAll(ctx, ['ifup', interfaceName(iface)]);
  const said = [done.stdout, done.stderr].filter((text) => text !== '').join('\n');
  if (done.retcode !== 0) throw new CommandExecutionError(said === '' ? `ifup ${iface} failed with exit code ${done.retcode}` : said);
  return said;
}

const iface = p.string();
const iface_type = p.string();
const settings = p.keywords();

export default defineModule({
  name: 'debian_ip',
  serves: 'ip',
  when: { os_family: ['Debian'] },
  virtual: async (ctx) => ((await ctx.sys.which('netplan')) !== undefined && await ctx.sys.exists('/etc/netplan')
    ? "The debian_ip module is not loaded: netplan is the active renderer; the netplan_ip provider handles the 'ip' virtual instead" : true),
  doc: 'Interfaces of Debian in the files of ifupdown.',
  functions: {
    build_interface: fn({
      doc: "Write the configuration of an interface and give its lines.\n\nsalt '*' ip.build_interface eth0 eth True proto=dhcp",
      params: { iface, iface_type, enabled: p.any(), settings },
      run: (args, ctx) => buildInterface(args, ctx),
    }),
    get_interface: fn({
      doc: "Give the lines of an interface's configuration.\n\nsalt '*' ip.get_interface eth0",
      params: { iface },
      run: (args, ctx) => interfaceLines(args.iface, ctx),
    }),
    build_bond: fn({
      doc: "Write the options of a bond for the kernel module and load it.\n\nsalt '*' ip.build_bond bond0 mode=balance-alb",
      params: { iface, settings },
      run: (args, ctx) => buildBond(args.iface, args.settings, ctx),
    }),
    get_bond: fn({
      doc: "Give the lines of a bond's options for the kernel module.\n\nsalt '*' ip.get_bond bond0",
      params: { iface },
      async run(args, ctx) {
        const text = await ctx.sys.readText(bondFile(args.iface));
        return text === undefined ? '' : fileLines(text);
      },
    }),
    build_routes: fn({
      doc: "Write the scripts that set the routes of an interface and give their lines.\n\nsalt '*' ip.build_routes eth0 routes='[{name: office, ipaddr: 10.2.0.0, netmask: 255.255.0.0, gateway: 10.1.0.1}]'",
      params: { iface, settings },
      run: (args, ctx) => buildRoutes(interfaceName(args.iface), args.settings, ctx),
    }),
    get_routes: fn({
      doc: "Give the lines of the scripts that set the routes of an interface.\n\nsalt '*' ip.get_routes eth0",
      params: { iface },
      run: (args, ctx) => routesOf(interfaceName(args.iface), ctx),
    }),
    up: fn({
      doc: "Bring an interface up.\n\nsalt '*' ip.up eth0 eth",
      params: { iface, iface_type },
      run: (args, ctx) => up(args.iface, args.iface_type, ctx),
    }),
    down: fn({
      doc: "Take an interface down.\n\nsalt '*' ip.down eth0 eth",
      params: { iface, iface_type },
      run: (args, ctx) => (isSwitched(args.iface_type) ? ctx.call('cmd.run', [['ifdown', interfaceName(args.iface)]], { python_shell: false }) : null),
    }),
    get_network_settings: fn({
      doc: "Give the settings of the whole system.\n\nsalt '*' ip.get_network_settings",
      run: (_, ctx) => networkSettings(ctx),
    }),
    build_network_settings: fn({
      doc: "Write the settings of the whole system and give them.\n\nsalt '*' ip.build_network_settings enabled=yes hostname=web1.example.org",
      params: { settings },
      run: (args, ctx) => buildNetworkSettings(args.settings, ctx),
    }),
    apply_network_settings: fn({
      doc: "Start the network anew, so that its settings are in force.\n\nsalt '*' ip.apply_network_settings",
      params: { settings },
      run: (args, ctx) => applyNetworkSettings(args.settings, ctx),
    }),
  },
});
