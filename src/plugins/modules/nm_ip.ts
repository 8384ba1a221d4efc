/** Interfaces by keyfiles of NetworkManager. Source: read and observed, Salt 3008.3 (`recorded/nm_ip`). The craft is in the folder beside it. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { sortedTexts } from '../../kernel/std/python-order.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapValues, type Value } from '../../kernel/std/value.js';
import { interfaceName } from './ip/refusal.js';
import { membersOf, mustRun, needLines, type Settings } from './ip/words.js';
import { linesOf, sectionsOf, SEPARATORS, TYPES } from './nm_ip/keyfile.js';
import { routeLines, routesIn, routesOfLines, withRoutes } from './nm_ip/routes.js';

/** A keyfile may hold secrets; NetworkManager reads none that others could. */
const FILE_MODE = 0o600;
const fileOf = (iface: string): string => `/etc/NetworkManager/system-connections/${interfaceName(iface)}.nmconnection`;
const isTest = (settings: Settings): boolean => isTruthy(settings['test'] ?? false);

async function manages(ctx: Context): Promise<boolean> {
  if (await ctx.sys.which('nmcli') === undefined || !(await ctx.sys.exists('/run/NetworkManager'))) return false;
  return await ctx.sys.which('ifup') === undefined && await ctx.sys.which('ifdown') === undefined;
}

const linesThere = async (iface: string, ctx: Context): Promise<string[]> => (await ctx.sys.readText(fileOf(iface)) ?? '').match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** Differs: routes that are there stay; Salt writes the file without them, and so undoes the state `network.routes`. */
async function buildInterface(iface: string, ifaceType: string, enabled: boolean, settings: Settings, ctx: Context): Promise<string[]> {
  const type = ifaceType.toLowerCase();
  if (!Object.hasOwn(TYPES, type)) throw new CommandExecutionError(`nm_ip supports interface types ${sortedTexts(Object.keys(TYPES)).join(', ')}; got '${ifaceType}'`);
  needLines(iface, settings);
  const before = await linesThere(iface, ctx);
  const lines = withRoutes(linesOf(sectionsOf(iface, type, enabled, settings)), routesOfLines(before));
  if (isTest(settings)) return lines;
  await ctx.sys.writeFile(fileOf(iface), lines.join(''), { mode: FILE_MODE });
  const kind = type === 'bond' ? 'bond' : 'bridge';
  for (const member of membersOf(type, settings, SEPARATORS).filter((one) => one !== iface)) {
    await ctx.sys.writeFile(fileOf(member), linesOf(sectionsOf(member, 'slave', enabled, {}, { name: iface, kind })).join(''), { mode: FILE_MODE });
  }
  return lines;
}

async function buildRoutes(iface: string, settings: Settings, ctx: Context): Promise<string[]> {
  const given = settings['routes'] ?? [];
  needLines(iface, { routes: isList(given) ? given.flatMap((route) => (isMap(route) ? mapValues(route).map(str) : [])) : [] });
  const routes = routesIn(given);
  const lines = routeLines(routes);
  const before = await linesThere(iface, ctx);
  if (!isTest(settings) && lines.length > 0 && before.length > 0) await ctx.sys.writeFile(fileOf(iface), withRoutes(before, routes).join(''), { mode: FILE_MODE });
  return lines;
}

async function reload(settings: Settings, ctx: Context): Promise<boolean> {
  if (!isTest(settings)) await mustRun(['nmcli', 'connection', 'reload'], ctx);
  return true;
}

/** A part of a bond or a bridge follows its master. */
const isPart = (type: Value): boolean => ['slave', 'teamport'].includes(str(type ?? '').toLowerCase());

/** Differs: a connection that does not come up is an error in the words of nmcli; Salt takes it for one that did. */
async function up(iface: string, type: Value, ctx: Context): Promise<Value> {
  if (isPart(type)) return null;
  await reload({}, ctx);
  return mustRun(['nmcli', 'connection', 'up', interfaceName(iface)], ctx);
}

async function down(iface: string, type: Value, ctx: Context): Promise<Value> {
  if (isPart(type)) return null;
  return ctx.call('cmd.run', [['nmcli', 'connection', 'down', interfaceName(iface)]], { python_shell: false });
}

const iface = p.string();
const iface_type = p.any(null);
const settings = p.keywords();

export default defineModule({
  name: 'nm_ip',
  serves: 'ip',
  when: { os_family: ['RedHat'] },
  virtual: async (ctx) => (await manages(ctx) ? true
    : 'nm_ip: NetworkManager is not managing this system, or the legacy ifup/ifdown tooling is present (rh_ip handles it)'),
  doc: 'Interfaces of the family of Red Hat where NetworkManager configures them.',
  functions: {
    nm_managed: fn({ doc: "Say whether NetworkManager alone configures the interfaces.\n\nsalt '*' ip.nm_managed", run: (_, ctx) => manages(ctx) }),
    build_interface: fn({
      doc: "Write the connection of an interface and give its lines.\n\nsalt '*' ip.build_interface eth0 eth True ipaddr=10.0.0.5 netmask=255.255.255.0 gateway=10.0.0.1",
      params: { iface, iface_type: p.string(), enabled: p.any(), settings },
      run: (args, ctx) => buildInterface(args.iface, args.iface_type, isTruthy(args.enabled), args.settings, ctx),
    }),
    get_interface: fn({ doc: "Give the lines of an interface's connection.\n\nsalt '*' ip.get_interface eth0", params: { iface }, run: (args, ctx) => linesThere(args.iface, ctx) }),
    build_routes: fn({
      doc: "Write routes into the connection of an interface and give their lines.\n\nsalt '*' ip.build_routes eth0 routes='[{ipaddr: 10.1.0.0, netmask: 255.255.0.0, gateway: 10.0.0.1}]'",
      params: { iface, settings },
      run: (args, ctx) => buildRoutes(args.iface, args.settings, ctx),
    }),
    get_routes: fn({
      doc: "Give the routes in the connection of an interface.\n\nsalt '*' ip.get_routes eth0",
      params: { iface },
      run: async (args, ctx) => routeLines(routesOfLines(await linesThere(args.iface, ctx))),
    }),
    get_network_settings: fn({ doc: "Give nothing: NetworkManager has no settings beside those of connections.\n\nsalt '*' ip.get_network_settings", run: () => [] }),
    build_network_settings: fn({ doc: "Write nothing: NetworkManager has no settings beside those of connections.\n\nsalt '*' ip.build_network_settings", params: { settings }, run: () => [] }),
    apply_network_settings: fn({
      doc: "Let NetworkManager read its connections anew.\n\nsalt '*' ip.apply_network_settings",
      params: { settings },
      run: (args, ctx) => reload(args.settings, ctx),
    }),
    down: fn({ doc: "Take the connection of an interface down.\n\nsalt '*' ip.down eth0", params: { iface, iface_type }, run: (args, ctx) => down(args.iface, args.iface_type, ctx) }),
    up: fn({ doc: "Bring the connection of an interface up.\n\nsalt '*' ip.up eth0", params: { iface, iface_type }, run: (args, ctx) => up(args.iface, args.iface_type, ctx) }),
  },
});
