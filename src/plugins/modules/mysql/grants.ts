/** Grants: made, read and compared. Source: read, Salt 3008.3. */
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { PRIVILEGES, SHOWN_AS, SSL_WITH_VALUE, SSL_WORDS } from './grants.data.js';
import { identifier, type Session } from './session.js';

/** What `tokenize_grant` tells. */
export interface GrantTokens {
  readonly user: string;
  readonly host: string;
  readonly grant: readonly string[];
  readonly database: string;
}

/** Names in back ticks or quotes, words, and single signs. */
const TOKEN = /`(?:[^`]|``)*`|'(?:[^'\\]|\\[^]|'')*'|[\w"$]+|[^\s]/g;

/** Reads a statement as `SHOW GRANTS` gives it. Rights on columns become `SELECT.a`. */
export function tokenizeGrant(grant: string): GrantTokens {
  const tokens = (grant.match(TOKEN) ?? []).slice(1);
  const on = tokens.indexOf('ON');
  const to = tokens.indexOf('TO', on);
  const account = to < 0 ? [] : tokens.slice(to + 1);
  const at = account.indexOf('@');
  return {
    user: (at < 0 ? account[0] ?? '' : account.slice(0, at).join('')).replaceAll(/^'+|'+$/g, ''), host: at < 0 ? '' : (account[at + 1] ?? '').replaceAll(/^'+|'+$/g, ''),
    grant: rightsIn(on < 0 ? tokens : tokens.slice(0, on)), database: on < 0 ? '' : tokens.slice(on + 1, to < 0 ? undefined : to).join(''),
  };
}

function rightsIn(tokens: readonly string[]): string[] {
  const rights: string[] = [];
  let words: string[] = [];
  let columnsOf: string | undefined;
  const end = (): void => {
    if (words.length > 0) rights.push(columnsOf === undefined ? words.join(' ') : `${columnsOf}.${words.join(' ')}`);
    words = [];
  };
  for (const token of tokens) {
    if (token === ',' || token === '(' || token === ')') end();
    else words.push(token);
    if (token === '(') columnsOf = rights.at(-1) ?? '';
    if (token === ')') columnsOf = undefined;
  }
  end();
  return rights;
}

interface Right {
  readonly name: string;
  readonly columns: readonly string[];
}

/** Reads what somebody asks for. @throws CommandExecutionError for what is no right */
function wishedRights(grant: string): Right[] {
  const text = grant.trim().toUpperCase() === 'ALL' ? 'ALL PRIVILEGES' : grant.trim();
  const parts = text.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  return parts.map((part) => {
    const [, name = '', columns] = /^\s*([\w\s]+?)\s*(?:\(([^)]*)\))?\s*$/.exec(part) ?? [];
    const right = name.toUpperCase().replaceAll(/\s+/g, ' ');
    if (!PRIVILEGES.has(right)) throw new CommandExecutionError(`Invalid grant : '${name === '' ? part.trim() : name}'`);
    return { name: right, columns: columns === undefined ? [] : columns.split(',').map((column) => column.trim().replaceAll(/^`|`$/g, '')) };
  });
}

const sqlOf = ({ name, columns }: Right): string => (columns.length === 0 ? name : `${name} (${columns.map((column) => identifier(column)).join(', ')})`);

export interface Grant {
  readonly grant: string;
  readonly database: string;
  readonly user: string;
  readonly host: string;
  readonly grantOption: boolean;
  readonly escape: boolean;
  readonly sslOption?: Value;
}

/** Without `escape` a part is taken as it is, when it is one name or pattern. */
function partOf(text: string, escape: boolean, pattern: boolean): string {
  if (text === '*') return text;
  if (escape) return identifier(text, pattern);
  if (!/^(?:`(?:[^`]|``)*`|[\w$%\\-]+)$/.test(text)) throw new CommandExecutionError(`'${text}' is no name of a database or table`);
  return text;
}

