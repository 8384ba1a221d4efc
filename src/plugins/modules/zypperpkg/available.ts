/** Packages on offer. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName, packageNames, plainArgument } from '../pkg/names.js';
import { addOffer, shownOffers, type RepositoryOffers } from '../pkg/offers.js';
import { compareLoose } from '../pkg_resource/compare.js';
import { refreshWith } from './refresh.js';
import { elementsOf } from '../../../kernel/std/xml.js';
import { askZypper, callZypper } from './zypper.js';

/** Names asked for in one call. */
const BATCH = 200;

export interface OfferCall {
  readonly root: Value;
  readonly kwargs: PlainMap;
}

/** What the repositories know about packages: `{ name: { version, arch, status, installed, ... } }`. */
export async function packagesOnOffer(given: readonly Value[], { root, kwargs }: OfferCall, ctx: Context): Promise<PlainMap> {
  const names = [...new Set(packageNames(given))].toSorted();
  if (names.length === 0) return {};
  if (isTruthy(kwargs['refresh'] ?? true)) await refreshWith(root, kwargs, ctx);
  const found: PlainMap = {};
  for (let at = 0; at < names.length; at += BATCH) {
    const { stdout } = await callZypper(['info', '-t', 'package', ...names.slice(at, at + BATCH)], ctx, { root, readOnly: true });
    Object.assign(found, readInfo(stdout));
  }
  return found;
}

/** Paragraphs of `zypper info`; names of fields in small letters. */
export function readInfo(output: string): PlainMap {
  const found: PlainMap = {};
  for (const paragraph of output.split(/Information for package/)) {
    const facts: PlainMap = {};
    for (const line of paragraph.split('\n').filter((text) => text.includes(':') && !text.startsWith('-----'))) {
      const at = line.indexOf(':');
      const value = line.slice(at + 1).trim();
      if (value !== '') facts[line.slice(0, at).trim().toLowerCase()] = value;
    }
    const { name, ...others } = facts;
    if (name === undefined) continue;
    if (others['installed'] !== undefined) others['installed'] = str(others['installed']).toLowerCase().startsWith('yes');
    found[str(name)] = others;
  }
  return found;
}

/** The version an upgrade or installation would give, empty when there is nothing newer; text for one name, a mapping otherwise. */
export async function latestVersions(given: readonly Value[], call: OfferCall, ctx: Context): Promise<Value> {
  const names = [...new Set(packageNames(given))].toSorted();
  const facts = await packagesOnOffer(names, call, ctx);
  const answer: PlainMap = {};
  for (const name of names) {
    const { status = '', version = null } = (facts[name] ?? {}) as PlainMap;
    const isNewer = /not installed|out-of-date/.test(str(status).toLowerCase());
    answer[name] = isNewer ? version : '';
  }
  return names.length === 1 ? answer[names[0] ?? ''] ?? '' : answer;
}

/** `{ name: version }` of all that an upgrade would change. */
export async function listUpgrades(refresh: Value, { root, kwargs }: OfferCall, ctx: Context): Promise<PlainMap> {
  if (isTruthy(refresh)) await refreshWith(root, kwargs, ctx);
  const from = kwargs['fromrepo'] ?? [];
  const repositories = (Array.isArray(from) ? from as readonly Value[] : [from]).flatMap((name) => ['--repo', plainArgument(str(name), 'Repository')]);
  const updates = elementsOf(await askZypper(['list-updates', ...repositories], ctx, { root, readOnly: true }), 'update');
  return Object.fromEntries(updates.filter(({ attributes }) => attributes['kind'] === 'package')
    .map(({ attributes }) => [attributes['name'] ?? '', attributes['edition'] ?? '']));
}

/** All versions on offer, of the names and patterns given or of all. */
export async function listOffered(args: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const patterns = packageNames(args);
  const { root = null, fromrepo = null, byrepo = false } = kwargs;
  const found: RepositoryOffers = {};
  for (const { attributes } of elementsOf(await askZypper(['se', '-s', ...patterns], ctx, { root }), 'solvable')) {
    const { kind, name = '', edition: version = '', repository = '' } = attributes;
    const isWanted = kind === 'package' && (!isTruthy(fromrepo) || repository === fromrepo);
    if (isWanted && (patterns.length === 0 || patterns.some((pattern) => fnmatch(name, pattern)))) addOffer(found, { name, version, repository });
  }
  return shownOffers(found, isTruthy(byrepo));
}

const OPERATORS = ['<', '<=', '=', '>=', '>'];

/**
 * The newest version on offer that fits a pattern, with its operator; undefined when none does.
 * Differs: real Salt takes a `+` in a version for an operator.
 * @throws CommandExecutionError for an operator that zypper has not, and for a package nobody offers
 */
export async function newestMatch(name: string, version: string, root: Value, ctx: Context): Promise<string | undefined> {
  const [, operator = '', pattern = ''] = /^([<>=]*)(.*)$/.exec(version) ?? [];
  if (operator !== '' && !OPERATORS.includes(operator)) throw new CommandExecutionError(`Zypper do not supports operator "${operator}".`);
  const solvables = elementsOf(await askZypper(['se', '-xv', packageName(name)], ctx, { root, readOnly: true }), 'solvable');
  if (solvables.length === 0) throw new CommandExecutionError(`No packages found matching '${name}'`);
  const newest = solvables.map(({ attributes }) => attributes['edition'] ?? '').filter((edition) => edition !== '' && fnmatch(edition, pattern))
    .toSorted(compareLoose).at(-1);
  return newest === undefined ? undefined : operator + newest;
}
