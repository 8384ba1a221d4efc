/**
 * The facts of a host: grains of all plugins, then what the configuration says. Start at `gatherFacts`.
 *
 * Order, later ones win: the plugin `core`, those of users, the other built-in ones (`extra` reads the file `grains`), the
 * option `grains`. The option is neither filtered by `grains_blacklist` nor merged at depth.
 *
 * Source: observed, Salt 3008.3.
 */
import type { Context } from '../contract/context.js';
import type { Logger } from '../contract/log.js';
import type { GrainsPlugin } from '../contract/plugin.js';
import type { Sys } from '../contract/sys.js';
import { within } from '../std/async.js';
import { fnmatch } from '../std/fnmatch.js';
import { updateMap } from '../std/merge.js';
import { PatternError, pythonMatch } from '../std/python-regex.js';
import { isPlainMap, isTruthy, type PlainMap } from '../std/value.js';

/** Longest that one plugin may take. */
const PLUGIN_WAIT_MS = 30_000;

export interface FactsParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** Grains plugins, those of users first; `core` may stand anywhere. */
  readonly plugins: () => Promise<readonly GrainsPlugin[]>;
  /** What a plugin may reach; `grains` are those gathered before it. */
  readonly context: (name: string, grains: PlainMap) => Context;
}

/** Never throws for a plugin that fails: it is logged and the others are kept. */
export async function gatherFacts(parts: FactsParts): Promise<PlainMap> {
  return isTruthy(parts.opts['skip_grains']) ? {} : gather(await parts.plugins(), parts);
}

/** What takes no program to find out, and the names that are not there because they do. */
export async function gatherQuickFacts(parts: FactsParts): Promise<{ readonly known: PlainMap; readonly later: readonly string[] }> {
  if (isTruthy(parts.opts['skip_grains'])) return { known: {}, later: [] };
  const plugins = await parts.plugins();
  const known = await gather(plugins.map(quickOf), parts);
  const own = isPlainMap(parts.opts['grains']) ? parts.opts['grains'] : {};
  // What an earlier plugin gave under such a name may be overruled; what the option gives is not.
  const later = plugins.flatMap((plugin) => (plugin.quick === undefined || plugin.name === 'core' ? [] : plugin.later ?? [])).filter((name) => !Object.hasOwn(own, name));
  const ofCore = plugins.find(({ name }) => name === 'core')?.later ?? [];
  return { known: withoutNames(known, later), later: [...later, ...ofCore] };
}

async function gather(plugins: readonly GrainsPlugin[], parts: FactsParts): Promise<PlainMap> {
  const { opts } = parts;
  const isDeep = opts['grains_deep_merge'] === true;
  const unwanted = blacklist(opts);
  let grains: PlainMap = {};
  for (const plugin of coreFirst(plugins)) {
    const more = withoutNames(await grainsOf(plugin, grains, parts), unwanted);
    grains = isDeep ? updateMap(grains, more) as PlainMap : { ...grains, ...more };
  }
  return isPlainMap(opts['grains']) ? { ...grains, ...opts['grains'] } : grains;
}

const coreFirst = (plugins: readonly GrainsPlugin[]): GrainsPlugin[] =>
  [...plugins.filter(({ name }) => name === 'core'), ...plugins.filter(({ name }) => name !== 'core')];

const quickOf = (plugin: GrainsPlugin): GrainsPlugin => (plugin.quick === undefined ? plugin : { ...plugin, grains: plugin.quick });

async function grainsOf(plugin: GrainsPlugin, before: PlainMap, { context, log }: FactsParts): Promise<PlainMap> {
  try {
    const grains = await within(Promise.resolve(plugin.grains(context(plugin.name, before))), PLUGIN_WAIT_MS, undefined);
    if (grains === undefined) log.error({ plugin: plugin.name, waitedMs: PLUGIN_WAIT_MS }, 'grains plugin gave no answer in time');
    return grains ?? {};
  } catch (err) {
    log.error({ err, plugin: plugin.name }, 'grains plugin failed');
    return {};
  }
}

function blacklist(opts: Readonly<PlainMap>): string[] {
  return Array.isArray(opts['grains_blacklist']) ? opts['grains_blacklist'].map(String) : [];
}

function withoutNames(grains: PlainMap, patterns: readonly string[]): PlainMap {
  if (patterns.length === 0) return grains;
  return Object.fromEntries(Object.entries(grains).filter(([name]) => !patterns.some((pattern) => fits(name, pattern))));
}

/** A pattern of the shell, or a regular expression over the whole name. */
function fits(name: string, pattern: string): boolean {
  if (fnmatch(name, pattern)) return true;
  try {
    return pythonMatch(`\\A${pattern}\\Z`, name);
  } catch (err) {
    if (err instanceof PatternError) return false;
    throw err;
  }
}
