/**
 * Plugins written as plain functions: `export function hello(name = 'world') { ... }`. Names and defaults of the
 * parameters come from the function's own text, documentation from the comment above it, the module's name from
 * `__virtualname__` where Salt has it. `this` is the context; so is a last parameter called `ctx`.
 */
import type { Context } from '../contract/context.js';
import { p, type Param, type Params } from '../contract/params.js';
import type { ExtPillarPlugin, Fn, FunctionPlugin, Plugin, PluginKind } from '../contract/plugin.js';
import { loadYaml } from '../yaml/load.js';
import { updateMap } from '../std/merge.js';
import { isMap, isPlainMap, type PlainMap, type Value } from '../std/value.js';
import { beaconAsFunctions } from './beacon-form.js';
import { FUNCTION_KINDS } from './describe.js';

/** Words JavaScript keeps for itself; `delete_` stands for `delete`, as `list_` does in Python. */
const RESERVED = new Set([
  'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else', 'enum',
  'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'import', 'in', 'instanceof', 'new', 'null', 'return',
  'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof', 'var', 'void', 'while', 'with', 'yield', 'static', 'let',
  'package', 'private', 'protected', 'public', 'interface', 'implements', 'arguments', 'eval',
]);
const CONTEXT_PARAMETER = 'ctx';

type PlainFunction = (this: Context, ...args: unknown[]) => unknown;
type Namespace = Readonly<Record<string, unknown>>;

/** One parameter as written. `hidden`: the default is an expression that only JavaScript can work out. */
export interface WrittenParameter {
  readonly name: string;
  readonly fallback: Value | undefined;
  readonly hidden: boolean;
  readonly rest: boolean;
}

/** The plugin that the exports of a file make. @throws Error when there is nothing to call */
export function pluginOfExports(kind: PluginKind, file: string, exports: Namespace, source: string): Plugin {
  const given = exports['default'];
  if (given !== null && typeof given === 'object') {
    const plugin = { ...(given as Plugin), name: file };
    return plugin.kind === 'beacons' ? beaconAsFunctions(plugin) : plugin;
  }
  const functions = Object.entries(exports).filter((entry): entry is [string, PlainFunction] =>
    typeof entry[1] === 'function' && !entry[0].startsWith('_') && entry[0] !== 'default');
  if (functions.length === 0) throw new Error('it exports no function and no plugin');
  const head = { name: file, ...virtualParts(exports) };
  if (FUNCTION_KINDS.includes(kind)) return { ...head, ...functionParts(kind as FunctionPlugin['kind'], functions, exports, source) };
  if (kind === 'pillar') return { ...head, kind, ...pillarParts(functions, exports, source) };
  if (kind === 'grains') return { ...head, kind, grains: (ctx) => mergedGrains(file, functions, ctx) };
  // Returners, outputters and the rest: the exported functions are the methods of the plugin, in our spelling.
  const methods = functions.map(([name, run]) => [name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), run]);
  return { ...head, kind, ...Object.fromEntries(methods) as object } as Plugin;
}

function virtualParts(exports: Namespace): { serves?: string; virtual?: FunctionPlugin['virtual'] & {} } {
  const name = exports['__virtualname__'];
  const virtual = exports['__virtual__'];
  return {
    ...(typeof name === 'string' ? { serves: name } : {}),
    ...(typeof virtual === 'function' ? { virtual: (ctx: Context) => (virtual as PlainFunction).call(ctx) as boolean | string } : {}),
  };
}

