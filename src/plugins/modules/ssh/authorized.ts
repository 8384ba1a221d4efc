/** Keys by which users may log in. */
import { posix } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isOsError, osErrorText } from '../../../kernel/std/os-error.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { fingerprintOf, keyKind, keyLine, keysOfFile, splitKeyLine, type PublicKey } from './key-lines.js';
import { authorizedKeysPath, isFile, isFolder, isRoot, makePrivateFolder, ownerOf } from './places.js';

/** Which file, and how keys in it are named. */
export interface Place {
  readonly user: string;
  readonly config: string;
  readonly hashType: string | null;
}

/** A key as it is asked for. */
export interface Wanted {
  readonly key: string;
  readonly enc: string;
  readonly comment: string;
  readonly options: readonly string[];
}

export type KeyState = 'add' | 'update' | 'exists';

async function keysOfUser({ user, config, hashType }: Place, ctx: Context): Promise<Map<string, PublicKey> | undefined> {
  try {
    const path = await authorizedKeysPath(user, config, ctx);
    return await isFile(path, ctx) ? await keysOfFile(path, hashType, ctx) : undefined;
  } catch (error) {
    if (error instanceof CommandExecutionError && !error.message.startsWith('Problem reading')) return undefined;
    throw error;
  }
}

const asValue = (keys: ReadonlyMap<string, PublicKey> | undefined): PlainMap =>
  Object.fromEntries([...keys ?? []].map(([key, { enc, comment, options, fingerprint }]) => [key, { enc, comment, options: [...options], fingerprint }]));

/** Keys of one user, or by user of several. */
export async function authorizedKeys(user: Value, config: string, hashType: string | null, ctx: Context): Promise<PlainMap> {
  const asked = isTruthy(user) ? user : await ctx.call('user.list_users');
  if (!isList(asked)) return asValue(await keysOfUser({ user: str(asked), config, hashType }, ctx));
  const found: PlainMap = {};
  for (const name of asked.map(str)) {
    const keys = await keysOfUser({ user: name, config, hashType }, ctx);
    if (keys !== undefined) found[name] = asValue(keys);
  }
  return found;
}

export async function keyState(place: Place, { key, enc, comment, options }: Wanted, ctx: Context): Promise<KeyState> {
  const kind = keyKind(enc);
  const now = (await keysOfUser(place, ctx))?.get(key);
  if (now === undefined) return 'add';
  return keyLine(key, now) === keyLine(key, { enc: kind, comment, options }) ? 'exists' : 'update';
}

/** Comments and keys of the file, each a line with its end. */
async function linesOf(path: string, ctx: Context): Promise<string[]> {
  return splitLines(await ctx.sys.fs.readFile(path, 'utf8')).map((line) => line.trim()).filter((line) => line !== '').map((line) => `${line}\n`);
}

async function replaceKey(place: Place, wanted: Wanted, ctx: Context): Promise<void> {
  const path = await authorizedKeysPath(place.user, place.config, ctx);
  const line = keyLine(wanted.key, wanted);
  try {
    const lines = (await linesOf(path, ctx)).map((one) => {
      const found = one.startsWith('#') ? null : /(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+\s([a-zA-Z0-9+/]+={0,2})/.exec(one);
      return found?.[1] === wanted.key ? line : one;
    });
    await ctx.sys.writeFile(path, lines.join(''));
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Problem reading or writing to key file: ${osErrorText(error)}`, { cause: error });
  }
}

export type SetAnswer = 'new' | 'replace' | 'no change' | 'fail' | 'invalid' | 'Invalid public key';

export async function setKey(place: Place, wanted: Wanted, ctx: Context): Promise<SetAnswer> {
  if (wanted.key.split(/\s+/).filter((word) => word !== '').length > 1) return 'invalid';
  const asked = { ...wanted, enc: keyKind(wanted.enc) };
  if (await ownerOf(place.user, ctx) === undefined) return 'fail';
  if (fingerprintOf(wanted.key, place.hashType) === undefined) return 'Invalid public key';
  const state = await keyState(place, asked, ctx);
  if (state === 'exists') return 'no change';
  if (state === 'add') return addKey(place, asked, ctx);
  await replaceKey(place, asked, ctx);
  return 'replace';
}

async function addKey(place: Place, wanted: Wanted, ctx: Context): Promise<'new' | 'fail'> {
  const owner = await ownerOf(place.user, ctx);
  const path = await authorizedKeysPath(place.user, place.config, ctx);
  if (owner === undefined || (path.startsWith(owner.home) && !await isFolder(owner.home, ctx))) return 'fail';
  const folder = posix.dirname(path);
  const isNewFolder = !await isFolder(folder, ctx);
  await makePrivateFolder(folder, owner, ctx);
  const before = await isFile(path, ctx) ? await ctx.sys.fs.readFile(path, 'utf8') : undefined;
  const start = before === undefined || before === '' || before.endsWith('\n') ? before ?? '' : `${before}\n`;
  try {
    await ctx.sys.writeFile(path, `${start}${keyLine(wanted.key, wanted)}`, before === undefined ? { mode: 0o600 } : {});
    if (before === undefined && isRoot()) await ctx.sys.fs.chown(path, owner.uid, owner.gid);
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Could not write to key file: ${osErrorText(error)}`, { cause: error });
  }
  const restore = await ctx.sys.which('restorecon');
  const changed = [...(isNewFolder ? [folder] : []), ...(before === undefined ? [path] : [])];
  if (restore !== undefined) for (const one of changed) await ctx.sys.run([restore, one], { signal: ctx.signal });
  return 'new';
}

