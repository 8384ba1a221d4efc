/** Routes, as `netstat` or `ip` tells them. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, PythonError } from '../../../kernel/contract/errors.js';
import { networkFacts, parseIpNetwork } from '../../../kernel/std/ip-address.js';
import type { PlainMap } from '../../../kernel/std/value.js';
import { fields, outputLines, word } from '../lookup/programs.js';

const DEFAULTS: Readonly<Record<string, readonly string[]>> = { inet: ['0.0.0.0', 'default'], inet6: ['::/0', 'default'] };
/** Kinds of routes that `ip` names first and that lead nowhere for us. */
const OTHER_KINDS = new Set(['unicast', 'broadcast', 'throw', 'unreachable', 'prohibit', 'blackhole', 'nat', 'anycast', 'multicast']);

interface Route extends PlainMap {
  addr_family: string;
  destination: string;
}

function route(family: string, destination = '', gateway = '', netmask = '', flags = '', device = ''): Route {
  return { addr_family: family, destination, gateway, netmask, flags, interface: device };
}

function checkFamily(family: string | null): void {
  if (family !== null && family !== 'inet' && family !== 'inet6') throw new CommandExecutionError(`Invalid address family ${family}`);
}

export async function routes(family: string | null, ctx: Context): Promise<Route[]> {
  checkFamily(family);
  if (ctx.grains['kernel'] !== 'Linux') throw new CommandExecutionError('Not yet supported on this platform');
  const all = (await ctx.sys.which('netstat')) === undefined ? await ipRoutes(ctx) : await netstatRoutes(ctx);
  return family === null || family === '' ? all : all.filter((one) => one.addr_family === family);
}

export async function defaultRoutes(family: string | null, ctx: Context): Promise<Route[]> {
  const names = family === null || family === '' ? Object.values(DEFAULTS).flat() : DEFAULTS[family] ?? [];
  return (await routes(family, ctx)).filter(({ destination }) => names.includes(destination));
}

async function netstatRoutes(ctx: Context): Promise<Route[]> {
  const [four, six] = await Promise.all(['inet', 'inet6'].map((family) => outputLines(ctx, ['netstat', '-A', family, '-rn'])));
  return readNetstatRoutes(four ?? [], six ?? []);
}

/** Both tables begin with two lines of headings. */
export function readNetstatRoutes(four: readonly string[], six: readonly string[]): Route[] {
  const rowsOf = (lines: readonly string[]): string[][] => lines.slice(2).map(fields);
  return [
    ...rowsOf(four).filter((row) => row.length >= 8).map((row) => route('inet', row[0], row[1], row[2], row[3], row[7])),
    ...rowsOf(six).filter((row) => row.length === 6 || row.length === 7).map((row) => route('inet6', row[0], row[1], '', row[2], row.at(-1))),
  ];
}

async function ipRoutes(ctx: Context): Promise<Route[]> {
  const [four, six] = await Promise.all([
    outputLines(ctx, ['ip', '-4', 'route', 'show', 'table', 'main']), outputLines(ctx, ['ip', '-6', 'route', 'show', 'table', 'all']),
  ]);
  return readIpRoutes(four ?? [], six ?? []);
}

export function readIpRoutes(four: readonly string[], six: readonly string[]): Route[] {
  const rowsOf = (lines: readonly string[]): string[][] => lines.map(fields).filter((row) => row.length > 0);
  return [
    ...rowsOf(four).filter(([first]) => first !== 'unreachable').map(fourRoute),
    ...rowsOf(six).filter(([first = '']) => !OTHER_KINDS.has(first)).map(sixRoute),
  ];
}

const deviceAt = (row: readonly string[], at: number): string => (row[at] === 'dev' ? row[at + 1] ?? '' : '');

function fourRoute(row: readonly string[]): Route {
  if (row[0] === 'default') return route('inet', '0.0.0.0', row[2], '0.0.0.0', 'UG', deviceAt(row, 3));
  const network = parseIpNetwork(row[0] ?? '', { dropHostBits: true });
  const facts = network === undefined ? undefined : networkFacts(network);
  return route('inet', facts?.address ?? row[0], '0.0.0.0', facts?.netmask ?? '', 'U', deviceAt(row, 1));
}

function sixRoute(row: readonly string[]): Route {
  if (row[0] === 'default') return route('inet6', '::/0', row[2], '', 'UG', deviceAt(row, 3));
  if (row[0] === 'local') return route('inet6', `${row[1] ?? ''}/128`, '::', '', 'U', deviceAt(row, 2));
  return route('inet6', row[0], '::', '', 'U', deviceAt(row, 1));
}

/** The way to one address. */
export async function routeTo(ip: string, ctx: Context): Promise<PlainMap> {
  if (ctx.grains['kernel'] !== 'Linux') throw new CommandExecutionError('Not yet supported on this platform');
  const [line = ''] = await outputLines(ctx, ['ip', 'route', 'get', word(ip, 'Address')]);
  const found = /(?:via\s+(?<gateway>[\w.:]+))?\s+dev\s+(?<device>[\w.:-]+)\s+.*src\s+(?<source>[\w.:]+)/u.exec(line)?.groups;
  if (found === undefined) throw new PythonError('AttributeError', "'NoneType' object has no attribute 'group'");
  return { destination: ip, gateway: found['gateway'] ?? null, interface: found['device'] ?? null, source: found['source'] ?? null };
}
