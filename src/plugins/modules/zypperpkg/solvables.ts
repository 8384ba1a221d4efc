/** What else than packages zypper manages: patterns, patches, products; and searching for all of it. */
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { packageName } from '../pkg/names.js';
import { linesOf, rpmWords, runRpm } from '../rpm/query.js';
import { elementsOf, type XmlElement } from '../../../kernel/std/xml.js';
import { askZypper } from './zypper.js';

/** A path of this system, or of the one below `root`. */
export const below = (root: Value, path: string): string => (isTruthy(root) ? join(str(root), path) : path);

/** `{ name: { installed, summary } }` of one kind. @throws CommandExecutionError when there is none (observed) */
async function kindOf(kind: string, root: Value, ctx: Context): Promise<Record<string, { installed: boolean; summary: string }>> {
  const found = elementsOf(await askZypper(['se', '-t', kind], ctx, { root, readOnly: true }), 'solvable');
  return Object.fromEntries(found.map(({ attributes: { name = '', status, summary = '' } }) => [name, { installed: status === 'installed', summary }]));
}

export const visiblePatterns = (root: Value, ctx: Context): Promise<PlainMap> => kindOf('pattern', root, ctx);

/** Patterns that are here, also those no repository shows. */
export async function installedPatterns(root: Value, ctx: Context): Promise<PlainMap> {
  const visible = Object.fromEntries(Object.entries(await kindOf('pattern', root, ctx)).filter(([, { installed }]) => installed));
  const { stdout } = await runRpm([...rpmWords(root), '-q', '--provides', '--whatprovides', 'pattern()'], ctx);
  const names = linesOf(stdout).filter((line) => line.startsWith('pattern() = ')).map((line) => line.slice(line.lastIndexOf('=') + 1).trim());
  const hidden = names.filter((name) => !name.startsWith('.') && visible[name] === undefined);
  return { ...visible, ...Object.fromEntries(hidden.map((name) => [name, { installed: true, summary: 'Non-visible pattern' }])) };
}

export interface PatchCall {
  readonly installedOnly?: boolean;
  readonly root: Value;
}

export async function listPatches({ installedOnly = false, root }: PatchCall, ctx: Context): Promise<PlainMap> {
  return Object.fromEntries(Object.entries(await kindOf('patch', root, ctx)).filter(([, { installed }]) => installed || !installedOnly));
}

/** Arguments of `pkg.search` and the options of zypper; that they are given counts, not their value (observed). */
const SEARCH_OPTIONS: Readonly<Record<string, string>> = {
  provides: '--provides', recommends: '--recommends', requires: '--requires', suggests: '--suggests', conflicts: '--conflicts', obsoletes: '--obsoletes',
  file_list: '--file-list', search_descriptions: '--search-descriptions', case_sensitive: '--case-sensitive', installed_only: '--installed-only',
  not_installed_only: '-u', details: '--details',
};
const MATCHES = ['exact', 'words', 'substrings'];

/** `{ name: attributes }` of all that fits. @throws CommandExecutionError when nothing does */
export async function search(criteria: string, kwargs: PlainMap, ctx: Context): Promise<PlainMap> {
  const match = str(kwargs['match'] ?? '');
  const options = Object.keys(kwargs).flatMap((name) => SEARCH_OPTIONS[name] ?? []);
  const words = ['search', ...(MATCHES.includes(match) ? [`--match-${match}`] : []), ...options, packageName(criteria)];
  const found = elementsOf(await askZypper(words, ctx, { root: kwargs['root'] ?? null, readOnly: true, forgiving: true }), 'solvable');
  if (found.length === 0) throw new CommandExecutionError(`No packages found matching '${criteria}'`);
  return Object.fromEntries(found.map(({ attributes }) => [attributes['name'] ?? '', { ...attributes }]));
}

const OEM_FOLDER = '/var/lib/suseRegister/OEM';

/** Products: those that are here, or all on offer. */
export async function listProducts({ all, root }: { all: boolean; root: Value }, ctx: Context): Promise<PlainMap[]> {
  const words = all ? ['products'] : ['--disable-repositories', 'products', '-i'];
  const [list] = elementsOf(await askZypper(words, ctx, { root, readOnly: true }), 'product-list');
  const products: PlainMap[] = [];
  for (const element of list === undefined ? [] : elementsOf(list, 'product')) products.push(await productFacts(element, root, ctx));
  return products;
}

const FLAGS = ['isbase', 'installed'];

async function productFacts(element: XmlElement, root: Value, ctx: Context): Promise<PlainMap> {
  const facts: PlainMap = {};
  for (const [key, value] of Object.entries(element.attributes)) {
    if (FLAGS.includes(key)) facts[key] = ['true', '1'].includes(value);
    else if (value !== '') facts[key] = value;
  }
  const [end] = elementsOf(element, 'endoflife');
  if (end !== undefined) Object.assign(facts, { eol: end.attributes['text'] ?? '', eol_t: Number(end.attributes['time_t'] ?? 0) || 0 });
  facts['description'] = (elementsOf(element, 'description')[0]?.text ?? '').split('\n').map((line) => line.trim()).join(' ');
  const line = facts['productline'];
  if (typeof line === 'string' && !/[/\0]|^\.\.?$/.test(line)) {
    const release = (await ctx.sys.readText(join(below(root, OEM_FOLDER), line)))?.split('\n')[0]?.trim();
    if (release !== undefined && release !== '') facts['release'] = release;
  }
  return facts;
}
