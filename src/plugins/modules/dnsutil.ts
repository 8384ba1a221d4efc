/** Tables of hosts, files of zones, questions to servers of names. Source: read and observed, Salt 3008.3. */
import { lookup } from 'node:dns/promises';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { isTruthy, mapFrom, type Value, type ValueMap } from '../../kernel/std/value.js';
import { parseZone } from './dnsutil/zone.js';
import { fields } from './lookup/programs.js';

const NEEDS_DIG = 'This function requires dig, which is not currently available';

function hostTable(text: string): Map<string, string[]> {
  const table = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address, ...names] = fields(line);
    // Differs: a line of blanks, or a comment behind blanks, is no host; Salt breaks on the first and takes the second for one.
    if (address === undefined || address.startsWith('#')) continue;
    const known = table.get(address) ?? [];
    known.push(...names);
    table.set(address, known);
  }
  return table;
}

/** A file that cannot be read is told; undefined when there is none. */
const textOf = (path: string, ctx: Context): Promise<string | undefined> => ctx.sys.readText(path);

async function parseHosts(path: string, given: Value, ctx: Context): Promise<Value> {
  const text = isTruthy(given) ? str(given) : await textOf(path, ctx);
  return text === undefined ? 'Error: hosts data was not found' : mapFrom(hostTable(text));
}

