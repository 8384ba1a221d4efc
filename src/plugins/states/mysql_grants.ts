/** Grants of users of MySQL and MariaDB. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';
import { step, strictly, virtual } from './mysql/shared.js';

interface Wish {
  readonly name: string;
  readonly grant: string;
  readonly database: string;
  readonly user: string;
  readonly host: string;
  readonly grant_option: Value;
  readonly escape: Value;
}

const words = (wish: Wish): Value[] => [wish.grant, wish.database, wish.user, wish.host, wish.grant_option, wish.escape];

/** Takes away what the user has at the same place. */
async function revokeAll({ database, user, host, escape }: Wish, given: PlainMap, ctx: Context): Promise<void> {
  const plain = (text: string): string => text.replaceAll(/[`\\]/g, '');
  const grants = await ctx.call('mysql.user_grants', [user, host], given);
  for (const grant of isList(grants) ? grants : []) {
    const tokens = await ctx.call('mysql.tokenize_grant', [grant]);
    if (!isPlainMap(tokens) || plain(str(tokens['database'] ?? '')) !== database || !isList(tokens['grant'] ?? null)) continue;
    const rights = (tokens['grant'] as readonly Value[]).map(str).filter((right) => right !== 'USAGE' && !right.includes('.'));
    if (rights.length > 0) await ctx.call('mysql.grant_revoke', [rights.join(','), database, user, host], { escape, ...strictly(given) });
  }
}

async function present(wish: Wish, revokeFirst: boolean, sslOption: Value, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, grant, database, user, host } = wish;
  if (await ctx.call('mysql.grant_exists', words(wish), given) === true) return done(name, `Grant ${grant} on ${database} to ${user}@${host} is already present`);
  return step({
    name, changes: { [name]: 'Present' }, would: `MySQL grant ${name} is set to be created`, did: `Grant ${grant} on ${database} to ${user}@${host} has been added`,
    could: `Failed to execute: "GRANT ${grant} ON ${database} TO ${user}@${host}"`,
    async work() {
      if (revokeFirst) await revokeAll(wish, given, ctx);
      return ctx.call('mysql.grant_add', [...words(wish), sslOption], strictly(given));
    },
  }, ctx);
}

async function absent(wish: Wish, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, grant, database, user, host } = wish;
  if (await ctx.call('mysql.grant_exists', words(wish), given) !== true) return done(name, `Grant ${grant} on ${database} to ${user}@${host} is not present, so it cannot be revoked`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `MySQL grant ${name} is set to be revoked`, did: `Grant ${grant} on ${database} for ${user}@${host} has been revoked`,
    could: `Unable to revoke grant ${grant} on ${database} for ${user}@${host}`, work: () => ctx.call('mysql.grant_revoke', words(wish), strictly(given)),
  }, ctx);
}

const ofGrant = {
  name: p.string(), grant: p.string(null), database: p.string(null), user: p.string(null), host: p.string('localhost'), grant_option: p.any(false), escape: p.any(true),
};
type Given = { readonly [K in keyof Wish]: Wish[K] | null };
const wishOf = ({ grant, database, user, ...more }: Given): Wish => ({ ...more as Wish, grant: grant ?? '', database: database ?? '', user: user ?? '' });

export default defineState({
  name: 'mysql_grants',
  virtual,
  doc: 'Grants of users of MySQL and MariaDB.',
  functions: {
    present: fn({
      doc: 'Make sure that a user has rights on a database or table.',
      params: { ...ofGrant, revoke_first: p.any(false, 'take away other rights at the same place first'), ssl_option: p.any(false), connection_args: p.keywords() },
      run: ({ revoke_first: revoke, ssl_option: ssl, connection_args: given, ...wish }, ctx) => guarded(wish.name, () => present(wishOf(wish), isTruthy(revoke), ssl, given, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a user has not rights on a database or table.',
      params: { ...ofGrant, connection_args: p.keywords() },
      run: ({ connection_args: given, ...wish }, ctx) => guarded(wish.name, () => absent(wishOf(wish), given, ctx)),
    }),
  },
});
