/** Whom the master expects for the kinds of targets that look at one thing. Source: golden, targeting (`master`). */
import { PythonError } from '../../kernel/contract/errors.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import { parseIpAddress, parseIpNetwork } from '../../kernel/std/ip-address.js';
import { compileLinear } from '../../kernel/std/linear-regex.js';
import { DEFAULT_DELIMITER } from '../../kernel/std/traverse.js';
import { isList, type Value } from '../../kernel/std/value.js';
import type { ExpectedMinions, ExpectOptions, KnownMinions } from './known-minions.js';
import { matcherOf } from './matchers.js';
import { subdictMatch, type Comparison } from './subdict.js';

const COMPARISONS: Readonly<Record<string, readonly ['grains' | 'pillar', Comparison]>> = {
  grain: ['grains', 'glob'], grain_pcre: ['grains', 'pcre'], pillar: ['pillar', 'glob'], pillar_pcre: ['pillar', 'pcre'],
  pillar_exact: ['pillar', 'exact'],
};

const FILE_NAME_BYTES_MAX = 255;

/** Undefined for a kind that the master does not know. */
export function expectedOfKind(
  kind: string, expr: Value, delimiter: string | undefined, source: KnownMinions, options: ExpectOptions,
): ExpectedMinions | undefined {
  switch (kind) {
    case 'glob': case 'managing_minion': return { minions: ofGlob(expr, source), missing: [] };
    case 'list': return ofList(expr, source);
    case 'pcre': return { minions: ofPcre(expr, source), missing: [] };
    case 'ipcidr': return { minions: ofNetwork(expr, source, options), missing: [] };
    case 'resource': return { minions: ofResource(expr), missing: [] };
    case 'grain': case 'grain_pcre': case 'pillar': case 'pillar_pcre': case 'pillar_exact':
      return { minions: ofData(kind, expr, delimiter ?? DEFAULT_DELIMITER, source, options), missing: [] };
    default: return undefined;
  }
}

/** A comma separates globs here; minions do not know that. */
function ofGlob(expr: Value, { accepted }: KnownMinions): string[] {
  const globs = typeof expr === 'string' ? expr.split(',') : isList(expr) ? expr.map(String) : [];
  if (globs.length === 1 && globs[0] === '*') return [...accepted];
  const found = globs.map((glob) => (/[*?[]/.test(glob) ? fnmatchFilter(accepted, glob) : accepted.has(glob) ? [glob] : []));
  return found.length === 1 ? found[0] ?? [] : [...new Set(found.flat())];
}

function ofList(expr: Value, { accepted }: KnownMinions): ExpectedMinions {
  const ids = typeof expr === 'string' ? expr.split(',').filter((id) => id !== '') : isList(expr) ? expr.map(String) : [];
  // Salt looks keys up as files; a name that cannot be one spoils the whole list: observed.
  if (!ids.every(canBeFileName)) throw new PythonError('SaltCacheError', 'The list holds a name that no key can have');
  return { minions: ids.filter((id) => accepted.has(id)), missing: ids.filter((id) => !accepted.has(id)) };
}

function canBeFileName(id: string): boolean {
  return !/[/\\\0]/.test(id) && id !== '.' && id !== '..' && Buffer.byteLength(id) <= FILE_NAME_BYTES_MAX;
}

function ofPcre(expr: Value, { accepted }: KnownMinions): string[] {
  if (typeof expr !== 'string') throw new PythonError('TypeError', 'first argument must be string or compiled pattern');
  const pattern = compileLinear(expr);
  return [...accepted].filter((id) => pattern.exec(id, 'match') !== undefined);
}

function ofData(kind: string, expr: Value, delimiter: string, source: KnownMinions, { greedy }: ExpectOptions): string[] {
  const [bank, comparison] = COMPARISONS[kind] ?? ['grains', 'glob'];
  if (typeof expr !== 'string') return [];
  return [...source.cached].filter((id) => {
    if (greedy && !source.accepted.has(id)) return false;
    const data = source[bank](id);
    return data !== undefined && subdictMatch(data, expr, comparison, delimiter);
  });
}

/** Without cached grains nothing speaks against a minion. */
function ofNetwork(expr: Value, source: KnownMinions, { greedy }: ExpectOptions): string[] {
  if (typeof expr !== 'string' || (parseIpAddress(expr) ?? parseIpNetwork(expr)) === undefined) return [];
  const matcher = matcherOf('ipcidr', expr, undefined);
  return [...(greedy ? source.accepted : source.cached)].filter((id) => {
    const grains = source.cached.has(id) ? source.grains(id) : undefined;
    return grains === undefined ? greedy : matcher?.({ id, grains, pillar: {} }) === true;
  });
}

/** `type:id` stands for the resource itself; nothing is known of the resources of a type. */
function ofResource(expr: Value): string[] {
  const at = typeof expr === 'string' ? expr.indexOf(':') : -1;
  const id = at > 0 ? String(expr).slice(at + 1) : '';
  return id === '' ? [] : [id];
}
