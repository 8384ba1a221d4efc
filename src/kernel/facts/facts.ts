/**
 * The facts of a host: grains of all plugins, then what the configuration and `/etc/salt/grains` say.
 *
 * Source: config (`grains`, `grains_blacklist`, `grains_deep_merge`); order: built-in, user plugins, the grains file, the
 * option `grains`: later ones win.
 */
import { dirname, join } from 'node:path';
import type { Context } from '../contract/context.js';
import type { Logger } from '../contract/log.js';
import type { GrainsPlugin } from '../contract/plugin.js';
import type { Sys } from '../contract/sys.js';
import { fnmatch } from '../std/fnmatch.js';
import { mergeMaps } from '../std/merge.js';
import { isPlainMap, type PlainMap } from '../std/value.js';
import { loadYaml } from '../yaml/load.js';

export interface FactsParts {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** Grains plugins in order; a user's come after the built-in ones. */
  readonly plugins: () => Promise<readonly GrainsPlugin[]>;
  readonly context: (name: string, grains: PlainMap) => Context;
}

/** Never throws for a source that fails: it is logged and the others are kept. */
export async function gatherFacts(parts: FactsParts): Promise<PlainMap> {
  const { opts, log } = parts;
  const deep = opts['grains_deep_merge'] === true;
  let grains: PlainMap = {};
  const add = (more: PlainMap): void => {
    grains = deep ? (mergeMaps(grains, more, 'recurse') as PlainMap) : { ...grains, ...more };
  };
  for (const plugin of await parts.plugins()) {
    try {
      add(await plugin.grains(parts.context(plugin.name, grains)));
    } catch (err) {
      log.error({ err, plugin: plugin.name }, 'grains plugin failed');
    }
  }
  add(await fromFile(parts));
  if (isPlainMap(opts['grains'])) add(opts['grains']);
  return withoutBlacklisted({ ...grains, id: opts['id'] ?? '' }, opts);
}

async function fromFile({ opts, sys, log }: FactsParts): Promise<PlainMap> {
  const path = join(dirname(String(opts['conf_file'] ?? '/etc/salt/minion')), 'grains');
  try {
    const text = await sys.readText(path);
    const data = text === undefined ? {} : loadYaml(text, { source: path });
    return isPlainMap(data) ? data : {};
  } catch (err) {
    log.error({ err, path }, 'grains file cannot be read');
    return {};
  }
}

function withoutBlacklisted(grains: PlainMap, opts: Readonly<PlainMap>): PlainMap {
  const patterns = Array.isArray(opts['grains_blacklist']) ? opts['grains_blacklist'].map(String) : [];
  if (patterns.length === 0) return grains;
  return Object.fromEntries(Object.entries(grains).filter(([name]) => !patterns.some((pattern) => fnmatch(name, pattern))));
}