function levelOf({ database, escape }: Grant): string {
  const dot = database.lastIndexOf('.');
  const [schema, table] = [database.slice(0, Math.max(dot, 0)), database.slice(dot + 1)];
  return `${partOf(schema, escape, table === '*')}.${partOf(table, escape, false)}`;
}

/** Differs: values of conditions are quoted; Salt takes their quotes away. */
function conditions(option: Value): [sql: string, values: string[]] {
  if (!isList(option) || option.length === 0) return ['', []];
  const values: string[] = [];
  const words = option.flatMap((one) => (isMap(one) ? mapEntries(one).slice(0, 1) : [])).flatMap(([key, value]) => {
    const word = str(key).trim().toUpperCase();
    if (SSL_WITH_VALUE.includes(word)) values.push(str(value));
    else if (!SSL_WORDS.includes(word)) throw new CommandExecutionError(`Invalid SSL option : '${str(key)}'`);
    return SSL_WITH_VALUE.includes(word) ? [`${word} ?`] : isTruthy(value) ? [word] : [];
  });
  return [words.length === 0 ? '' : ` REQUIRE ${words.join(' AND ')}`, values];
}

export async function addGrant(session: Session, wish: Grant): Promise<void> {
  const [require, values] = conditions(wish.sslOption ?? null);
  const rights = wishedRights(wish.grant).map(sqlOf).join(', ');
  await session.ask(`GRANT ${rights} ON ${levelOf(wish)} TO ?@?${require}${wish.grantOption ? ' WITH GRANT OPTION' : ''}`, [wish.user, wish.host, ...values]);
}

export async function revokeGrant(session: Session, wish: Grant): Promise<void> {
  const rights = [...wishedRights(wish.grant).map(sqlOf), ...wish.grantOption ? ['GRANT OPTION'] : []].join(', ');
  await session.ask(`REVOKE ${rights} ON ${levelOf(wish)} FROM ?@?`, [wish.user, wish.host]);
}

/** Without what a password looks like. */
export async function grantsOf(session: Session, user: string, host: string): Promise<string[]> {
  const { rows } = await session.ask('SHOW GRANTS FOR ?@?', [user, host]);
  return rows.map(([text]) => {
    const whole = text ?? '';
    const shown = whole.split(' IDENTIFIED BY')[0] ?? '';
    return whole.includes('WITH GRANT OPTION') && !shown.includes('WITH GRANT OPTION') ? `${shown} WITH GRANT OPTION` : shown;
  });
}

const plain = (text: string): string => text.replaceAll(/["\\`]/g, '');
const alias = (name: string): string => SHOWN_AS[name] ?? name;

/** Without the rights that are on columns only: these stand before their columns. */
const ownRights = (rights: readonly string[]): string[] =>
  rights.filter((right) => !rights.some((other) => other.startsWith(`${right}.`))).map((right) => {
    const [name = '', ...column] = plain(right).split('.');
    return [alias(name), ...column].join('.');
  });

/**
 * True when these grants hold what is asked for. Differs: `ALL PRIVILEGES` holds every right, and the right to give on is looked at when
 * it is asked for; with Salt both are never found, or always.
 */
export function holds(grants: readonly string[], wish: Grant): boolean {
  const rights = wishedRights(wish.grant);
  const wanted = rights.flatMap(({ name, columns }) => (columns.length === 0 ? [alias(name)] : columns.map((column) => `${alias(name)}.${column}`)));
  const level = plain(levelOf(wish));
  const there = grants.map((text) => ({ ...tokenizeGrant(text), giveOn: text.includes('WITH GRANT OPTION') })).filter((one) => plain(one.database) === level);
  if (wish.grantOption && !there.some((one) => one.giveOn)) return false;
  const have = new Set(there.flatMap((one) => ownRights(one.grant)));
  return there.length > 0 && (have.has('ALL PRIVILEGES') || wanted.every((one) => have.has(one) || have.has(one.split('.')[0] ?? '')));
}

export const tokensValue = (grant: string): PlainMap => {
  const { user, host, grant: rights, database } = tokenizeGrant(grant);
  return { user, host, grant: [...rights], database };
};
