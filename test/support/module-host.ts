/** A module host over the plugins of `build/`, so that tests and plugins share their classes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger, LogFields } from '../../src/kernel/contract/log.js';
import type { Sys } from '../../src/kernel/contract/sys.js';
import { readPluginIndex, type PluginIndex } from '../../src/kernel/loader/index-file.js';
import { ModuleHost, type ModuleHostOptions } from '../../src/kernel/loader/module-host.js';

/** `build/src`, laid out as `dist/`. */
export const BUILT = join(import.meta.dirname, '..', '..', 'src');

export interface LogLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly text: string;
}

/** Keeps what is logged. */
export function listeningLog(lines: LogLine[] = []): Logger & { readonly lines: LogLine[] } {
  const at = (level: string) => (fields: LogFields, text: string) => void lines.push({ level, fields, text });
  const log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug'), trace: at('trace'), lines, child: () => log };
  return log;
}

interface Indexer {
  writePluginIndex(folder: string): Promise<void>;
}

/** Writes the index of the plugins that lie below a folder. */
export async function indexPlugins(folder: string): Promise<void> {
  const script = join(BUILT, '..', '..', 'scripts', 'lib', 'plugin-index.mjs');
  await (await import(pathToFileURL(script).href) as Indexer).writePluginIndex(folder);
}

let built: Promise<void> | undefined;

/** The index of all built-in plugins. */
export async function pluginIndex(): Promise<PluginIndex> {
  await (built ??= indexPlugins(BUILT));
  return readPluginIndex(BUILT);
}

/** A host of all built-in plugins; every part can be replaced. */
export async function testHost(replaced: Partial<ModuleHostOptions> = {}): Promise<ModuleHost> {
  if (replaced.distDir === undefined) await (built ??= indexPlugins(BUILT));
  return new ModuleHost({
    distDir: BUILT, userDirs: () => [], opts: {}, grains: () => ({}), pillar: () => ({}), sys: {} as Sys,
    log: listeningLog(), ports: {}, id: 'web1', ...replaced,
  });
}

export const neverAborted = (): AbortSignal => new AbortController().signal;

export const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'));
