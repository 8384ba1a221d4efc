/** The firewall of firewalld, by firewall-cmd. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, mapValues, type Value } from '../../kernel/std/value.js';
import { ask, firewallCmd, linesOf, parseForward, parseZones, wordsOf } from './firewalld/program.js';

const zone = p.string();
const anyZone = p.string(null, 'the default zone when there is none');
const permanent = p.any(true, 'in the permanent configuration; False: as it runs');
const restart = p.any(true, 'load the rules anew');
const doc = (text: string, example: string): string => `${text}\n\nsalt '*' firewalld.${example}`;

/** A word list of a zone. */
const listed = (option: string, text: string, name: string, read: (output: string) => Value = wordsOf): Fn =>
  fn({ doc: doc(text, `${name} zone`), params: { zone, permanent }, run: async (args, ctx) => read(await ask(option, args, ctx)) });

/** A word list of all. */
const listedOfAll = (option: string, text: string, name: string): Fn =>
  fn({ doc: doc(text, name), params: { permanent }, run: async (args, ctx) => wordsOf(await ask(option, { permanent: args.permanent }, ctx)) });

/** Something new, or gone, in the permanent configuration only: firewalld takes these no other way. */
async function manage(action: 'new' | 'delete', kind: 'zone' | 'service', name: string, load: Value, ctx: Context): Promise<string> {
  const said = await firewallCmd([`--${action}-${kind}=${name}`, '--permanent'], ctx);
  return isTruthy(load) && said === 'success' ? firewallCmd(['--reload'], ctx) : said;
}
const managedZone = (action: 'new' | 'delete', text: string): Fn =>
  fn({ doc: doc(text, `${action}_zone my_zone`), params: { zone, restart }, run: (args, ctx) => manage(action, 'zone', args.zone, args.restart, ctx) });
const managedService = (action: 'new' | 'delete', text: string): Fn =>
  fn({ doc: doc(text, `${action}_service my_service`), params: { name: p.string(), restart }, run: (args, ctx) => manage(action, 'service', args.name, args.restart, ctx) });

const ofAnyZone = (option: string, text: string, name: string): Fn =>
  fn({ doc: doc(text, name), params: { zone: anyZone, permanent }, run: (args, ctx) => ask(option, args, ctx) });

async function masquerades(of: string | null, where: Value, ctx: Context): Promise<boolean> {
  const zones = parseZones(await ask('--list-all', { zone: of, permanent: where }, ctx));
  return !mapValues(zones).some((one) => isPlainMap(one) && Array.isArray(one['masquerade']) && one['masquerade'][0] === 'no');
}

async function withMasquerade(of: string, forced: Value, ctx: Context): Promise<void> {
  if (isTruthy(forced) && !(await masquerades(of, true, ctx))) await ask('--add-masquerade', { zone: of, permanent: true }, ctx);
}

interface Forward {
  readonly src: Value;
  readonly dest: Value;
  readonly proto: string;
  readonly dstaddr: string;
}
const forwardWord = ({ src, dest, proto, dstaddr }: Forward): string => `port=${str(src)}:proto=${proto}:toport=${str(dest)}:toaddr=${dstaddr}`;
const FORWARD = { zone, src: p.any(), dest: p.any(), proto: p.string('tcp'), dstaddr: p.string(''), permanent };

async function serviceThere(service: string, ctx: Context): Promise<void> {
  if (!wordsOf(await ask('--get-services', { permanent: true }, ctx)).includes(service)) throw new CommandExecutionError('The service does not exist.');
}
const ofService = (service: string, option: string, ctx: Context): Promise<string> => firewallCmd(['--permanent', `--service=${service}`, option], ctx);

/** `blocked`: the type is to be blocked. Nothing is done when it is so already. */
async function setIcmp(of: string, icmp: string, where: Value, blocked: boolean, ctx: Context): Promise<Value> {
  if (!wordsOf(await ask('--get-icmptypes', { permanent: where }, ctx)).includes(icmp)) {
    ctx.log.error({ icmp }, 'not a type of ICMP');
    return false;
  }
  const isBlocked = wordsOf(await ask('--list-icmp-blocks', { zone: of, permanent: where }, ctx)).includes(icmp);
  return isBlocked === blocked ? 'success' : ask(`--${blocked ? 'add' : 'remove'}-icmp-block=${icmp}`, { zone: of, permanent: where }, ctx);
}

const port = p.string();
const service = p.string();
const icmp = p.string();
const rule = p.string();
const force_masquerade = p.any(false, 'masquerade in the zone too');

