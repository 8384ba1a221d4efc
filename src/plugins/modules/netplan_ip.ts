/** Interfaces by netplan: a file for each below `/etc/netplan`. Source: read and observed, Salt 3008.3 (`recorded/netplan_ip`). */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { loadYaml, YamlError } from '../../kernel/yaml/load.js';
import { interfaceName } from './ip/refusal.js';
import { destinationOf, firstOf, isOn, listOf, membersOf, mustRun, needLines, refuseUnsupported, setting, vlanOf, withPrefix, type Settings } from './ip/words.js';

const FOLDER = '/etc/netplan';
const FILE_MODE = 0o600;
const SECTIONS: Readonly<Record<string, string>> = { eth: 'ethernets', bond: 'bonds', slave: 'ethernets', vlan: 'vlans', bridge: 'bridges' };
const UNSUPPORTED = ['up_cmds', 'down_cmds', 'pre_up_cmds', 'post_up_cmds', 'pre_down_cmds', 'post_down_cmds', 'ethtool'];
const BOND: Readonly<Record<string, string>> = {
  mode: 'mode', miimon: 'mii-monitor-interval', lacp_rate: 'lacp-rate', xmit_hash_policy: 'transmit-hash-policy', downdelay: 'down-delay', updelay: 'up-delay',
  arp_interval: 'arp-interval', primary: 'primary',
};
const BRIDGE: Readonly<Record<string, string>> = { fd: 'forward-delay', forward_delay: 'forward-delay', ageing: 'ageing-time', maxage: 'max-age', hello: 'hello-time', priority: 'priority' };

const fileOf = (iface: string): string => `${FOLDER}/90-salt-${interfaceName(iface)}.yaml`;
/**
 * Routes of the state `network.routes`. netplan joins the lists of all files.
 * Differs: Salt shows the routes and writes them nowhere, so that each run finds them missing.
 */
const routesFileOf = (iface: string): string => `${FOLDER}/91-salt-routes-${interfaceName(iface)}.yaml`;
const isActive = async (ctx: Context): Promise<boolean> => await ctx.sys.which('netplan') !== undefined && ctx.sys.exists(FOLDER);
const inMap = (value: Value | undefined, name: string): Value | undefined => (isMap(value) ? mapGet(value, name) : undefined);

/** The renderer that a file names, else networkd. */
async function renderer(ctx: Context): Promise<Value> {
  try {
    for (const name of sortedTexts(await ctx.sys.fs.readdir(FOLDER)).filter((one) => /\.ya?ml$/.test(one))) {
      const found = inMap(inMap(loadYaml(await ctx.sys.readText(`${FOLDER}/${name}`) ?? ''), 'network'), 'renderer');
      if (isTruthy(found)) return found ?? null;
    }
  } catch (error) {
    if (!(error instanceof YamlError) && !isOsError(error)) throw error;
    ctx.log.warn({ err: error }, 'files of netplan cannot be read');
  }
  return 'networkd';
}

const renamed = (settings: Settings, names: Readonly<Record<string, string>>): PlainMap =>
  Object.fromEntries(Object.entries(names).flatMap(([from, to]) => (setting(settings, from) === null ? [] : [[to, setting(settings, from)]])));

function addresses(settings: Settings): Value[] {
  const mask = setting(settings, 'netmask');
  const own = isTruthy(setting(settings, 'ipaddr')) && isTruthy(mask) ? [withPrefix(setting(settings, 'ipaddr'), mask)] : [];
  const six = isTruthy(setting(settings, 'ipv6ipaddr')) && isTruthy(setting(settings, 'ipv6netmask')) ? [withPrefix(setting(settings, 'ipv6ipaddr'), setting(settings, 'ipv6netmask'))] : [];
  return [...own, ...listOf(firstOf(settings, 'ipaddrs', 'addresses')).map((one) => withPrefix(one, mask)), ...six, ...listOf(setting(settings, 'ipv6addrs'))];
}

