/** Keys of minions and of the master. Every function that takes `match` takes a glob, several separated by commas, or a list of globs. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineWheel, fn } from '../../kernel/contract/plugin.js';
import type { KeyActionsPort, KeyLists, KeyTexts } from '../../kernel/contract/ports.js';
import type { PlainMap } from '../../kernel/std/value.js';

function keys(ctx: Context): KeyActionsPort {
  const { actions } = ctx.port('keys');
  if (actions === undefined) throw new CommandExecutionError('This host keeps no keys of minions');
  return actions;
}

const lists = (found: KeyLists): PlainMap => Object.fromEntries(Object.entries(found).map(([status, ids]) => [status, [...ids]]));
const texts = (found: KeyTexts): PlainMap => Object.fromEntries(Object.entries(found).map(([status, each]) => [status, { ...each }]));

export default defineWheel({
  name: 'key',
  doc: 'The keys of minions, and those of the master.',
  functions: {
    list: fn({
      doc: 'Give the keys in a state: `acc`, `pre`, `rej`, `den`, or `all`.',
      params: { match: p.string() },
      run: ({ match }, ctx) => lists(keys(ctx).listed(match)),
    }),
    list_all: fn({
      doc: 'Give the keys of every state, and the key files of the master itself.',
      params: {},
      run: (_, ctx) => lists(keys(ctx).all()),
    }),
    glob_match: fn({
      doc: 'Give the keys that match, by state.',
      params: { match: p.any() },
      run: ({ match }, ctx) => lists(keys(ctx).matching(match)),
    }),
    name_match: fn({
      doc: 'An older name of `glob_match`.',
      params: { match: p.any() },
      run: ({ match }, ctx) => lists(keys(ctx).matching(match)),
    }),
    accept: fn({
      doc: 'Accept the waiting keys that match; gives all keys that match then.',
      params: { match: p.any(), include_rejected: p.bool(false), include_denied: p.bool(false) },
      run: async ({ match, include_rejected: rejected, include_denied: denied }, ctx) => lists(await keys(ctx).accept(match, { rejected, denied })),
    }),
    accept_dict: fn({
      doc: 'Accept the keys named by state, as `{minions_pre: [a, b]}`.',
      params: { match: p.map(), include_rejected: p.bool(false), include_denied: p.bool(false) },
      run: async ({ match, include_rejected: rejected, include_denied: denied }, ctx) => lists(await keys(ctx).accept(match, { rejected, denied })),
    }),
    reject: fn({
      doc: 'Reject the waiting keys that match; gives all keys that match then.',
      params: { match: p.any(), include_accepted: p.bool(false), include_denied: p.bool(false) },
      run: async ({ match, include_accepted: accepted, include_denied: denied }, ctx) => lists(await keys(ctx).reject(match, { accepted, denied })),
    }),
    reject_dict: fn({
      doc: 'Reject the keys named by state, as `{minions_pre: [a, b]}`.',
      params: { match: p.map(), include_accepted: p.bool(false), include_denied: p.bool(false) },
      run: async ({ match, include_accepted: accepted, include_denied: denied }, ctx) => lists(await keys(ctx).reject(match, { accepted, denied })),
    }),
    delete: fn({
      doc: 'Delete the keys that match, whatever their state.',
      params: { match: p.any() },
      run: async ({ match }, ctx) => lists(await keys(ctx).delete(match)),
    }),
    delete_dict: fn({
      doc: 'Delete the keys named by state; a key that is in another state stays.',
      params: { match: p.map() },
      run: async ({ match }, ctx) => lists(await keys(ctx).delete(match)),
    }),
    print: fn({
      doc: 'Give the public keys that match.',
      params: { match: p.any() },
      run: ({ match }, ctx) => texts(keys(ctx).texts(match)),
    }),
    master_key_str: fn({
      doc: 'Give the public key of the master.',
      params: {},
      run: (_, ctx) => texts(keys(ctx).masterText()),
    }),
    finger: fn({
      doc: 'Give the fingerprints of the keys that match; `hash_type` is that of the configuration.',
      params: { match: p.any(), hash_type: p.string(null) },
      run: ({ match, hash_type: hashType }, ctx) => texts(keys(ctx).fingers(match, hashType)),
    }),
    finger_master: fn({
      doc: 'Give the fingerprint of the public key of the master.',
      params: { hash_type: p.string(null) },
      run: ({ hash_type: hashType }, ctx) => texts(keys(ctx).masterFinger(hashType)),
    }),
    gen: fn({
      doc: 'Make a pair of keys and give it; nothing is kept. Sizes below 2048 bits are raised to it.',
      params: { id_: p.string(null), keysize: p.int(2048) },
      run: ({ keysize }, ctx) => keys(ctx).newPair(keysize),
    }),
    gen_accept: fn({
      doc: 'Make a pair of keys, accept its public key and give the pair; nothing when the id has a key already, unless forced.',
      params: { id_: p.string(), keysize: p.int(2048), force: p.bool(false) },
      run: ({ id_: id, keysize, force }, ctx) => keys(ctx).newAcceptedPair(id, keysize, force),
    }),
    gen_keys: fn({
      doc: 'Write the files of a new pair of keys and give its fingerprint.',
      params: { keydir: p.string(null), keyname: p.string(null), keysize: p.int(null), user: p.string(null) },
      run: ({ keydir, keyname, keysize, user }, ctx) => keys(ctx).pairFiles({ dir: keydir, name: keyname, bits: keysize, user }),
    }),
    gen_signature: fn({
      doc: 'Sign the public key of the master, so that minions can check it at sign-in.',
      params: { priv: p.string(), pub: p.string(), signature_path: p.string(), auto_create: p.bool(false), keysize: p.int(null) },
      run: ({ priv, pub, signature_path: folder, auto_create: autoCreate, keysize: bits }, ctx) =>
        keys(ctx).signMasterKey({ priv, pub, folder, autoCreate, bits }),
    }),
  },
});