function names(entries: string | null): string[] {
  const list = (entries ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  const wrong = list.find((name) => /[\s#]/.test(name));
  if (list.length === 0 || wrong !== undefined) throw new InvocationError(`${repr(entries)} is no list of host names`);
  return list;
}

/** Differs: every name that is there already is left out; Salt skips the one behind such a name. */
async function append(path: string, address: string | null, entries: string | null, ctx: Context): Promise<string> {
  if (address === null || !/^[\da-fA-F.:%\w]+$/.test(address)) throw new InvocationError(`${repr(address)} is no address`);
  const text = await textOf(path, ctx);
  if (text === undefined) throw new CommandExecutionError(`[Errno 2] No such file or directory: ${repr(path)}`);
  const missing = names(entries).filter((name) => !(hostTable(text).get(address) ?? []).includes(name));
  if (missing.length === 0) return `No additional hosts were added to ${path}`;
  const line = `\n${address} ${missing.join(' ')}`;
  await ctx.sys.writeFile(path, `${text}${line}`);
  return `The following line was added to ${path}:${line}`;
}

async function remove(path: string, entries: string | null, ctx: Context): Promise<null> {
  const text = await textOf(path, ctx);
  if (text === undefined) throw new CommandExecutionError(`[Errno 2] No such file or directory: ${repr(path)}`);
  const gone = names(entries);
  const lines = text.replace(/\n$/, '').split('\n').flatMap((line) => {
    const [address = '', ...hosts] = fields(line);
    if (address === '' || address.startsWith('#')) return [line];
    const kept = hosts.filter((host) => !gone.includes(host));
    return kept.length === 0 ? [] : [[address, ...kept].join(' ')];
  });
  await ctx.sys.writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return null;
}

async function zoneOf(path: string | null, given: string | null, ctx: Context): Promise<Value> {
  const text = path === null || path === '' ? given : await textOf(path, ctx) ?? given;
  return text === null || text === '' ? 'Error: Zone data was not found' : parseZone(text);
}

const hasDig = async (ctx: Context): Promise<boolean> => await ctx.sys.which('dig') !== undefined;
const dig = async (fun: string, args: readonly Value[], ctx: Context): Promise<Value> => (await hasDig(ctx) ? ctx.call(`dig.${fun}`, args) : NEEDS_DIG);

async function addresses(fun: 'A' | 'AAAA', host: string, server: string | null, ctx: Context): Promise<Value> {
  if (server !== null || await hasDig(ctx)) return dig(fun, [host, server], ctx);
  const found = await lookup(host, { all: true, family: fun === 'A' ? 4 : 6 }).catch((error: unknown) => {
    ctx.log.info({ err: error, host }, 'host name does not resolve');
    return undefined;
  });
  return found === undefined ? `Unable to resolve ${host}` : found.map(({ address }) => address);
}

const two = (number: number): string => String(number).padStart(2, '0');

/** `YYYYMMDDnn`, kept in a grain. Differs: a serial that is kept as a number counts too. */
async function serial(zone: string, update: Value, ctx: Context): Promise<Value> {
  const key = zone === '' ? 'dnsserial' : `dnsserial_${zone}`;
  const stored = await ctx.call('grains.get', [key]);
  const now = new Date(ctx.sys.now());
  const today = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}01`;
  if (!isTruthy(update)) return isTruthy(stored) ? stored : today;
  const current = isTruthy(stored) && str(stored) >= today ? String(BigInt(str(stored)) + 1n) : today;
  await ctx.call('grains.setval', [key, current]);
  return current;
}

const hostsfile = p.string('/etc/hosts');
const entries = p.string(null, 'names with commas between them');
const host = p.string();
const domain = p.string();
const nameserver = p.string(null, 'ask this server');

export default defineModule({
  name: 'dnsutil',
  doc: 'Tables of hosts, files of zones, questions to servers of names.',
  functions: {
    parse_hosts: fn({
      doc: "Read a table of hosts: names by address.\n\nsalt '*' dnsutil.parse_hosts", params: { hostsfile, hosts: p.any(null, 'the text of a table') },
      run: (args, ctx): Promise<Value | ValueMap> => parseHosts(args.hostsfile, args.hosts, ctx),
    }),
    hosts_append: fn({
      doc: "Add a line to a table of hosts.\n\nsalt '*' dnsutil.hosts_append /etc/hosts 127.0.0.1 ad1.example.org,ad2.example.org", params: { hostsfile, ip_addr: p.string(null), entries },
      run: (args, ctx) => append(args.hostsfile, args.ip_addr, args.entries, ctx),
    }),
    hosts_remove: fn({
      doc: "Remove names from a table of hosts; an address without names goes too.\n\nsalt '*' dnsutil.hosts_remove /etc/hosts ad1.example.org", params: { hostsfile, entries },
      run: (args, ctx) => remove(args.hostsfile, args.entries, ctx),
    }),
    parse_zone: fn({
      doc: "Read the file of a zone.\n\nsalt ns1 dnsutil.parse_zone /var/lib/named/example.com.zone", params: { zonefile: p.string(null), zone: p.string(null, 'the text of a zone') },
      run: (args, ctx) => zoneOf(args.zonefile, args.zone, ctx),
    }),
    check_ip: fn({ doc: "Say whether a text is an address, or one with a prefix.\n\nsalt ns1 dnsutil.check_ip 127.0.0.1", params: { ip_addr: p.any() }, run: (args, ctx) => dig('check_ip', [args.ip_addr], ctx) }),
    A: fn({ doc: "Give the A records of a host.\n\nsalt ns1 dnsutil.A www.google.com", params: { host, nameserver }, run: (args, ctx) => addresses('A', args.host, args.nameserver, ctx) }),
    AAAA: fn({ doc: "Give the AAAA records of a host.\n\nsalt ns1 dnsutil.AAAA www.google.com", params: { host, nameserver }, run: (args, ctx) => addresses('AAAA', args.host, args.nameserver, ctx) }),
    NS: fn({
      doc: "Give the servers of a domain; their addresses unless resolve=False.\n\nsalt ns1 dnsutil.NS google.com", params: { domain, resolve: p.any(true), nameserver },
      run: (args, ctx) => dig('NS', [args.domain, args.resolve, args.nameserver], ctx),
    }),
    SPF: fn({
      doc: "Give the networks that may send mail for a domain.\n\nsalt ns1 dnsutil.SPF google.com", params: { domain, record: p.string('SPF'), nameserver },
      run: (args, ctx) => dig('SPF', [args.domain, args.record, args.nameserver], ctx),
    }),
    MX: fn({
      doc: "Give the mail servers of a domain.\n\nsalt ns1 dnsutil.MX google.com", params: { domain, resolve: p.any(false), nameserver },
      run: (args, ctx) => dig('MX', [args.domain, args.resolve, args.nameserver], ctx),
    }),
    serial: fn({
      doc: "Give the serial number of a zone, of today or the one that is kept; update=True counts on and keeps it.\n\nsalt ns1 dnsutil.serial example.com", params: { zone: p.string(''), update: p.any(false) },
      run: (args, ctx) => serial(args.zone, args.update, ctx),
    }),
  },
});
