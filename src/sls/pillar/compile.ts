/**
 * The pillar of one minion from `pillar_roots`: top file, matched SLS, merged in order. YAML only so far.
 *
 * Source: golden pillar/top, sls, merging; state-system "Top".
 */
import { readFile } from 'node:fs/promises';
import { isPlainMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import { mergeMaps } from '../../kernel/std/merge.js';
import { loadYaml, YamlError } from '../../kernel/yaml/load.js';
import type { Logger } from '../../kernel/contract/log.js';
import { Roots, rootsOptions } from '../files/roots.js';

/** Who asks, and what for. */
export interface PillarRequest {
  readonly id: string;
  readonly grains: PlainMap;
  readonly saltenv: string | null;
  readonly pillarenv: string | null;
  readonly override: PlainMap;
  readonly extra: PlainMap;
}

export interface CompileParts {
  /** `pillar_roots` as a file backend. */
  readonly roots: Roots;
  readonly topName: string;
  readonly matches: (expr: Value, kind: string, request: PillarRequest) => boolean;
  readonly log: Logger;
}

/** `pillar_roots` as a file backend. */
export function pillarRoots(opts: Readonly<PlainMap>): Roots {
  return new Roots({ ...rootsOptions(opts), fileRoots: rootsOptions({ file_roots: opts['pillar_roots'] ?? {} }).fileRoots });
}

const ERRORS = '_errors';
/** Later sources win, maps are merged into each other. */
const merge = (base: PlainMap, update: PlainMap): PlainMap => mergeMaps(base, update, 'smart') as PlainMap;
const INCLUDES_MAX = 1000;

/** Errors do not throw: they stand under `_errors`, as Salt has it. */
export async function compilePillar(request: PillarRequest, parts: CompileParts): Promise<PlainMap> {
  const errors: string[] = [];
  let pillar: PlainMap = {};
  for (const [env, names] of await matchedSls(request, parts, errors)) {
    for (const sls of names) pillar = merge(pillar, await loadSls(sls, env, parts, errors, new Set()));
  }
  pillar = merge(pillar, request.override);
  return errors.length === 0 ? pillar : { ...pillar, [ERRORS]: errors };
}

/**
 * SLS names that the top files give to the minion, each once, in order, by environment. The top file of every environment
 * counts, with its sections of all environments; with `pillarenv`, that environment alone. Source: read, Salt 3008.3.
 */
async function matchedSls(request: PillarRequest, parts: CompileParts, errors: string[]): Promise<Map<string, Set<string>>> {
  const matched = new Map<string, Set<string>>();
  const { pillarenv } = request;
  for (const env of pillarenv === null ? parts.roots.envs() : [pillarenv]) {
    const top = await loadFile(parts.topName, env, parts, errors);
    for (const [section, targets] of Object.entries(top ?? {})) {
      if (!isPlainMap(targets) || (pillarenv !== null && section !== pillarenv)) continue;
      const names = matched.get(section) ?? new Set<string>();
      for (const name of matchedNames(targets, request, parts)) names.add(name);
      matched.set(section, names);
    }
  }
  return matched;
}

function matchedNames(targets: PlainMap, request: PillarRequest, parts: CompileParts): string[] {
  return mapEntries(targets).flatMap(([expr, list]) => {
    if (!Array.isArray(list)) return [];
    const items = list as readonly Value[];
    const kind = items.map((item) => (isPlainMap(item) ? item['match'] : undefined)).find((match) => typeof match === 'string') ?? 'compound';
    return parts.matches(expr, String(kind), request) ? items.filter((item) => typeof item === 'string') : [];
  });
}

async function loadSls(name: string, env: string, parts: CompileParts, errors: string[], seen: Set<string>): Promise<PlainMap> {
  if (seen.has(name) || seen.size >= INCLUDES_MAX) return {};
  seen.add(name);
  const path = name.replaceAll('.', '/');
  const data = (await loadFile(`${path}.sls`, env, parts, errors)) ?? (await loadFile(`${path}/init.sls`, env, parts, errors));
  if (data === undefined) {
    const text = `Specified SLS '${name}' in environment '${env}' is not available on the salt master`;
    if (!errors.some((known) => known.startsWith('Rendering'))) errors.push(text);
    parts.log.warn({ sls: name, saltenv: env }, 'pillar SLS not found');
    return {};
  }
  let merged: PlainMap = {};
  const { include, ...own } = data;
  for (const entry of Array.isArray(include) ? (include as readonly Value[]) : []) {
    const target = isPlainMap(entry) ? (Object.keys(entry)[0] ?? '') : String(entry);
    const included = await loadSls(target.startsWith('.') ? relativeName(name, target) : target, env, parts, errors, seen);
    const options = isPlainMap(entry) && isPlainMap(entry[target]) ? entry[target] : {};
    const key = options['key'];
    merged = merge(merged, typeof key === 'string' ? nest(key, included) : included);
  }
  return merge(merged, own);
}

function relativeName(from: string, target: string): string {
  const dots = /^\.+/.exec(target)?.[0].length ?? 1;
  return [...from.split('.').slice(0, -dots), target.slice(dots)].join('.');
}

function nest(key: string, value: PlainMap): PlainMap {
  return key.split(':').reduceRight<PlainMap>((inner, part) => ({ [part]: inner }), value);
}

async function loadFile(path: string, env: string, parts: CompileParts, errors: string[]): Promise<PlainMap | undefined> {
  const found = await parts.roots.find(path, env);
  if (found === undefined) return undefined;
  const text = await readFile(found.path, 'utf8');
  try {
    const data = loadYaml(text, { source: path });
    return isPlainMap(data) ? data : {};
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    // The place and the kind of mistake; the words of the parser repeat parts of the text, which may be a secret.
    const { line, column, className } = error;
    parts.log.error({ sls: path, saltenv: env, line, column, error: className }, 'pillar SLS cannot be read');
    const name = path.replace(/(\/init)?\.sls$/, '').replaceAll('/', '.');
    errors.push(`Rendering SLS '${name}' failed. Please see master log for details.`);
    return {};
  }
}