function functionParts(kind: FunctionPlugin['kind'], functions: readonly [string, PlainFunction][], exports: Namespace, source: string) {
  const renamed = exports['__func_alias__'];
  const docs = commentsAbove(source);
  const named = functions.map(([name, run]): [string, Fn] => {
    const alias: unknown = isMap(renamed) ? (renamed as PlainMap)[name] : undefined;
    return [typeof alias === 'string' ? alias : withoutTail(name), plainFn(run, docs.get(name) ?? '')];
  });
  return { kind, doc: /^\s*\/\*\*((?:(?!\*\/)[\s\S])*)\*\//.exec(source) === null ? '' : docs.get('') ?? '', functions: Object.fromEntries(named) };
}

/** `ext_pillar(minion_id, pillar, ...arguments)`. @throws Error when there is none */
function pillarParts(functions: readonly [string, PlainFunction][], exports: Namespace, source: string): Pick<ExtPillarPlugin, 'doc' | 'params' | 'extPillar'> {
  const run = new Map(functions).get('ext_pillar');
  if (run === undefined) throw new Error("it has no function 'ext_pillar'");
  const { doc, functions: made } = functionParts('modules', [['ext_pillar', run]], exports, source);
  const { params, run: call } = made['ext_pillar'] as Fn;
  const [id, pillar, ...own] = Object.entries(params);
  return {
    doc, params: Object.fromEntries(own),
    extPillar: (args, ctx, source) => call({ ...args, ...(id === undefined ? {} : { [id[0]]: source.id }), ...(pillar === undefined ? {} : { [pillar[0]]: source.pillar }) }, ctx),
  };
}

function plainFn(run: PlainFunction, doc: string): Fn {
  const written = readParameters(Function.prototype.toString.call(run));
  const wantsContext = written.at(-1)?.name === CONTEXT_PARAMETER;
  const listed = wantsContext ? written.slice(0, -1) : written;
  return {
    doc,
    params: Object.fromEntries(listed.map((parameter) => [parameter.name, paramOf(parameter)])) as Params,
    run: (args, ctx) => {
      const values = listed.flatMap((parameter) => valueFor(parameter, args[parameter.name]));
      return run.apply(ctx, wantsContext ? [...values, ctx] : values) as Value;
    },
  };
}

function paramOf({ fallback, rest }: WrittenParameter): Param<unknown> {
  if (rest) return p.rest();
  return fallback === undefined ? p.any() : p.any(fallback);
}

function valueFor({ hidden, rest }: WrittenParameter, value: unknown): unknown[] {
  if (rest) return value as unknown[];
  return [hidden && value === null ? undefined : value];
}

/**
 * Salt's way: functions in the order of their names, each sees what came before it when it has a parameter `grains`; one
 * that fails is logged, and an answer that is no map is left out. Source: observed, Salt 3008.3.
 */
async function mergedGrains(file: string, functions: readonly [string, PlainFunction][], ctx: Context): Promise<PlainMap> {
  let merged: PlainMap = {};
  const isDeep = ctx.opts['grains_deep_merge'] === true;
  const join = (grains: PlainMap, more: PlainMap): PlainMap => (isDeep ? updateMap(grains, more) as PlainMap : { ...grains, ...more });
  for (const [name, run] of functions.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const known: Readonly<Record<string, unknown>> = { grains: join(ctx.grains, merged), proxy: null, [CONTEXT_PARAMETER]: ctx };
    try {
      const wanted = readParameters(Function.prototype.toString.call(run)).map((parameter) => known[parameter.name]);
      const grains = await run.apply(ctx, wanted) as Value;
      if (isPlainMap(grains)) merged = join(merged, grains);
    } catch (err) {
      ctx.log.error({ err, file, function: name }, 'Failed to load grains');
    }
  }
  return merged;
}

const withoutTail = (name: string): string => (name.endsWith('_') && RESERVED.has(name.slice(0, -1)) ? name.slice(0, -1) : name);

/** Documentation comments by the name of the exported function below them; the first comment of the file has no name. */
function commentsAbove(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const pattern = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/(?:\s*export\s+(?:async\s+)?(?:function\s*\*?|const|let)\s*([\w$]+))?/g;
  for (const [, comment, name] of source.matchAll(pattern)) {
    const text = (comment as string).split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n').trim();
    if (name !== undefined) found.set(name, text);
    else if (found.size === 0) found.set('', text);
  }
  return found;
}

/** Parameters of a function from its source text. @throws Error when a parameter has no name */
export function readParameters(text: string): WrittenParameter[] {
  return splitTopLevel(parameterText(withoutComments(text))).map((part) => {
    const rest = part.startsWith('...');
    const match = /^([A-Za-z_$][\w$]*)\s*(?:=([\s\S]*))?$/.exec(rest ? part.slice(3).trim() : part);
    if (match === null) throw new Error(`parameter '${part.slice(0, 40)}' has no name; declare the function with fn({...})`);
    const written = match[2]?.trim();
    const literal = written === undefined ? undefined : readLiteral(written);
    return {
      name: withoutTail(match[1] as string), rest,
      fallback: written === undefined ? undefined : literal ?? null,
      hidden: written !== undefined && literal === undefined,
    };
  });
}

/** The text between the parentheses of the head, or the single name of `name => ...`. */
function parameterText(text: string): string {
  const bare = /^\s*(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/.exec(text);
  if (bare !== null) return bare[1] as string;
  const from = text.indexOf('(') + 1;
  return text.slice(from, endOfGroup(text, from));
}

/** What looks like a comment inside a string stays. */
function withoutComments(text: string): string {
  const strings = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/;
  return text.replace(new RegExp(`${strings.source}|/\\*[\\s\\S]*?\\*/|//[^\\n]*`, 'g'), (part) => (part.startsWith('/') ? ' ' : part));
}

/** Where the group that is open at `from` ends; strings are passed over. */
function endOfGroup(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string;
    if ('\'"`'.includes(character)) at = endOfString(text, at);
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== text[from]) at += text[at] === '\\' ? 2 : 1;
  return at;
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if ('\'"`'.includes(character)) at = endOfString(text, at);
    else if ('([{'.includes(character)) at = endOfGroup(text, at + 1);
    else if (character === ',') {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

const SCALAR = /(?:null|true|false|[-+]?\d+(?:\.\d+)?|'[^'\\\n]*'|"[^"\\\n]*")/;
/** Signs, scalars and keys only; a bare word would be a variable. */
const COLLECTION = new RegExp(`^(?:[\\s,[\\]{}]|[\\w$]+\\s*:|${SCALAR.source}(?:\\s*:)?(?![\\w$]))*$`);

/** Literals that mean the same in YAML's flow form; undefined for expressions. */
function readLiteral(text: string): Value | undefined {
  if (new RegExp(`^${SCALAR.source}$`).test(text)) return /^['"]/.test(text) ? text.slice(1, -1) : loadYaml(text);
  if (!/^[[{]/.test(text) || !COLLECTION.test(text)) return undefined;
  // YAML wants a space behind the colon; those inside strings stay.
  return loadYaml(text.replace(/'[^']*'|"[^"]*"|:(?=\S)/g, (part) => (part === ':' ? ': ' : part)));
}
