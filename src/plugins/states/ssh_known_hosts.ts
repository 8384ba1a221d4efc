/** Hosts whose keys are known. */
import { posix } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandNotFoundError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';

interface Wish {
  readonly name: string;
  readonly user: string | null;
  readonly fingerprint: string | null;
  readonly key: string | null;
  readonly port: Value;
  readonly enc: string | null;
  readonly config: string;
  readonly hash_known_hosts: Value;
  readonly timeout: Value;
  readonly fingerprint_hash_type: string | null;
}

const configOf = (user: string | null, config: string | null): string =>
  (isTruthy(config) ? str(config) : isTruthy(user) ? '.ssh/known_hosts' : '/etc/ssh/ssh_known_hosts');

const isPlaceless = (user: string | null, config: string): boolean => !isTruthy(user) && !posix.isAbsolute(config);
const placeless = (name: string): PlainMap => failed(name, 'If not specifying a "user", specify an absolute "config".');

async function foretell({ name, user, config, key, fingerprint, enc, port, fingerprint_hash_type: hashType }: Wish, ctx: Context): Promise<PlainMap> {
  if (isTruthy(key) && isTruthy(fingerprint)) return failed(name, 'Specify either "key" or "fingerprint", not both.');
  if (isTruthy(key) && !isTruthy(enc)) return failed(name, 'Required argument "enc" if using "key" argument.');
  let answer: Value;
  try {
    answer = await ctx.call('ssh.check_known_host', [user, name], { key, fingerprint, config, port, fingerprint_hash_type: hashType });
  } catch (error) {
    if (!(error instanceof CommandNotFoundError)) throw error;
    return failed(name, `ssh.check_known_host error: ${error.message}`);
  }
  if (isPlainMap(answer) && 'error' in answer) return failed(name, str(answer['error'] ?? null));
  if (answer === 'exists') return done(name, `Host ${name} is already in ${config}`);
  return wouldChange(name, answer === 'add' ? `Key for ${name} is set to be added to ${config}` : `Key for ${name} is set to be updated in ${config}`);
}

async function remember({ name, ...wish }: Wish, ctx: Context): Promise<PlainMap> {
  const answer = await ctx.call('ssh.set_known_host', [], { hostname: name, ...wish }) as PlainMap;
  if (answer['status'] === 'exists') return done(name, `${name} already exists in ${wish.config}`);
  if (answer['status'] === 'error') return failed(name, str(answer['error'] ?? null));
  const changes = { old: answer['old'] ?? null, new: answer['new'] ?? null };
  const [first = {}] = answer['new'] as readonly PlainMap[];
  const of = (fact: string): string => `${fact}: ${str(first[fact] ?? null)}`;
  if (isTruthy(wish.key)) return done(name, `${name}'s key saved to ${wish.config} (${of('key')})`, changes);
  if (isTruthy(wish.fingerprint)) return done(name, `${name}'s key saved to ${wish.config} (${of('fingerprint')})`, changes);
  if (isTruthy(wish.enc)) return done(name, `${name}'s ${str(wish.enc)} key saved to ${wish.config} (${of('key')})`, changes);
  return done(name, `${name}'s key(s) saved to ${wish.config}`, changes);
}

async function forget(name: string, user: string | null, config: string, ctx: Context): Promise<PlainMap> {
  const known = await ctx.call('ssh.get_known_host_entries', [], { user, hostname: name, config });
  if (!isTruthy(known)) return done(name, 'Host is already absent');
  if (ctx.test) return wouldChange(name, `Key for ${name} is set to be removed from ${config}`);
  const answer = await ctx.call('ssh.rm_known_host', [], { user, hostname: name, config }) as PlainMap;
  if (answer['status'] === 'error') return failed(name, str(answer['error'] ?? null));
  return done(name, str(answer['comment'] ?? ''), { old: known, new: null });
}

const text = p.string(null);

export default defineState({
  name: 'ssh_known_hosts',
  doc: 'Hosts whose keys are known, to a user or to the machine.',
  functions: {
    present: fn({
      doc: 'Make sure that the keys of a host are written down, as they are given or as the host says.',
      params: {
        name: p.string(), user: text, fingerprint: text, key: text, port: p.any(null), enc: text, config: text, hash_known_hosts: p.any(true),
        timeout: p.any(5, 'seconds'), fingerprint_hash_type: text,
      },
      run({ config: given, ...asked }, ctx) {
        const wish = { ...asked, config: configOf(asked.user, given) };
        if (isPlaceless(wish.user, wish.config)) return placeless(wish.name);
        return ctx.test ? foretell(wish, ctx) : remember(wish, ctx);
      },
    }),
    absent: fn({
      doc: 'Make sure that nothing is written down of a host.',
      params: { name: p.string(), user: text, config: text },
      run({ name, user, config: given }, ctx) {
        const config = configOf(user, given);
        return isPlaceless(user, config) ? placeless(name) : forget(name, user, config, ctx);
      },
    }),
  },
});
