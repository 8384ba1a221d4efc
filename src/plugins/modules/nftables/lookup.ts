/** What is there: tables, chains and rules. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { listed, nftFamily, nftName, nftText } from './program.js';
import { isSameRule } from './rule.js';

/** As Salt's functions tell how it went. */
export interface Verdict extends PlainMap {
  result: boolean;
  comment: string;
}
export const verdict = (result: boolean, comment: string): Verdict => ({ result, comment });

/** A place for a rule, with the names as they were given. */
export interface Place {
  readonly table: string;
  readonly chain: string;
  readonly family: string;
}

const NUMERIC = ['--numeric', '--numeric', '--numeric'];

async function objects(words: readonly string[], ctx: Context): Promise<PlainMap[]> {
  const decoded = JSON.parse(await nftText(['--json', ...NUMERIC, ...words], ctx)) as Value;
  const found = isPlainMap(decoded) ? decoded['nftables'] ?? null : null;
  return isList(found) ? found.filter(isPlainMap) : [];
}

export const ruleset = (family: string, ctx: Context): Promise<PlainMap[]> => objects(['list', 'ruleset', nftFamily(family)], ctx);

export async function tables(family: string, ctx: Context): Promise<PlainMap[]> {
  return (await objects(['list', 'tables', nftFamily(family)], ctx)).flatMap(({ table }) => (isPlainMap(table) ? [table] : []));
}

export async function tableTexts(family: string, ctx: Context): Promise<string[]> {
  const texts: string[] = [];
  for (const { name } of await tables(family, ctx)) texts.push(await nftText([...NUMERIC, 'list', 'table', nftFamily(family), str(name ?? null)], ctx));
  return texts;
}

export async function findTable(table: Value, family: string, ctx: Context): Promise<Verdict> {
  if (!isTruthy(table)) return verdict(false, 'Table needs to be specified');
  const name = nftName(table);
  const found = (await tables(family, ctx)).some((one) => one['name'] === name);
  return verdict(found, `Table ${name} in family ${family} ${found ? 'exists' : 'does not exist'}`);
}

export async function chainFacts(table: Value, chain: Value, family: string, ctx: Context): Promise<PlainMap | undefined> {
  const [inTable, name] = [nftName(table), nftName(chain)];
  return (await ruleset(family, ctx)).flatMap((one) => (isPlainMap(one['chain']) ? [one['chain']] : [])).find((one) => one['table'] === inTable && one['name'] === name);
}

export async function findChain(table: Value, chain: Value, family: string, ctx: Context): Promise<Verdict> {
  if (!isTruthy(chain)) return verdict(false, 'Chain needs to be specified');
  const found = await chainFacts(table, chain, family, ctx) !== undefined;
  return verdict(found, `Chain ${str(chain)} in table ${str(table)} in family ${family} ${found ? 'exists' : 'does not exist'}`);
}

/** The first thing that is wrong with a place. */
export async function wrongPlace(table: Value, chain: Value, family: string, ctx: Context): Promise<Verdict | undefined> {
  for (const found of [await findTable(table, family, ctx), await findChain(table, chain, family, ctx)]) {
    if (!found.result) return found;
  }
  return undefined;
}

interface ListedRule {
  readonly text: string;
  readonly handle: string;
}

async function rulesOf({ table, chain, family }: Place, ctx: Context): Promise<ListedRule[]> {
  const lines = (await listed(['--handle', 'list', 'chain', nftFamily(family), nftName(table), nftName(chain)], ctx)).split('\n');
  return lines.flatMap((line) => {
    const [, text = '', handle = ''] = /^\s*(.*\S) # handle (\d+)$/.exec(line) ?? [];
    return handle === '' || text.endsWith('{') ? [] : [{ text, handle }];
  });
}

/** The handle of a rule. Differs: the whole rule must be the same, in whatever order its sets are listed, and counters may have counted. */
export async function handleOf(place: Place, rule: string, ctx: Context): Promise<string | undefined> {
  return (await rulesOf(place, ctx)).find(({ text }) => isSameRule(rule, text))?.handle;
}

export async function hasHandle(place: Place, handle: string, ctx: Context): Promise<boolean> {
  return (await rulesOf(place, ctx)).some((one) => one.handle === handle);
}

export async function savedRules(path: string, ctx: Context): Promise<string[]> {
  const text = await ctx.sys.readText(path);
  if (text === undefined) throw new CommandExecutionError(`[Errno 2] No such file or directory: '${path}'`);
  return text.split(/(?<=\n)/).filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
}
