/** Scripts that set routes when an interface comes and goes. Source: read and observed, Salt 3008.3 (`recorded/debian_ip`). */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';
import { refuse } from '../ip/refusal.js';

const UP = '/etc/network/if-up.d';
const DOWN = '/etc/network/if-down.d';
const MODE = 0o755;

/** A word of a shell script. Differs: Salt writes what it is given, and the shell runs what stands in it. */
const shellWord = (text: string): string => (/^[\w.:@/%+-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

function routeLine(kind: string, iface: string, route: ValueMap): string {
  const part = (name: string): string | undefined => {
    const value = mapGet(route, name);
    return isTruthy(value) ? str(value ?? '') : undefined;
  };
  const name = part('name');
  const [address, mask, gateway, metric] = ['ipaddr', 'netmask', 'gateway', 'metric'].map(part);
  const target = `${address ?? ''}${mask === undefined ? '' : `/${mask}`}`;
  const comment = name === undefined ? '' : `# ${name.replaceAll(/[\r\n]/g, ' ')}\n`;
  const via = gateway === undefined ? '  ' : ` via ${shellWord(gateway)} `;
  return `${comment}ip route ${kind} ${shellWord(target)}${via}dev ${shellWord(iface)}${metric === undefined ? '' : ` metric ${shellWord(metric)}`}\n`;
}

function script(kind: 'add' | 'del', iface: string, routes: readonly Value[]): string {
  const name = /^[\w.:@+-]+$/.test(iface) ? `"${iface}"` : shellWord(iface);
  return `#!/bin/sh\n# ${kind}\ntest "\${IFACE}" = ${name} || exit 0\n${routes.map((route) => (isMap(route) ? routeLine(kind, iface, route) : '')).join('')}`;
}

/** Lines with their ends, as Python reads a file. */
export const fileLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** run-parts takes no names with a dot. Differs: Salt looks for the routes of `eth0.5` under another name than it wrote them. */
const pathIn = (folder: string, iface: string): string => `${folder}/route-${iface.replaceAll('.', '_')}`;

/** What both scripts hold now: lines, or an empty text when there are none. */
export async function routesOf(iface: string, ctx: Context): Promise<Value> {
  const texts = await Promise.all([UP, DOWN].map((folder) => ctx.sys.readText(pathIn(folder, iface))));
  return texts.every((text) => text === undefined) ? '' : texts.flatMap((text) => fileLines(text ?? ''));
}

export async function buildRoutes(iface: string, settings: Readonly<PlainMap>, ctx: Context): Promise<Value> {
  const given = Object.entries(settings).find(([name]) => name.toLowerCase() === 'routes')?.[1];
  if (!isList(given)) refuse(`Invalid option -- Route interface: ${iface}, Option: routes, Expected: [List of routes]`);
  const scripts = [[UP, script('add', iface, given)], [DOWN, script('del', iface, given)]] as const;
  if (isTruthy(settings['test'] ?? false)) return scripts.flatMap(([, text]) => fileLines(text));
  for (const [folder] of scripts) if (!(await ctx.sys.exists(folder))) refuse(`${pathIn(folder, iface)} cannot be written. ${folder}/ does not exist`);
  for (const [folder, text] of scripts) await ctx.sys.writeFile(pathIn(folder, iface), text, { mode: MODE });
  return scripts.flatMap(([, text]) => fileLines(text));
}
