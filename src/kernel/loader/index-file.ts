/**
 * What the build writes about built-in plugins, so that nothing is imported before its first use: who serves what, small and
 * read by every program; functions and parameters; whole texts.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParamKind } from '../contract/params.js';
import type { PluginKind } from '../contract/plugin.js';
import { Float, type PlainMap, type Value } from '../std/value.js';

/** `[name, kind]` of a required parameter, `[name, kind, default]` of the others. Whole floats and large ints are tagged. For `keywords`, true says `pub`. */
export type ParamEntry = readonly [name: string, kind: ParamKind, fallback?: Value];

export interface FunctionEntry {
  /** First sentence of the documentation. */
  readonly doc: string;
  readonly params: readonly ParamEntry[];
  readonly outputter?: string;
}

/** Enough to choose who serves a name. */
export interface PluginName {
  readonly name: string;
  /** Name users type. */
  readonly serves: string;
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /** True when the plugin has to be asked whether it can work here. */
  readonly virtual: boolean;
}

export interface PluginEntry extends PluginName {
  readonly functions: Readonly<Record<string, FunctionEntry>>;
  /** Only of plugins that declare one. */
  readonly card?: PlainMap;
  readonly aliases?: Readonly<Record<string, string>>;
}

interface Listing<T> {
  readonly version: 1;
  /** File, below the folder of the index, that `tsalt/plugin` stands for. */
  readonly door: string;
  readonly plugins: Readonly<Partial<Record<PluginKind, readonly T[]>>>;
}
export type PluginNames = Listing<PluginName>;
export type PluginIndex = Listing<PluginEntry>;

/** Kind to plugin to function; the plugin's own text is under the empty name. */
export type PluginDocs = Readonly<Partial<Record<PluginKind, Readonly<Record<string, Readonly<Record<string, string>>>>>>>;

/** @throws Error when there is no such file: the program is not built */
export function readPluginNames(folder: string): Promise<PluginNames> {
  return readListing(join(folder, 'plugin-names.json'));
}

/** @throws Error when there is no index: the program is not built */
export function readPluginIndex(folder: string): Promise<PluginIndex> {
  return readListing(join(folder, 'plugin-index.json'));
}

async function readListing<T>(path: string): Promise<Listing<T>> {
  const listing = JSON.parse(await readFile(path, 'utf8')) as Listing<T>;
  if (listing.version !== 1) throw new Error(`${path} is of another version of tsalt`);
  return listing;
}

export async function readPluginDocs(folder: string): Promise<PluginDocs> {
  return JSON.parse(await readFile(join(folder, 'plugin-docs.json'), 'utf8')) as PluginDocs;
}

/** Undoes the tags of `scripts/lib/plugin-index.mjs`. */
export function decodeDefault(value: Value): Value {
  if (Array.isArray(value)) return value.map((item: Value) => decodeDefault(item));
  if (value === null || typeof value !== 'object') return value;
  const map = value as PlainMap;
  if (typeof map['$int'] === 'string') return BigInt(map['$int']);
  if (map['$float'] !== undefined) {
    const number = Number(map['$float']);
    return Number.isFinite(number) ? new Float(number) : number;
  }
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, decodeDefault(item)]));
}
