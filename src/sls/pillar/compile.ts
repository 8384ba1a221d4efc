/**
 * The pillar of one minion: top files, matched SLS, external sources, the override of a command, decryption.
 * Errors do not end it: they stand under `_errors`, as Salt has it.
 *
 * Source: read and observed, Salt 3008.3; golden: pillar.
 */
import type { Logger } from '../../kernel/contract/log.js';
import type { PillarTreeAsk, Ports } from '../../kernel/contract/ports.js';
import type { Sys } from '../../kernel/contract/sys.js';
import type { ModuleHost } from '../../kernel/loader/module-host.js';
import { mapEntries, mapFrom, mapSize, isMap, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { CallFunction, Renderer, RendererOptions } from '../render/contract.js';
import type { Compilation } from './compilation.js';
import { decryptPillar } from './decrypt.js';
import { addExternal } from './external.js';
import { askSource, callWith, SOURCE_MS_MAX, type FunctionsOptions } from './functions.js';
import { InputRecorder, type PillarInputs } from './inputs.js';
import { MergedMaps, pillarMerge, type Merge } from './merge.js';
import { optionsFor, shownOptions } from './options.js';
import type { PillarRequest } from './request.js';
import { SlsReader } from './sls.js';
import { matchTop, readTop, type Top } from './top.js';
import { pillarRoots, PillarTree } from './tree.js';

const ERRORS = '_errors';

/** What compiling needs of its program. */
export interface PillarHost {
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** The modules that work on a machine with such grains. */
  modules(grains: PlainMap): ModuleHost;
  /** Names of their functions; asked of the module host when it is not given. */
  functions?(grains: PlainMap): Promise<Iterable<string>>;
  /** Before a template reads grains, where some are gathered late. */
  readonly ready?: RendererOptions['ready'] & {};
  /** Besides those of the module host. */
  readonly ports?: Partial<Ports>;
  readonly unpack?: RendererOptions['unpack'] & {};
  /** How long one external source may take. */
  readonly sourceMsMax?: number;
  /** The configuration as the request sees it, where it is known already. */
  readonly optionsFor?: (request: PillarRequest) => Readonly<PlainMap>;
  /** In place of the whole renderer. */
  readonly openRenderer?: (options: RendererOptions) => Renderer;
}

export interface CompiledPillar {
  readonly pillar: PlainMap;
  readonly inputs: PillarInputs;
}

/** @throws PythonError where Salt's compilation fails as a whole, such as an external source that gives a list */
export async function compilePillar(request: PillarRequest, host: PillarHost, signal: AbortSignal): Promise<CompiledPillar> {
  const compilation = begin(request, host, signal);
  const pillar = await make(compilation, await readTop(compilation));
  return { pillar, inputs: compilation.inputs.result() };
}

/** What the top files give a minion, before any file is read. */
export interface MatchedPillar {
  readonly matched: ReadonlyMap<string, readonly string[]>;
  readonly errors: readonly string[];
  compile(): Promise<CompiledPillar>;
}

/** In two steps, for who may know the pillar of such a match already. */
export async function matchPillar(request: PillarRequest, host: PillarHost, signal: AbortSignal): Promise<MatchedPillar> {
  const compilation = begin(request, host, signal);
  const top = await readTop(compilation);
  return {
    matched: matchTop(top, compilation, {}), errors: top.errors,
    compile: async () => ({ pillar: await make(compilation, top), inputs: compilation.inputs.result() }),
  };
}

/** The merged top files: environment to target to SLS, and what was wrong with them. */
export async function compileTop(request: PillarRequest, host: PillarHost, signal: AbortSignal): Promise<{ shown: ValueMap; errors: readonly string[] }> {
  const { sections, errors } = await readTop(begin(request, host, signal));
  const targets = Array.from(sections, ([env, list]) => [env, mapFrom(list.map(({ expr, items }) => [expr, items] as const))] as const);
  return { shown: mapFrom(targets), errors };
}

function begin(asked: PillarRequest, host: PillarHost, signal: AbortSignal): Compilation {
  const { log, sys } = host;
  const opts = host.optionsFor?.(asked) ?? optionsFor(asked, host.opts);
  const request = { ...asked, pillarenv: typeof opts['pillarenv'] === 'string' ? opts['pillarenv'] : null };
  const inputs = new InputRecorder();
  const tree = new PillarTree(pillarRoots(opts), inputs);
  const renderers = new WeakMap<object, Promise<Renderer>>();
  const catalog = () => host.modules(request.grains).catalog;
  const functions = host.functions === undefined
    ? { functions: () => catalog().functions('modules'), functionsOf: (module: string) => catalog().functionsOf('modules', module) }
    : { functions: async () => await host.functions?.(request.grains) ?? [] };
  const merge = pillarMerge(opts);
  const options: FunctionsOptions = {
    get modules() {
      return host.modules(request.grains);
    },
    sys, ports: host.ports ?? {}, opts, request, inputs, signal, sourceMsMax: host.sourceMsMax ?? SOURCE_MS_MAX,
    files: (trees) => compileTrees(trees, { request, host, signal, merge }),
    get sourceOpts() {
      return { ...opts, id: host.opts['id'] ?? request.id };
    },
    rendererFor: (pillar) => {
      // Many machines have no pillar: what renders is large and loaded with the first file.
      const known = renderers.get(pillar) ?? openRenderer(host, {
        files: tree, ...functions, ...(host.ready === undefined ? {} : { ready: host.ready }), call: callLater(() => callWith(pillar, options)), log, sys, facts: { grains: request.grains, pillar, opts, id: request.id },
        ...(host.unpack === undefined ? {} : { unpack: host.unpack }),
      });
      renderers.set(pillar, known);
      return known;
    },
  };
  return {
    request, opts, tree, inputs, log, merge, rendererFor: options.rendererFor,
    external: (name, configuration, pillar) => askSource(name, configuration, pillar, options),
  };
}

/** Errors of the trees stand in what they give. */
async function compileTrees(
  trees: readonly PillarTreeAsk[], { request, host, signal, merge }: { request: PillarRequest; host: PillarHost; signal: AbortSignal; merge: Merge },
): Promise<PlainMap> {
  let whole: ValueMap = {};
  for (const { saltenv, roots } of trees) {
    const opts = { ...host.opts, ext_pillar: [], pillar_roots: mapFrom(Object.entries(roots).map(([env, folders]) => [env, [...folders]])), pillar_opts: false };
    const { external: _none, ...asked } = request;
    whole = merge(whole, (await compilePillar({ ...asked, saltenv, override: {} }, { ...host, opts }, signal)).pillar);
  }
  return whole as PlainMap;
}

const openRenderer = async (host: PillarHost, options: RendererOptions): Promise<Renderer> =>
  host.openRenderer?.(options) ?? (await import('../render/renderer.js')).createRenderer(options);

/** Modules are opened for the first call. */
function callLater(open: () => CallFunction): CallFunction {
  let call: CallFunction | undefined;
  return (fun, args, kwargs) => (call ??= open())(fun, args, kwargs);
}

async function make(compilation: Compilation, top: Top): Promise<PlainMap> {
  const { request, merge, opts } = compilation;
  const errors: string[] = [];
  const made = opts['ext_pillar_first'] === true ? await externalFirst(top, errors, compilation) : await filesFirst(top, errors, compilation);
  errors.push(...top.errors);
  let pillar = opts['pillar_opts'] === true ? withEntry(made, 'master', shownOptions(opts)) : made;
  if (errors.length > 0) pillar = withEntry(pillar, ERRORS, errors);
  if (mapSize(request.override) > 0) pillar = merge(pillar, request.override);
  const decrypted = await decryptPillar(pillar, compilation);
  // The readers of a pillar take it as a mapping with plain keys; keys of other types are kept by a Map all the same.
  return (decrypted.errors.length === 0 ? decrypted.pillar : withEntry(decrypted.pillar, ERRORS, [...errors, ...decrypted.errors])) as PlainMap;
}

async function filesFirst(top: Top, errors: string[], compilation: Compilation): Promise<ValueMap> {
  const files = await compileFiles(top, {}, errors, compilation);
  const all = await addExternal(files, errors, compilation);
  return overlaid(files, all);
}

/** Then the files may be matched by what the sources gave, and see it. */
async function externalFirst(top: Top, errors: string[], compilation: Compilation): Promise<ValueMap> {
  const sources = await addExternal(compilation.request.override, errors, compilation);
  const files = await compileFiles(top, sources, errors, compilation);
  return compilation.merge(sources, files);
}

/** Salt's `dict.update`: top-level keys take the place of those that are there. */
const overlaid = (base: ValueMap, update: ValueMap): ValueMap => (mapSize(base) === 0 ? update : mapFrom([...new Map([...mapEntries(base), ...mapEntries(update)])]));

async function compileFiles(top: Top, pillar: ValueMap, errors: string[], compilation: Compilation): Promise<ValueMap> {
  const { request, merge } = compilation;
  const matched = matchTop(top, compilation, pillar);
  const renderer = () => compilation.rendererFor(pillar as PlainMap);
  const merged = new MergedMaps(request.override, merge);
  for (const [env, patterns] of ordered(matched, compilation.opts['env_order'] ?? null)) {
    const reader = new SlsReader(compilation, { renderer, env, mayMiss: top.mayMiss });
    const names: string[] = [];
    for (const pattern of patterns) names.push(...await reader.names(pattern, errors));
    for (const name of names) {
      const { data, errors: more } = await reader.read(name);
      errors.push(...more);
      if (isMap(data)) merged.add(data);
    }
  }
  return merged.whole;
}

/** Environments of `env_order` first, the last wins. Golden: pillar/top-027. */
function ordered(matched: ReadonlyMap<string, string[]>, order: Value): [string, string[]][] {
  const first = Array.isArray(order) ? (order as readonly Value[]).map(String).filter((env) => matched.has(env)) : [];
  return [...new Set([...first, ...matched.keys()])].map((env) => [env, matched.get(env) ?? []]);
}

function withEntry(map: ValueMap, key: string, value: Value): ValueMap {
  return mapFrom([...new Map<Value, Value>([...mapEntries(map), [key, value]])]);
}
