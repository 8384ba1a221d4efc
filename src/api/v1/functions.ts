/** The functions of this release with their declared parameters as JSON Schema. */
import Type from 'typebox';
import { readPluginIndex, type FunctionEntry, type ParamEntry } from '../../kernel/loader/index-file.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import type { PluginKind } from '../../kernel/contract/plugin.js';
import { HttpError } from '../http/http-error.js';
import { json, type Call, type Route, type V1Host } from './route.js';
import { plain } from './values.js';

const KINDS: Readonly<Record<string, PluginKind>> = { module: 'modules', runner: 'runners', wheel: 'wheel', state: 'states' };
const Kind = Type.String({ enum: Object.keys(KINDS), default: 'module' });
const TYPES: Readonly<Record<string, object>> = {
  string: { type: 'string' }, int: { type: 'integer' }, float: { type: 'number' }, bool: { type: 'boolean' }, list: { type: 'array' }, map: { type: 'object' }, strings: { type: 'array', items: { type: 'string' } },
};

interface Described {
  readonly name: string;
  readonly kind: string;
  readonly doc: string;
  readonly parameters: object;
}

function schemaOf(params: readonly ParamEntry[]): object {
  const named = params.filter(([, kind]) => kind !== 'rest' && kind !== 'keywords');
  const properties = Object.fromEntries(named.map(([name, kind, fallback]) => [name, { ...TYPES[kind], ...(fallback === undefined ? {} : { default: plain(fallback) }) }]));
  const required = named.filter((param) => param.length === 2).map(([name]) => name);
  return { type: 'object', properties, required, additionalProperties: params.some(([, kind]) => kind === 'keywords') };
}

const all = new Map<string, Promise<readonly Described[]>>();

function functionsOf(kind: string, folder: string): Promise<readonly Described[]> {
  const known = all.get(kind) ?? describe(kind, folder);
  all.set(kind, known);
  known.catch(() => all.delete(kind));
  return known;
}

async function describe(kind: string, folder: string): Promise<readonly Described[]> {
  const { plugins } = await readPluginIndex(folder);
  const byName = new Map<string, FunctionEntry>();
  // Of several that serve a name, such as pkg, one stands for all.
  for (const { serves, functions } of plugins[KINDS[kind] ?? 'modules'] ?? []) for (const [name, entry] of Object.entries(functions)) byName.set(`${serves}.${name}`, entry);
  return [...byName].map(([name, { doc, params }]) => ({ name, kind, doc, parameters: schemaOf(params) })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function list({ query: { kind, name, limit, after } }: Call, { distDir }: V1Host) {
  const fitting = (await functionsOf(String(kind), distDir)).filter((one) => (after === undefined || one.name > String(after)) && (name === undefined || fnmatch(one.name, String(name))));
  const page = fitting.slice(0, Number(limit));
  return json({ functions: page, ...(fitting.length > page.length ? { next: page.at(-1)?.name } : {}) });
}

async function show({ params: { name = '' }, query: { kind } }: Call, { distDir }: V1Host) {
  const found = (await functionsOf(String(kind), distDir)).find((one) => one.name === name);
  if (found === undefined) throw new HttpError(404, 'There is no such function');
  return json(found);
}

const FunctionSchema = Type.Object({ name: Type.String(), kind: Kind, doc: Type.String(), parameters: Type.Object({}, { description: 'JSON Schema' }) });

export const functionRoutes: readonly Route[] = [
  {
    method: 'GET', path: '/functions', summary: 'List functions',
    query: Type.Object({ kind: Type.Optional(Kind), name: Type.Optional(Type.String({ description: 'A pattern, such as test.*' })), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })), after: Type.Optional(Type.String()) }, { additionalProperties: false }),
    answers: { status: 200, schema: Type.Object({ functions: Type.Array(FunctionSchema), next: Type.Optional(Type.String()) }) }, run: list,
  },
  { method: 'GET', path: '/functions/{name}', summary: 'A function with its parameters', query: Type.Object({ kind: Type.Optional(Kind) }, { additionalProperties: false }), answers: { status: 200, schema: FunctionSchema }, run: show },
];