export async function removeKey(place: Place, key: string, ctx: Context): Promise<string> {
  if ((await keysOfUser(place, ctx))?.has(key) !== true) return 'Key not present';
  const path = await authorizedKeysPath(place.user, place.config, ctx);
  try {
    const lines = (await linesOf(path, ctx)).filter((line) => {
      if (line.startsWith('#')) return true;
      // What is no key goes as well, as in Salt.
      const words = splitKeyLine(line.trimEnd())?.words;
      return words !== undefined && words[1] !== key;
    });
    await ctx.sys.writeFile(path, lines.join(''));
  } catch (error) {
    if (!isOsError(error)) throw error;
    ctx.log.warn({ err: error }, 'Could not read/write key file');
    return 'Key not removed';
  }
  return 'Key removed';
}

export interface KeyFile {
  readonly source: string;
  readonly saltenv: string;
}

async function cachedKeys({ source, saltenv }: KeyFile, hashType: string | null, ctx: Context): Promise<Map<string, PublicKey> | undefined> {
  const cached = await ctx.call('cp.cache_file', [source, saltenv]);
  if (!isTruthy(cached) || !await isFile(str(cached), ctx)) return undefined;
  const keys = await keysOfFile(str(cached), hashType, ctx);
  if (keys.size === 0) ctx.log.error({}, `No keys detected in ${source}. Is file properly formatted?`);
  return keys;
}

/** What would become of each key of a file; empty without keys. */
export async function fileStates(place: Place, file: KeyFile, ctx: Context): Promise<PlainMap> {
  const states: PlainMap = {};
  for (const [key, { enc, comment, options }] of await cachedKeys(file, place.hashType, ctx) ?? []) {
    states[key] = await keyState(place, { key, enc, comment, options }, ctx);
  }
  return states;
}

/** Does something with each key of a file; the first of the answers in `order` that came counts, otherwise the last of them. */
async function withFile(file: KeyFile, hashType: string | null, order: readonly string[], act: (key: string, facts: PublicKey) => Promise<string>, ctx: Context): Promise<string> {
  const keys = await cachedKeys(file, hashType, ctx);
  if (keys === undefined) throw new CommandExecutionError('Failed to pull key file from salt file server');
  if (keys.size === 0) return 'fail';
  const answers = new Set<string>();
  for (const [key, facts] of keys) answers.add(await act(key, facts));
  return order.find((answer) => answers.has(answer)) ?? order.at(-1) ?? '';
}

export const setKeysOfFile = (place: Place, file: KeyFile, options: readonly string[], ctx: Context): Promise<string> =>
  withFile(file, place.hashType, ['fail', 'replace', 'new', 'no change'], (key, facts) =>
    setKey(place, { key, enc: facts.enc, comment: facts.comment, options: options.length > 0 ? options : facts.options }, ctx), ctx);

export const removeKeysOfFile = (place: Place, file: KeyFile, ctx: Context): Promise<string> =>
  withFile(file, place.hashType, ['Key not removed', 'Key removed', 'Key not present'], (key) => removeKey(place, key, ctx), ctx);
