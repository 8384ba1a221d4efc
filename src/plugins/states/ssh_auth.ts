/** Keys by which users may log in. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { absent, present } from './ssh_auth/keys.js';
import { readKey, type KeyWish } from './ssh_auth/wish.js';

const wishParams = {
  user: p.string(), enc: p.string('ssh-rsa'), comment: p.string(''), source: p.string(''), options: p.any(null), config: p.string('.ssh/authorized_keys'),
  fingerprint_hash_type: p.string(null, 'sha256 when not given'),
};

interface Given {
  readonly user: string;
  readonly enc: string;
  readonly comment: string;
  readonly source: string;
  readonly options: Value;
  readonly config: string;
  readonly fingerprint_hash_type: string | null;
}

function wishOf(name: string, { fingerprint_hash_type: hashType, options, ...given }: Given, wholeComment: boolean): KeyWish {
  const wish = { ...given, hashType, options: isList(options) ? options.map(str) : [] };
  return given.source === '' ? readKey(name, wish, wholeComment) : { ...wish, key: name };
}

/** The keys that are listed and no others. */
async function manage(keys: readonly string[], given: Given, ctx: Context): Promise<PlainMap> {
  const listed = new Set(keys.flatMap((key) => key.split(' ')));
  const { user, config, fingerprint_hash_type: hashType } = given;
  const now = await ctx.call('ssh.auth_keys', [], { user, config, fingerprint_hash_type: hashType }) as PlainMap;
  const changes: PlainMap = {};
  let comment = '';
  let result: Value = true;
  for (const key of Object.keys(now).filter((one) => !listed.has(one))) {
    if (ctx.test) [comment, result] = [`${key} Key set for removal`, null];
    else changes[key] = (await absent(key, wishOf(key, given, false), ctx))['comment'] ?? '';
  }
  for (const key of keys) {
    const one = await present(key, wishOf(key, given, true), ctx);
    if (isPlainMap(one['changes']) && Object.keys(one['changes']).length > 0) Object.assign(changes, one['changes']);
    else comment = `${comment}\n${str(one['comment'] ?? '')}`.trim();
    if (one['result'] !== true) result = one['result'] ?? null;
  }
  return { name: '', changes, result, comment };
}

export default defineState({
  name: 'ssh_auth',
  doc: 'Keys by which users may log in.',
  functions: {
    present: fn({
      doc: 'Make sure that a key, or the keys of a file, may log in.',
      params: { name: p.string(), ...wishParams, kwargs: p.keywords() },
      run: ({ name, kwargs: _others, ...given }, ctx) => present(name, wishOf(name, given, true), ctx),
    }),
    absent: fn({
      doc: 'Make sure that a key, or the keys of a file, may not log in.',
      params: { name: p.string(), ...wishParams },
      run: ({ name, ...given }, ctx) => absent(name, wishOf(name, given, false), ctx),
    }),
    manage: fn({
      doc: 'Make sure that these keys may log in and no others.',
      params: { name: p.string(), ssh_keys: p.list(), ...wishParams, kwargs: p.keywords() },
      run: ({ name: _name, ssh_keys: keys, kwargs: _others, ...given }, ctx) => manage(keys.map(str), given, ctx),
    }),
  },
});