export default defineModule({
  name: 'firewalld',
  virtual: async (ctx) => ((await ctx.sys.which('firewall-cmd')) === undefined ? 'The firewalld execution module cannot be loaded: the firewall-cmd binary is not in the path.' : true),
  doc: 'The firewall of firewalld: zones, services, ports, rules.',
  functions: {
    version: fn({ doc: doc('Give the version of firewalld.', 'version'), run: (_, ctx) => firewallCmd(['--version'], ctx) }),
    reload_rules: fn({ doc: doc('Load the permanent configuration; connections stay.', 'reload_rules'), run: (_, ctx) => firewallCmd(['--reload'], ctx) }),
    default_zone: fn({ doc: doc('Give the default zone.', 'default_zone'), run: (_, ctx) => firewallCmd(['--get-default-zone'], ctx) }),
    list_zones: fn({ doc: doc('Give what holds in all zones.', 'list_zones'), params: { permanent }, run: async (args, ctx) => parseZones(await ask('--list-all-zones', args, ctx)) }),
    get_zones: listedOfAll('--get-zones', 'List zones.', 'get_zones'),
    get_services: listedOfAll('--get-services', 'List services that have a name.', 'get_services'),
    get_icmp_types: listedOfAll('--get-icmptypes', 'List types of ICMP.', 'get_icmp_types'),
    new_zone: managedZone('new', 'Add a zone.'),
    delete_zone: managedZone('delete', 'Delete a zone.'),
    set_default_zone: fn({ doc: doc('Set the default zone.', 'set_default_zone damian'), params: { zone }, run: (args, ctx) => firewallCmd([`--set-default-zone=${args.zone}`], ctx) }),
    new_service: managedService('new', 'Add a service.'),
    delete_service: managedService('delete', 'Delete a service.'),
    list_all: fn({ doc: doc('Give what holds in a zone.', 'list_all my_zone'), params: { zone: anyZone, permanent }, run: async (args, ctx) => parseZones(await ask('--list-all', args, ctx)) }),
    list_services: fn({ doc: doc('List services of a zone.', 'list_services my_zone'), params: { zone: anyZone, permanent }, run: async (args, ctx) => wordsOf(await ask('--list-services', args, ctx)) }),
    add_service: fn({ doc: doc('Let a service into a zone.', 'add_service ssh my_zone'), params: { service, zone: anyZone, permanent }, run: (args, ctx) => ask(`--add-service=${args.service}`, args, ctx) }),
    remove_service: fn({ doc: doc('Take a service out of a zone.', 'remove_service ssh dmz'), params: { service, zone: anyZone, permanent }, run: (args, ctx) => ask(`--remove-service=${args.service}`, args, ctx) }),
    add_service_port: fn({
      doc: doc('Add a port to a service.', 'add_service_port http 80/tcp'), params: { service, port },
      async run(args, ctx) {
        await serviceThere(args.service, ctx);
        return ofService(args.service, `--add-port=${args.port}`, ctx);
      },
    }),
    remove_service_port: fn({
      doc: doc('Remove a port from a service.', 'remove_service_port http 80/tcp'), params: { service, port },
      async run(args, ctx) {
        await serviceThere(args.service, ctx);
        return ofService(args.service, `--remove-port=${args.port}`, ctx);
      },
    }),
    get_service_ports: fn({ doc: doc('List ports of a service.', 'get_service_ports http'), params: { service }, run: async (args, ctx) => wordsOf(await ofService(args.service, '--get-ports', ctx)) }),
    add_service_protocol: fn({
      doc: doc('Add a protocol to a service.', 'add_service_protocol gre gre'), params: { service, protocol: p.string() },
      run: (args, ctx) => ofService(args.service, `--add-protocol=${args.protocol}`, ctx),
    }),
    remove_service_protocol: fn({
      doc: doc('Remove a protocol from a service.', 'remove_service_protocol gre gre'), params: { service, protocol: p.string() },
      run: (args, ctx) => ofService(args.service, `--remove-protocol=${args.protocol}`, ctx),
    }),
    get_service_protocols: fn({ doc: doc('List protocols of a service.', 'get_service_protocols gre'), params: { service }, run: async (args, ctx) => wordsOf(await ofService(args.service, '--get-protocols', ctx)) }),
    get_masquerade: fn({ doc: doc('Say whether a zone masquerades.', 'get_masquerade zone'), params: { zone: anyZone, permanent }, run: (args, ctx) => masquerades(args.zone, args.permanent, ctx) }),
    add_masquerade: ofAnyZone('--add-masquerade', 'Let a zone masquerade.', 'add_masquerade dmz'),
    remove_masquerade: ofAnyZone('--remove-masquerade', 'Let a zone masquerade no more.', 'remove_masquerade dmz'),
    add_port: fn({
      doc: doc('Open a port in a zone.', 'add_port internal 443/tcp'), params: { zone, port, permanent, force_masquerade },
      async run(args, ctx) {
        await withMasquerade(args.zone, args.force_masquerade, ctx);
        return ask(`--add-port=${args.port}`, args, ctx);
      },
    }),
    remove_port: fn({ doc: doc('Close a port in a zone.', 'remove_port internal 443/tcp'), params: { zone, port, permanent }, run: (args, ctx) => ask(`--remove-port=${args.port}`, args, ctx) }),
    list_ports: listed('--list-ports', 'List open ports of a zone.', 'list_ports'),
    add_port_fwd: fn({
      doc: doc('Forward a port.', 'add_port_fwd public 80 443 tcp'), params: { ...FORWARD, force_masquerade },
      async run(args, ctx) {
        await withMasquerade(args.zone, args.force_masquerade, ctx);
        return ask(`--add-forward-port=${forwardWord(args)}`, args, ctx);
      },
    }),
    remove_port_fwd: fn({ doc: doc('Forward a port no more.', 'remove_port_fwd public 80 443 tcp'), params: FORWARD, run: (args, ctx) => ask(`--remove-forward-port=${forwardWord(args)}`, args, ctx) }),
    list_port_fwd: listed('--list-forward-ports', 'List forwarded ports of a zone.', 'list_port_fwd', (text) => linesOf(text).map(parseForward)),
    block_icmp: fn({ doc: doc('Block a type of ICMP.', 'block_icmp zone echo-reply'), params: { zone, icmp, permanent }, run: (args, ctx) => setIcmp(args.zone, args.icmp, args.permanent, true, ctx) }),
    allow_icmp: fn({ doc: doc('Block a type of ICMP no more.', 'allow_icmp zone echo-reply'), params: { zone, icmp, permanent }, run: (args, ctx) => setIcmp(args.zone, args.icmp, args.permanent, false, ctx) }),
    list_icmp_block: listed('--list-icmp-blocks', 'List blocked types of ICMP.', 'list_icmp_block'),
    make_permanent: fn({ doc: doc('Make what runs the permanent configuration.', 'make_permanent'), run: (_, ctx) => firewallCmd(['--runtime-to-permanent'], ctx) }),
    get_interfaces: listed('--list-interfaces', 'List interfaces of a zone.', 'get_interfaces'),
    add_interface: fn({ doc: doc('Put an interface into a zone.', 'add_interface zone eth0'), params: { zone, interface: p.string(), permanent }, run: (args, ctx) => ask(`--add-interface=${args.interface}`, args, ctx) }),
    remove_interface: fn({ doc: doc('Take an interface out of a zone.', 'remove_interface zone eth0'), params: { zone, interface: p.string(), permanent }, run: (args, ctx) => ask(`--remove-interface=${args.interface}`, args, ctx) }),
    get_sources: listed('--list-sources', 'List sources of a zone.', 'get_sources'),
    add_source: fn({ doc: doc('Put a source into a zone.', 'add_source zone 192.168.1.0/24'), params: { zone, source: p.string(), permanent }, run: (args, ctx) => ask(`--add-source=${args.source}`, args, ctx) }),
    remove_source: fn({ doc: doc('Take a source out of a zone.', 'remove_source zone 192.168.1.0/24'), params: { zone, source: p.string(), permanent }, run: (args, ctx) => ask(`--remove-source=${args.source}`, args, ctx) }),
    get_rich_rules: listed('--list-rich-rules', 'List rich rules of a zone.', 'get_rich_rules', (text) => linesOf(text)),
    add_rich_rule: fn({ doc: doc('Add a rich rule to a zone.', "add_rich_rule zone 'rule'"), params: { zone, rule, permanent }, run: (args, ctx) => ask(`--add-rich-rule=${args.rule}`, args, ctx) }),
    remove_rich_rule: fn({ doc: doc('Remove a rich rule from a zone.', "remove_rich_rule zone 'rule'"), params: { zone, rule, permanent }, run: (args, ctx) => ask(`--remove-rich-rule=${args.rule}`, args, ctx) }),
  },
});
