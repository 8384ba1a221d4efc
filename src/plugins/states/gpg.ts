/** Keys in keyrings of GnuPG. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { failed } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { ensureKey, ensureTrust, TRUST, type Outcome, type Wanted } from './gpg/present.js';

const textsOf = (value: Value): string[] => (isList(value) ? value.map(str) : isTruthy(value) ? [str(value)] : []);
const keysOf = (name: string, keys: Value): string[] => (isTruthy(keys) ? textsOf(keys) : [name]);
const listed = async (place: PlainMap, ctx: Context): Promise<PlainMap[]> => await ctx.call('gpg.list_keys', [], place) as PlainMap[];

async function present(name: string, keys: readonly string[], trust: string | null, wanted: Wanted, ctx: Context): Promise<PlainMap> {
  let known: PlainMap[];
  try {
    if (!isTruthy(wanted.text) && wanted.skipKeyserver && wanted.source.length === 0) throw new InvocationError('When skipping keyservers, you must provide at least one source');
    if (isTruthy(trust) && !Object.hasOwn(TRUST, trust ?? '')) throw new InvocationError(`Invalid trust level ${trust ?? ''}`);
    known = await listed(wanted.place, ctx);
  } catch (error) {
    if (error instanceof CommandExecutionError || error instanceof InvocationError) return failed(name, error.message);
    throw error;
  }
  const outcomes = new Map<string, Outcome>();
  for (const key of keys) {
    const outcome = await ensureKey(key, known.find((one) => one['keyid'] === key), wanted, ctx);
    outcomes.set(key, isTruthy(trust) ? await ensureTrust(key, trust ?? '', outcome, wanted.place, ctx) : outcome);
  }
  const all = [...outcomes];
  const results = all.map(([, { result }]) => result);
  return {
    name, result: results.includes(false) ? false : results.includes(null) ? null : true,
    changes: Object.fromEntries(all.filter(([, { changes }]) => Object.keys(changes).length > 0).map(([key, { changes }]) => [key, changes])),
    comment: all.map(([key, { lines }]) => `Key ${key}:\n  * ${lines.join('\n  * ')}`).join('\n'),
  };
}

async function absent(name: string, keys: readonly string[], place: PlainMap, removesEmpty: boolean, ctx: Context): Promise<PlainMap> {
  const before = (await listed(place, ctx)).map((key) => key['keyid']);
  const lines: string[] = [];
  const deleted: string[] = [];
  let isFailed = false;
  for (const key of keys) {
    if (!before.includes(key)) {
      lines.push(`${key} not found in GPG keychain`);
      continue;
    }
    const answer = ctx.test ? {} : await ctx.call('gpg.delete_key', [], { keyid: key, ...place }) as PlainMap;
    if (answer['res'] === false) {
      isFailed = true;
      lines.push(str(answer['message'] ?? ''));
      continue;
    }
    deleted.push(key);
    lines.push(ctx.test ? `Would have deleted ${key} from GPG keychain` : `Deleted ${key} from GPG keychain`);
  }
  const changes: Record<string, Value> = deleted.length === 0 ? {} : { deleted };
  if (ctx.test) return { name, changes, result: deleted.length === 0 ? true : null, comment: lines.join('\n') };
  if (isFailed) return { name, changes, result: false, comment: lines.join('\n') };
  const after = (await listed(place, ctx)).map((key) => str(key['keyid'] ?? ''));
  const remaining = keys.filter((key) => after.includes(key));
  const ring = place['keyring'];
  if (remaining.length > 0) {
    lines.push(`State check revealed the following keys could not be deleted: ${remaining.join(', ')}`);
    changes['deleted'] = deleted.filter((key) => !after.includes(key));
  } else if (after.length === 0 && typeof ring === 'string' && removesEmpty && isTruthy(await ctx.call('file.file_exists', [ring]))) {
    await ctx.call('file.remove', [ring]);
    lines.push(`Removed empty keyring file ${ring}`);
    changes['removed'] = ring;
  }
  return { name, changes, result: remaining.length === 0, comment: lines.join('\n') };
}

const keys = p.any(null, 'full ids of keys; else the name');
const user = p.string(null, 'whose keys');
const gnupghome = p.string(null);
const keyring = p.string(null);
const placeOf = (args: { user: string | null; gnupghome: string | null; keyring: string | null }): PlainMap => ({ user: args.user, gnupghome: args.gnupghome, keyring: args.keyring });

export default defineState({
  name: 'gpg',
  virtual: async (ctx) => (await ctx.has('gpg.list_keys') ? true : 'gpg module could not be loaded'),
  doc: 'Keys in keyrings of GnuPG.',
  functions: {
    present: fn({
      doc: 'Make sure that public keys are in a keyring, and trusted so far.',
      params: {
        name: p.string(), keys, user, keyserver: p.string(null), gnupghome, trust: p.string(null), keyring, source: p.any(null, 'files with the keys'), skip_keyserver: p.bool(false),
        text: p.string(null, 'the keys themselves'), subkey_maxage: p.int(100, 'days for which a subkey that expired is asked for anew'), kwargs: p.keywords(),
      },
      run: (args, ctx) => present(args.name, keysOf(args.name, args.keys), args.trust, {
        place: placeOf(args), keyserver: args.keyserver, source: textsOf(args.source), skipKeyserver: args.skip_keyserver, text: args.text, subkeyMaxAge: args.subkey_maxage,
      }, ctx),
    }),
    absent: fn({
      doc: 'Make sure that public keys are in no keyring.',
      params: { name: p.string(), keys, user, gnupghome, keyring, keyring_absent_if_empty: p.bool(false), kwargs: p.keywords() },
      run: (args, ctx) => absent(args.name, keysOf(args.name, args.keys), placeOf(args), args.keyring_absent_if_empty, ctx),
    }),
  },
});
