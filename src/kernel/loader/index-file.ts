/** The index of built-in plugins that the build writes: small and read once, so that nothing is imported before its first use. */
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

export interface PluginEntry {
  readonly name: string;
  /** Name users type. */
  readonly serves: string;
  readonly when?: Readonly<Record<string, readonly string[]>>;
  /** True when the plugin has to be asked whether it can work here. */
  readonly virtual: boolean;
  readonly functions: Readonly<Record<string, FunctionEntry>>;
  readonly aliases?: Readonly<Record<string, string>>;
}

export interface PluginIndex {
  readonly version: 1;
  /** File, below the folder of the index, that `tsalt/plugin` stands for. */
  readonly door: string;
  readonly plugins: Readonly<Partial<Record<PluginKind, readonly PluginEntry[]>>>;
}

/** Kind to plugin to function; the plugin's own text is under the empty name. */
export type PluginDocs = Readonly<Partial<Record<PluginKind, Readonly<Record<string, Readonly<Record<string, string>>>>>>>;

/** @throws Error when there is no index: the program is not built */
export async function readPluginIndex(folder: string): Promise<PluginIndex> {
  const index = JSON.parse(await readFile(join(folder, 'plugin-index.json'), 'utf8')) as PluginIndex;
  if (index.version !== 1) throw new Error(`${join(folder, 'plugin-index.json')} is of another version of tsalt`);
  return index;
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
