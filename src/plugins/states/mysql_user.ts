/** Users of MySQL and MariaDB. Source: read, Salt 3006, which 3008 has no more. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { isTrue } from '../../kernel/std/is-true.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { guarded } from './outcome/step.js';
import { step, strictly, virtual } from './mysql/shared.js';

interface Wish {
  readonly name: string;
  readonly host: string;
  readonly password: Value;
  readonly password_hash: Value;
  readonly allow_passwordless: Value;
  readonly unix_socket: Value;
  readonly password_column: Value;
  readonly auth_plugin: string;
}

async function present(wish: Wish, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { name, host, password, password_hash, allow_passwordless, unix_socket, password_column } = wish;
  const account = `${name}@${host}`;
  const without = !isTruthy(password) && !isTruthy(password_hash);
  if (without && !isTrue(allow_passwordless)) return failed(name, 'Either password or password_hash must be specified, unless allow_passwordless is True');
  const proof = without ? { passwordless: true, unix_socket } : { password, password_hash };
  // The password of another plugin than that of MySQL itself cannot be compared.
  const column = { password_column };
  if (await ctx.call('mysql.user_exists', [name, host], { ...proof, ...column, ...given }) === true) {
    return done(name, `User ${account} is already present with ${without ? 'passwordless login' : isTruthy(password) ? 'the desired password' : 'the desired password hash'}`);
  }
  if (await ctx.call('mysql.user_exists', [name, host], { ...column, ...given }) === true) {
    return step({
      name, changes: { [name]: 'Updated' }, would: `Password for user ${account} is set to be ${without ? 'cleared' : 'changed'}`,
      did: `Password for user ${account} has been ${without ? 'cleared' : 'changed'}`, could: `Failed to ${without ? 'clear' : 'change'} password for user ${account}`,
      work: () => ctx.call('mysql.user_chpass', [name, host], { password, password_hash, allow_passwordless, unix_socket, ...column, ...strictly(given) }),
    }, ctx);
  }
  const tail = without ? ' with passwordless login' : '';
  return step({
    name, changes: { [name]: 'Present' }, would: `User ${account} is set to be added${tail}`, did: `The user ${account} has been added${tail}`, could: `Failed to create user ${account}`,
    work: () => ctx.call('mysql.user_create', [name, host], { password, password_hash, allow_passwordless, unix_socket, auth_plugin: wish.auth_plugin, ...column, ...strictly(given) }),
  }, ctx);
}

async function absent(name: string, host: string, given: PlainMap, ctx: Context): Promise<PlainMap> {
  if (await ctx.call('mysql.user_exists', [name, host], given) !== true) return done(name, `User ${name}@${host} is not present, so it cannot be removed`);
  return step({
    name, changes: { [name]: 'Absent' }, would: `User ${name}@${host} is set to be removed`, did: `User ${name}@${host} has been removed`, could: `Unable to remove user ${name}@${host}`,
    work: () => ctx.call('mysql.user_remove', [name, host], strictly(given)),
  }, ctx);
}

export default defineState({
  name: 'mysql_user',
  virtual,
  doc: 'Users of MySQL and MariaDB.',
  functions: {
    present: fn({
      doc: 'Make sure that a user is there, with a password, its hash, or none.',
      params: {
        name: p.string(), host: p.string('localhost'), password: p.any(null), password_hash: p.any(null), allow_passwordless: p.any(false), unix_socket: p.any(false),
        password_column: p.any(null), auth_plugin: p.string('mysql_native_password'), connection_args: p.keywords(),
      },
      run: ({ connection_args: given, ...wish }, ctx) => guarded(wish.name, () => present(wish, given, ctx)),
    }),
    absent: fn({
      doc: 'Make sure that a user is not there.',
      params: { name: p.string(), host: p.string('localhost'), connection_args: p.keywords() },
      run: (args, ctx) => guarded(args.name, () => absent(args.name, args.host, args.connection_args, ctx)),
    }),
  },
});
