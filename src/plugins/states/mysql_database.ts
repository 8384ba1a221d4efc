/** Databases of MySQL and MariaDB. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { tried } from './outcome/failure.js';
import { guarded } from './outcome/step.js';
import { step, strictly, virtual } from './mysql/shared.js';

const facts = async (name: string, given: PlainMap, ctx: Context): Promise<PlainMap> => {
  const found = await ctx.call('mysql.db_get', [name], given);
  return isPlainMap(found) ? found : {};
};

interface Wish {
  readonly name: string;
  readonly character_set: Value;
  readonly collate: Value;
}

/** A collation belongs to a character set: the first part of its name. */
const setOf = (collate: string): string => collate.split('_')[0] ?? '';

/** What will differ, by the names of the facts. */
function changesFor(before: PlainMap, { character_set: set, collate }: Wish): PlainMap {
  const changes: PlainMap = {};
  const put = (key: string, now: string): void => { if (now !== str(before[key] ?? '')) changes[key] = { before: before[key] ?? null, now }; };
  if (isTruthy(collate)) put('collate', str(collate));
  if (isTruthy(set) || isTruthy(collate)) put('character_set', isTruthy(set) ? str(set) : setOf(str(collate)));
  return changes;
}

async function altered(wish: Wish, before: PlainMap, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, character_set: set, collate } = wish;
  const [otherSet, otherCollate] = [isTruthy(set) && str(set) !== str(before['character_set'] ?? ''), isTruthy(collate) && str(collate) !== str(before['collate'] ?? '')];
  if (!otherSet && !otherCollate) return done(name, `Database ${name} is already present`);
  const comment = [
    otherSet ? `Database character set ${str(set)} != ${str(before['character_set'] ?? null)} needs to be updated` : `Database ${name} is already present`,
    ...otherCollate ? [`Database collate ${str(collate)} != ${str(before['collate'] ?? null)} needs to be updated`] : [],
  ];
  if (ctx.test) return wouldChange(name, [...comment, ...otherCollate ? [] : [`Database ${name} is going to be updated`]].join('\n'), changesFor(before, wish));
  const made = await tried(ctx.call('mysql.alter_db', [name], { character_set: set, collate, ...strictly(given) }));
  if ('failure' in made) return failed(name, [...comment, made.failure.message].join('\n'));
  const now = await facts(name, given, ctx);
  const changed = ['collate', 'character_set'].filter((key) => now[key] !== before[key]);
  return done(name, comment.join('\n'), Object.fromEntries(changed.map((key) => [key, { before: before[key] ?? null, now: now[key] ?? null }])));
}

async function present(wish: Wish, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name } = wish;
  const before = await facts(name, given, ctx);
  if (Object.keys(before).length > 0) return altered(wish, before, given, ctx);
  return step({
    name, changes: { [name]: 'Present' }, would: `Database ${name} is not present and needs to be created`, did: `The database ${name} has been created`,
    could: `Failed to create database ${name}`, work: () => ctx.call('mysql.db_create', [name], { character_set: wish.character_set, collate: wish.collate, ...strictly(given) }),
  }, ctx);
}

async function absent(name: string, given: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('mysql.db_exists', [name], given) !== true) return done(name, `Database ${name} is not present, so it cannot be removed`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `Database ${name} is present and needs to be removed`, did: `Database ${name} has been removed`,
    could: `Unable to remove database ${name}`, work: () => ctx.call('mysql.db_remove', [name], strictly(given)),
  }, ctx);
}

export default defineState({
  name: 'mysql_database',
  virtual,
  doc: 'Databases of MySQL and MariaDB.',
  functions: {
    present: fn({
      doc: 'Make sure that a database is there, with a character set and a collation.',
      params: { name: p.string(), character_set: p.any(null), collate: p.any(null), connection_args: p.keywords() },
      run: ({ connection_args: given, ...wish }, ctx) => guarded(wish.name, () => present(wish, given, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a database is not there.',
      params: { name: p.string(), connection_args: p.keywords() },
      run: (args, ctx) => guarded(args.name, () => absent(args.name, args.connection_args, ctx)),
    }),
  },
});
