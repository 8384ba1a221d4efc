/** Keys that may log in, and keys that may not. */
import type { Context } from '../../../kernel/contract/context.js';
import { done, failed, wouldChange } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { saltenvOf } from '../outcome/saltenv.js';
import { placeOf, type KeyWish } from './wish.js';

/** The complaint about a file that has no keys; undefined for one that cannot be had, or is fine. */
async function emptyFile({ source }: KeyWish, ctx: Context): Promise<string | undefined> {
  const cached = await ctx.call('cp.cache_file', [source, saltenvOf(ctx)]);
  return isTruthy(cached) ? `No keys detected in ${source}. Is file properly formatted?` : undefined;
}

async function foretellFile(name: string, wish: KeyWish, leaves: string, line: (key: string, state: string) => string, words: string, ctx: Context): Promise<PlainMap> {
  const { user, source } = wish;
  const states = await ctx.call('ssh.check_key_file', [user, source, wish.config], { saltenv: saltenvOf(ctx), fingerprint_hash_type: wish.hashType }) as PlainMap;
  const lines = Object.entries(states).filter(([, state]) => state !== leaves).map(([key, state]) => line(key, str(state)));
  if (lines.length > 0) return wouldChange(name, lines.join(''));
  const problem = Object.keys(states).length === 0 ? await emptyFile(wish, ctx) : undefined;
  return problem === undefined ? done(name, `All host keys in file ${source} are already ${words}`) : failed(name, problem);
}

const stateOf = (wish: KeyWish, ctx: Context): Promise<Value> =>
  ctx.call('ssh.check_key', [wish.user, wish.key, wish.enc, wish.comment, wish.options], placeOf(wish));

export async function present(name: string, wish: KeyWish, ctx: Context): Promise<PlainMap> {
  const { user, key, source } = wish;
  if (ctx.test && source !== '') return foretellFile(name, wish, 'exists', (one, state) => `Set to ${state}: ${one}\n`, 'present', ctx);
  if (ctx.test) {
    const state = await stateOf(wish, ctx);
    if (state === 'exists') return done(name, `The authorized host key ${key} is already present for user ${user}`);
    return wouldChange(name, `Key ${key} for user ${user} is set to be ${state === 'update' ? 'updated' : 'added'}`);
  }
  return told(name, wish, await set(wish, ctx), ctx);
}

async function set(wish: KeyWish, ctx: Context): Promise<Value> {
  const { user, key, enc, comment, options, source } = wish;
  if (source === '') return ctx.call('ssh.set_auth_key', [user, key], { enc, comment, options, ...placeOf(wish) });
  const saltenv = saltenvOf(ctx);
  if (!isTruthy(await ctx.call('cp.get_url', [source, null], { saltenv }))) return 'no key';
  return ctx.call('ssh.set_auth_key_from_file', [user, source], { saltenv, options, ...placeOf(wish) });
}

async function told(name: string, wish: KeyWish, answer: Value, ctx: Context): Promise<PlainMap> {
  const { user, key, source } = wish;
  // With a file the changes stand under the name of the state.
  const shown = source === '' ? key : name;
  const about = `The authorized host key ${shown} for user ${user}`;
  switch (str(answer)) {
    case 'replace': return done(name, `${about} was updated`, { [shown]: 'Updated' });
    case 'new': return done(name, `${about} was added`, { [shown]: 'New' });
    case 'no change': return done(name, `The authorized host key ${shown} is already present for user ${user}`);
    case 'no key': return failed(name, `Failed to add the ssh key. Source file ${source} is missing`);
    case 'fail': {
      const keys = source === '' ? undefined : await ctx.call('ssh.check_key_file', [user, source, wish.config], { saltenv: saltenvOf(ctx) });
      const problem = keys === undefined || isTruthy(keys) ? undefined : await emptyFile(wish, ctx);
      return failed(name, problem ?? 'Failed to add the ssh key. Is the home directory available, and/or does the key file exist?');
    }
    case 'invalid': case 'Invalid public key': return failed(name, 'Invalid public ssh key, most likely has spaces or invalid syntax');
    default: return done(name, '');
  }
}

export async function absent(name: string, wish: KeyWish, ctx: Context): Promise<PlainMap> {
  const { user, key, source } = wish;
  if (ctx.test && source !== '') return foretellFile(name, wish, 'add', (one) => `Set to remove: ${one}\n`, 'absent', ctx);
  if (ctx.test) {
    const state = await stateOf(wish, ctx);
    return state === 'add' ? done(name, 'Key is already absent') : wouldChange(name, `Key ${key} for user ${user} is set for removal`);
  }
  const answer = await remove(wish, ctx);
  if (answer === 'User authorized keys file not present') return failed(name, answer);
  return done(name, answer, answer === 'Key removed' ? { [source === '' ? key : name]: 'Removed' } : {});
}

async function remove(wish: KeyWish, ctx: Context): Promise<string> {
  const { user, key, source } = wish;
  if (source === '') return str(await ctx.call('ssh.rm_auth_key', [user, key], placeOf(wish)));
  const saltenv = saltenvOf(ctx);
  if (!isTruthy(await ctx.call('cp.get_url', [source, null], { saltenv }))) return '';
  return str(await ctx.call('ssh.rm_auth_key_from_file', [user, source], { saltenv, ...placeOf(wish) }));
}
