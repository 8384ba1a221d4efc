/** Routes among the keys of a connection. Source: read and observed, Salt 3008.3 (`recorded/nm_ip`). */
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { destinationOf, setting } from '../ip/words.js';
import { linesOf } from './keyfile.js';

/** `destination,gateway` by family. */
export interface Routes {
  readonly ipv4: string[];
  readonly ipv6: string[];
}
const FAMILIES = ['ipv4', 'ipv6'] as const;

export function routesIn(given: Value): Routes {
  const routes: Routes = { ipv4: [], ipv6: [] };
  for (const route of isList(given) ? given : []) {
    if (!isMap(route)) continue;
    const via = setting(route as PlainMap, 'gateway');
    const gateway = isTruthy(via) ? str(via) : '';
    const target = destinationOf(route as PlainMap, ['default', '0.0.0.0', '::']) ?? (gateway !== '' && !gateway.includes(':') ? '0.0.0.0/0' : '::/0');
    routes[target.includes(':') || gateway.includes(':') ? 'ipv6' : 'ipv4'].push(gateway === '' ? target : `${target},${gateway}`);
  }
  return routes;
}

const keysOf = (entries: readonly string[]): (readonly [string, string])[] => entries.map((entry, at) => [`route${at + 1}`, entry]);
export const routeLines = (routes: Routes): string[] => FAMILIES.flatMap((family) => (routes[family].length > 0 ? linesOf([[family, keysOf(routes[family])]]) : []));

const isFamily = (section: string): section is keyof Routes => section === 'ipv4' || section === 'ipv6';
const headOf = (line: string): string | undefined => /^\[(.*)\]$/.exec(line.trim())?.[1];
const isRoute = (line: string): boolean => /^route[^=]*=/.test(line.trim());

/** The routes that the lines of a connection hold. */
export function routesOfLines(lines: readonly string[]): Routes {
  const routes: Routes = { ipv4: [], ipv6: [] };
  let section = '';
  for (const line of lines) {
    section = headOf(line) ?? section;
    if (isFamily(section) && isRoute(line)) routes[section].push(line.trim().replace(/^[^=]*=/, ''));
  }
  return routes;
}

/** The lines with these routes in place of those of the same family; a family without new ones keeps none. */
export function withRoutes(lines: readonly string[], routes: Routes): string[] {
  const sections: { name: string; lines: string[] }[] = [];
  for (const line of lines) {
    const name = headOf(line);
    if (name !== undefined) sections.push({ name, lines: [line] });
    else if (!isFamily(sections.at(-1)?.name ?? '') || !isRoute(line)) sections.at(-1)?.lines.push(line);
  }
  return sections.flatMap(({ name, lines: own }) => {
    if (!isFamily(name) || routes[name].length === 0) return own;
    const kept = own.filter((line) => line.trim() !== '');
    return [...kept, ...keysOf(routes[name]).map(([key, entry]) => `${key}=${entry}\n`), '\n'];
  });
}
