/** What the index keeps of a plugin. Used by the build for built-in plugins and at run time for those of users. */
import type { Param } from '../contract/params.js';
import type { Card, Fn, FunctionPlugin, Plugin, PluginKind } from '../contract/plugin.js';
import { Float, isMap, mapEntries, type PlainMap, type Value } from '../std/value.js';
import type { FunctionEntry, ParamEntry, PluginEntry } from './index-file.js';

/** Kinds that are written as functions; those of a beacon are its methods. */
export const FUNCTION_KINDS: readonly PluginKind[] = ['modules', 'states', 'runners', 'wheel', 'engines', 'beacons'];
/** Kinds whose plugins of users run in threads. */
export const THREAD_KINDS: readonly PluginKind[] = [...FUNCTION_KINDS, 'returners'];

export interface Description {
  readonly entry: PluginEntry;
  /** Function name to its documentation; the plugin's own is under the empty name. */
  readonly docs: Readonly<Record<string, string>>;
  /** Of a returner of a user: packed, what else it declares. */
  readonly declared?: unknown;
}

export function isFunctionPlugin(plugin: Plugin): plugin is FunctionPlugin {
  return 'functions' in plugin;
}

/** @throws Error that says what is wrong with the declaration */
export function describePlugin(kind: PluginKind, file: string, plugin: Plugin): Description {
  if (plugin === null || typeof plugin !== 'object') throw new Error('it has no default export made by defineModule or its sisters');
  if (plugin.kind !== kind) throw new Error(`it is of kind '${String(plugin.kind)}' but lies in '${kind}'`);
  const serves = plugin.serves ?? file;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(serves)) throw new Error(`'${serves}' cannot be the name of a module`);
  const head = {
    name: file, serves, virtual: typeof plugin.virtual === 'function',
    ...(plugin.when === undefined ? {} : { when: plugin.when }),
  };
  if (!isFunctionPlugin(plugin)) return { entry: { ...head, functions: methodsOf(plugin) }, docs: {} };
  const names = Object.keys(plugin.functions);
  if (names.length === 0) throw new Error('it has no functions');
  for (const [alias, target] of Object.entries(plugin.aliases ?? {})) {
    if (!names.includes(target)) throw new Error(`alias '${alias}' names '${target}', which is not there`);
  }
  const entries = names.map((name) => [name, describeFunction(name, plugin)] as const);
  return {
    entry: {
      ...head, functions: Object.fromEntries(entries), ...(plugin.aliases === undefined ? {} : { aliases: plugin.aliases }),
      ...(plugin.card === undefined ? {} : { card: describeCard(plugin.card, plugin) }),
    },
    docs: { '': (plugin.doc ?? '').trim(), ...Object.fromEntries(names.map((name) => [name, plugin.functions[name]?.doc.trim() ?? ''])) },
  };
}

/** The card as data, with the form of each function: its parameters and the template of its answer. */
function describeCard({ title, version, configuration = {} }: Card, plugin: FunctionPlugin): PlainMap {
  if (typeof title !== 'string' || typeof version !== 'string') throw new Error('its card needs a title and a version, both texts');
  const form = (fn: Fn): PlainMap => ({
    parameters: Object.fromEntries(Object.entries(fn.params).map(([name, { kind, default: fallback, doc = '' }]) => [
      name, { kind, required: fallback === undefined && kind !== 'rest' && kind !== 'keywords', ...(fallback === undefined ? {} : { default: encodeDefault(fallback) }), doc },
    ])),
    ...(fn.result === undefined ? {} : { result: fn.result }),
  });
  return {
    title, description: (plugin.doc ?? '').trim(), version, configuration: { ...configuration },
    functions: Object.fromEntries(Object.entries(plugin.functions).map(([name, fn]) => [name, form(fn)])),
  };
}

/** Plugins of the other kinds are listed by their methods, in Salt's spelling. */
function methodsOf(plugin: Plugin): Record<string, FunctionEntry> {
  const names = Object.entries(plugin).filter(([key, value]) => typeof value === 'function' && key !== 'virtual').map(([key]) => key);
  const spelled = names.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  return Object.fromEntries(spelled.map((name) => [name, { doc: '', params: [] }]));
}

function describeFunction(name: string, plugin: FunctionPlugin): FunctionEntry {
  const fn = plugin.functions[name];
  if (fn === undefined || typeof fn.run !== 'function' || typeof fn.doc !== 'string') throw new Error(`function '${name}' is not made by fn({...})`);
  const params = Object.entries(fn.params).map(([key, param]) => describeParam(name, key, param));
  refuseWrongOrder(name, params);
  return { doc: firstSentence(fn.doc), params, ...(fn.outputter === undefined ? {} : { outputter: fn.outputter }) };
}

function describeParam(fun: string, name: string, param: Param<unknown>): ParamEntry {
  if (typeof param?.read !== 'function') throw new Error(`parameter '${name}' of '${fun}' is not made by p`);
  // The third place of keywords says that they want the facts of the job.
  if (param.kind === 'keywords') return param.pub === true ? [name, param.kind, true] : [name, param.kind];
  const bare = param.default === undefined || param.kind === 'rest';
  return bare ? [name, param.kind] : [name, param.kind, encodeDefault(param.default)];
}

function refuseWrongOrder(fun: string, params: readonly ParamEntry[]): void {
  const kinds = params.map(([, kind]) => kind);
  if (kinds.filter((kind) => kind === 'rest').length > 1) throw new Error(`function '${fun}' has two rest parameters`);
  const keywordsAt = kinds.indexOf('keywords');
  if (keywordsAt >= 0 && keywordsAt !== kinds.length - 1) throw new Error(`keywords must be the last parameter of '${fun}'`);
  const restAt = kinds.indexOf('rest');
  const positional = params.slice(0, restAt < 0 ? params.length : restAt).filter(([, kind]) => kind !== 'keywords');
  const firstWithDefault = positional.findIndex((param) => param.length > 2);
  if (firstWithDefault >= 0 && positional.slice(firstWithDefault).some((param) => param.length === 2)) {
    throw new Error(`a required parameter of '${fun}' stands behind one with a default`);
  }
}

/** JSON has neither whole floats nor large ints; undone by `decodeDefault`. */
function encodeDefault(value: Value): Value {
  if (typeof value === 'bigint') return { $int: String(value) };
  if (value instanceof Float) return { $float: value.value };
  if (typeof value === 'number' && !Number.isFinite(value)) return { $float: String(value) };
  if (Array.isArray(value)) return value.map((item: Value) => encodeDefault(item));
  if (!isMap(value)) return value;
  return Object.fromEntries(mapEntries(value).map(([key, item]) => [String(key), encodeDefault(item)])) as PlainMap;
}

function firstSentence(doc: string): string {
  const paragraph = (doc.trim().split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ');
  return /^.*?[.!?](?=\s|$)/.exec(paragraph)?.[0] ?? paragraph;
}