function typeKeys(iface: string, type: string, settings: Settings): PlainMap {
  if (type === 'vlan') {
    const { id, parent } = vlanOf(iface, settings);
    return { ...(id === null ? {} : { id: /^\d+$/.test(str(id)) ? Number(str(id)) : id }), ...(isTruthy(parent) ? { link: parent } : {}) };
  }
  const members = membersOf(type, settings);
  const stp = setting(settings, 'stp');
  const parameters = type === 'bond' ? renamed(settings, BOND) : type === 'bridge' ? { ...(stp === null ? {} : { stp: isOn(stp) }), ...renamed(settings, BRIDGE) } : {};
  return { ...(members.length > 0 ? { interfaces: members } : {}), ...(Object.keys(parameters).length > 0 ? { parameters } : {}) };
}

function sectionOf(iface: string, type: string, settings: Settings): PlainMap {
  const proto = settings['proto'] === undefined ? 'static' : str(settings['proto']).toLowerCase();
  const found = addresses(settings);
  const routes = ['gateway', 'ipv6gateway'].map((name) => setting(settings, name)).filter((via) => isTruthy(via)).map((via) => ({ to: 'default', via: str(via) }));
  const servers = listOf(firstOf(settings, 'dns', 'nameservers'));
  return {
    dhcp4: proto === 'dhcp' || proto === 'dhcp4', ...(['dhcp', 'dhcp6'].includes(str(settings['ipv6proto'] ?? '').toLowerCase()) ? { dhcp6: true } : {}),
    ...(found.length > 0 ? { addresses: found } : {}), ...(routes.length > 0 ? { routes } : {}), ...(servers.length > 0 ? { nameservers: { addresses: servers } } : {}),
    ...(isTruthy(settings['mtu'] ?? null) ? { mtu: Number(str(settings['mtu'] ?? '')) } : {}), ...typeKeys(iface, type, settings),
  };
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
const dumped = (value: ValueMap): string[] => linesOf(dumpYaml(value, { flowStyle: false }));

async function documentOf(iface: string, type: string, settings: Settings, ctx: Context): Promise<string[]> {
  refuseUnsupported(settings, UNSUPPORTED, (names) => `netplan does not support these network.managed options: ${names}. Manage them outside network.managed on netplan systems.`);
  const section = SECTIONS[type] ?? '';
  const { parent } = vlanOf(iface, settings);
  const members = (type === 'vlan' ? (isTruthy(parent) ? [str(parent)] : []) : membersOf(type, settings)).filter((member) => member !== iface);
  const ethernets = Object.fromEntries(members.map((member): [string, PlainMap] => [member, {}]));
  const made: PlainMap = { version: 2, renderer: await renderer(ctx), [section]: { [iface]: sectionOf(iface, type, settings) } };
  if (members.length > 0 && made['ethernets'] === undefined) made['ethernets'] = ethernets;
  return dumped({ network: made });
}

async function buildInterface(iface: string, ifaceType: string, settings: Settings, ctx: Context): Promise<string[]> {
  const type = ifaceType.toLowerCase();
  const path = fileOf(iface);
  if (!Object.hasOwn(SECTIONS, type)) throw new CommandExecutionError(`netplan_ip supports interface types ${sortedTexts(Object.keys(SECTIONS)).join(', ')}; got '${type}'`);
  needLines(iface, settings);
  const lines = await documentOf(iface, type, settings, ctx);
  if (!isTruthy(settings['test'] ?? false)) await ctx.sys.writeFile(path, lines.join(''), { mode: FILE_MODE });
  return lines;
}

const textLines = async (path: string, ctx: Context): Promise<string[]> => linesOf(await ctx.sys.readText(path) ?? '');

/** Section and routes of an interface in a file. */
async function declaredIn(path: string, iface: string, ctx: Context): Promise<{ section: string; routes: Value } | undefined> {
  const text = await ctx.sys.readText(path);
  const network = text === undefined ? undefined : inMap(loadYaml(text), 'network');
  if (!isMap(network)) return undefined;
  for (const [section, interfaces] of mapEntries(network)) {
    const found = inMap(interfaces, iface);
    if (found !== undefined) return { section: str(section), routes: inMap(found, 'routes') ?? null };
  }
  return undefined;
}

async function routesOf(iface: string, ctx: Context): Promise<string[]> {
  const declared = await declaredIn(routesFileOf(iface), iface, ctx) ?? await declaredIn(fileOf(iface), iface, ctx);
  return isTruthy(declared?.routes) ? dumped({ routes: declared?.routes ?? null }) : [];
}

async function buildRoutes(iface: string, settings: Settings, ctx: Context): Promise<string[]> {
  const given = settings['routes'] ?? [];
  needLines(iface, { routes: isList(given) ? given.flatMap((route) => (isMap(route) ? mapEntries(route).map(([, value]) => str(value)) : [])) : [] });
  const routes = (isList(given) ? given : []).filter((route): route is PlainMap => isMap(route)).map((route): PlainMap => {
    const via = setting(route, 'gateway');
    return { to: destinationOf(route, ['default', '0.0.0.0']) ?? 'default', ...(isTruthy(via) ? { via } : {}) };
  });
  if (!isTruthy(settings['test'] ?? false)) {
    const section = (await declaredIn(fileOf(iface), iface, ctx))?.section ?? 'ethernets';
    const lines = dumped({ network: { version: 2, [section]: { [iface]: { routes } } } });
    if (routes.length > 0) await ctx.sys.writeFile(routesFileOf(iface), lines.join(''), { mode: FILE_MODE });
    else await ctx.sys.fs.rm(routesFileOf(iface), { force: true });
  }
  return routes.length > 0 ? dumped({ routes }) : [];
}

async function apply(settings: Settings, ctx: Context): Promise<boolean> {
  if (isTruthy(settings['test'] ?? false)) return true;
  for (const step of ['generate', 'apply']) await mustRun(['netplan', step], ctx);
  return true;
}

const iface = p.string();
const iface_type = p.any(null);
const settings = p.keywords();

export default defineModule({
  name: 'netplan_ip',
  serves: 'ip',
  when: { os_family: ['Debian'] },
  virtual: async (ctx) => (await isActive(ctx) ? true : 'netplan_ip: netplan is not the active renderer on this system'),
  doc: 'Interfaces of the family of Debian where netplan configures them.',
  functions: {
    netplan_active: fn({ doc: "Say whether netplan configures the interfaces.\n\nsalt '*' ip.netplan_active", run: (_, ctx) => isActive(ctx) }),
    build_interface: fn({
      doc: "Write the configuration of an interface and give its lines.\n\nsalt '*' ip.build_interface eth0 eth True ipaddr=10.0.0.5 netmask=255.255.255.0",
      params: { iface, iface_type: p.string(), enabled: p.any(), settings },
      run: (args, ctx) => buildInterface(args.iface, args.iface_type, args.settings, ctx),
    }),
    get_interface: fn({
      doc: "Give the lines of an interface's configuration.\n\nsalt '*' ip.get_interface eth0",
      params: { iface },
      run: (args, ctx) => textLines(fileOf(args.iface), ctx),
    }),
    build_routes: fn({
      doc: "Write the routes of an interface and give their lines.\n\nsalt '*' ip.build_routes eth0 routes='[{ipaddr: 10.1.0.0, netmask: 255.255.0.0, gateway: 10.0.0.1}]'",
      params: { iface, settings },
      run: (args, ctx) => buildRoutes(args.iface, args.settings, ctx),
    }),
    get_routes: fn({ doc: "Give the routes of an interface.\n\nsalt '*' ip.get_routes eth0", params: { iface }, run: (args, ctx) => routesOf(args.iface, ctx) }),
    get_network_settings: fn({ doc: "Give nothing: netplan has no settings beside those of interfaces.\n\nsalt '*' ip.get_network_settings", run: () => [] }),
    build_network_settings: fn({ doc: "Write nothing: netplan has no settings beside those of interfaces.\n\nsalt '*' ip.build_network_settings", params: { settings }, run: () => [] }),
    apply_network_settings: fn({
      doc: "Put the configuration in force with netplan.\n\nsalt '*' ip.apply_network_settings",
      params: { settings },
      run: (args, ctx) => apply(args.settings, ctx),
    }),
    down: fn({
      doc: "Take an interface down.\n\nsalt '*' ip.down eth0",
      params: { iface, iface_type },
      run: (args, ctx) => ctx.call('cmd.run', [['ip', 'link', 'set', 'dev', interfaceName(args.iface), 'down']], { python_shell: false }),
    }),
    up: fn({ doc: "Put the configuration in force, which brings its interfaces up.\n\nsalt '*' ip.up eth0", params: { iface, iface_type }, run: (_, ctx) => apply({}, ctx) }),
  },
});
