/** Databases of PostgreSQL. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded, step } from './outcome/step.js';
import { connection, loginOf, none, virtual } from './postgres/shared.js';

interface Wish {
  readonly name: string;
  readonly tablespace: Value;
  readonly encoding: Value;
  readonly lc_collate: Value;
  readonly lc_ctype: Value;
  readonly owner: Value;
  readonly owner_recurse: Value;
  readonly template: Value;
}

/** True when nothing is wished, or it is so. */
const same = (wished: Value, is: Value | undefined, fold = (text: string): string => text): boolean => !isTruthy(wished) || fold(str(wished)) === fold(str(is ?? null));

async function present({ name, owner_recurse, template, ...wish }: Wish, login: PlainMap, ctx: Context): Promise<PlainMap> {
  const all = await ctx.call('postgres.db_list', [], login);
  const facts = isPlainMap(all) && Object.hasOwn(all, name) ? all[name] : undefined;
  if (!isPlainMap(facts)) {
    return step({
      name, changes: { [name]: 'Present' }, would: `Database ${name} is set to be created`, did: `The database ${name} has been created`, could: `Failed to create database ${name}`,
      work: () => ctx.call('postgres.db_create', [name], { ...wish, template, ...login, strict: true }),
    }, ctx);
  }
  const fixed = same(wish.encoding, facts['Encoding'], (text) => text.toLowerCase()) && same(wish.lc_collate, facts['Collate']) && same(wish.lc_ctype, facts['Ctype']);
  if (!fixed) return failed(name, `Database ${name} has wrong parameters which couldn't be changed on fly.`);
  if (same(wish.tablespace, facts['Tablespace']) && same(wish.owner, facts['Owner'])) return done(name, `Database ${name} is already present`);
  return step({
    name, changes: { [name]: 'Parameters changed' }, would: `Database ${name} exists, but parameters need to be changed`, did: `Parameters for database ${name} have been changed`,
    could: `Failed to change parameters for database ${name}`,
    work: () => ctx.call('postgres.db_alter', [name], { tablespace: wish.tablespace, owner: wish.owner, owner_recurse, ...login, strict: true }),
  }, ctx);
}

async function absent(name: string, login: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('postgres.db_exists', [name], login) !== true) return done(name, `Database ${name} is not present, so it cannot be removed`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `Database ${name} is set to be removed`, did: `Database ${name} has been removed`, could: `Database ${name} failed to be removed`,
    work: () => ctx.call('postgres.db_remove', [name], login),
  }, ctx);
}

export default defineState({
  name: 'postgres_database',
  virtual,
  doc: 'Databases of PostgreSQL.',
  functions: {
    present: fn({
      doc: 'Make sure that a database is there, with an owner and a tablespace.',
      params: {
        name: p.string(), tablespace: none, encoding: none, lc_collate: none, lc_ctype: none, owner: none, owner_recurse: p.any(false), template: none, ...connection,
      },
      run: (args, ctx) => guarded(args.name, () => present({
        name: args.name, tablespace: args.tablespace, encoding: args.encoding, lc_collate: args.lc_collate, lc_ctype: args.lc_ctype, owner: args.owner,
        owner_recurse: args.owner_recurse, template: args.template,
      }, loginOf(args), ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a database is not there.',
      params: { name: p.string(), ...connection },
      run: (args, ctx) => guarded(args.name, () => absent(args.name, loginOf(args), ctx)),
    }),
  },
});
