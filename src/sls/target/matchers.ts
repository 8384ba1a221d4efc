/** "Is it me": the kinds of targets that look at one thing, each as a question to a minion's facts. */
import { PythonError } from '../../kernel/contract/errors.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { isInNetwork, parseIpAddress, parseIpNetwork, type IpNetwork } from '../../kernel/std/ip-address.js';
import { linearMatch, RegexRefusedError, RegexSyntaxError } from '../../kernel/std/linear-regex.js';
import { repr, str } from '../../kernel/std/python-text.js';
import { DEFAULT_DELIMITER } from '../../kernel/std/traverse.js';
import { isList, isMap, mapGet, mapHas, typeName, type Value, type ValueMap } from '../../kernel/std/value.js';
import type { TargetFacts } from './facts.js';
import { subdictMatch, type Comparison } from './subdict.js';

export type Matcher = (facts: TargetFacts) => boolean;

const never: Matcher = () => false;

/** Makes the question of a kind; undefined when minions know no such kind. `delimiter` undefined: the kind's own. */
export function matcherOf(kind: string, expr: Value, delimiter: string | undefined): Matcher | undefined {
  switch (kind) {
    case 'glob': return typeof expr === 'string' ? ({ id }) => fnmatch(id, expr) : never;
    case 'pcre': return ({ id }) => matchesPcre(expr, id);
    case 'list': return ({ id }) => isListed(expr, id);
    case 'grain': return inData(expr, 'glob', delimiter, ({ grains }) => grains);
    case 'grain_pcre': return inData(expr, 'pcre', delimiter, ({ grains }) => grains);
    case 'pillar': return inData(expr, 'glob', delimiter, ({ pillar }) => pillar);
    case 'pillar_pcre': return inData(expr, 'pcre', delimiter, ({ pillar }) => pillar);
    case 'pillar_exact': return inData(expr, 'exact', delimiter, ({ pillar }) => pillar);
    case 'ipcidr': return inNetwork(expr);
    case 'managing_minion': return ({ id }) => id === expr;
    case 'resource': return (facts) => managesResource(facts, expr);
    case 'data': return (facts) => fitsStored(facts, expr);
    // Needs a library of Python that is not part of Salt; without it nobody is meant. golden: targeting/other.
    case 'range': return never;
    default: return undefined;
  }
}

function inData(expr: Value, comparison: Comparison, delimiter = DEFAULT_DELIMITER, data: (facts: TargetFacts) => ValueMap): Matcher {
  if (typeof expr !== 'string' || !expr.includes(delimiter)) return never;
  return (facts) => subdictMatch(data(facts), expr, comparison, delimiter);
}

function matchesPcre(pattern: Value, id: string): boolean {
  if (typeof pattern !== 'string') throw new PythonError('TypeError', 'first argument must be string or compiled pattern');
  try {
    return linearMatch(pattern, id, 'match') !== undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError || error instanceof RegexRefusedError) throw new PythonError('error', error.message, error);
    throw error;
  }
}

/** Text: ids between commas, without blanks. */
function isListed(list: Value, id: string): boolean {
  if (typeof list === 'string') return `,${list},`.includes(`,${id},`);
  if (isList(list)) return list.includes(id);
  return isMap(list) && mapHas(list, id);
}

/** An address that the minion has, or a network that one of its addresses is in. */
function inNetwork(expr: Value): Matcher {
  const address = typeof expr === 'string' ? parseIpAddress(expr) : undefined;
  const network = address === undefined && typeof expr === 'string' ? parseIpNetwork(expr) : undefined;
  return ({ grains }) => {
    const key = `ipv${(address ?? network)?.version ?? 0}`;
    const own = mapGet(grains, key);
    if (own === undefined) return false;
    if (address !== undefined) return holds(own, address.text);
    return network !== undefined && anyInNetwork(own, network);
  };
}

/** Python's `text in value`. */
function holds(value: Value, text: string): boolean {
  if (typeof value === 'string') return value.includes(text);
  if (isList(value)) return value.includes(text);
  if (isMap(value)) return mapHas(value, text);
  throw new PythonError('TypeError', `argument of type '${typeName(value)}' is not iterable`);
}

function anyInNetwork(value: Value, network: IpNetwork): boolean {
  return (isList(value) ? value : [value]).some((item) => {
    const address = typeof item === 'string' ? parseIpAddress(item) : undefined;
    if (address === undefined) throw new PythonError('ValueError', `${repr(item)} does not appear to be an IPv4 or IPv6 address`);
    return isInNetwork(address, network);
  });
}

/** `type` or `type:id` of the resources a minion manages. */
function managesResource({ resources }: TargetFacts, expr: Value): boolean {
  if (typeof expr !== 'string' || resources === undefined) return false;
  const at = expr.indexOf(':');
  const managed = mapGet(resources, at < 0 ? expr : expr.slice(0, at)) ?? [];
  return isList(managed) && (at < 0 ? managed.length > 0 : managed.includes(expr.slice(at + 1)));
}

/** `key:value` in the minion's own data store. */
function fitsStored({ data }: TargetFacts, expr: Value): boolean {
  const [key, wanted] = typeof expr === 'string' ? expr.split(':') : [];
  if (key === undefined || wanted === undefined) return false;
  const value = data === undefined ? null : mapGet(data, key) ?? null;
  if (value === null) return false;
  if (isList(value)) return value.some((item) => fnmatch(str(item).toLowerCase(), wanted.toLowerCase()));
  if (isMap(value)) return mapHas(value, wanted);
  if (typeof value === 'string') return fnmatch(value, wanted);
  throw new PythonError('TypeError', `expected str, bytes or os.PathLike object, not ${typeName(value)}`);
}
