/** Keys that are to be there, one by one. Source: read, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';

const DAY_MS = 86_400_000;
export const TRUST: Readonly<Record<string, string>> = {
  expired: 'Expired', unknown: 'Unknown', not_trusted: 'Not Trusted', marginally: 'Marginally', fully: 'Fully Trusted', ultimately: 'Ultimately Trusted',
};

export interface Wanted {
  readonly place: PlainMap;
  readonly keyserver: string | null;
  readonly source: readonly string[];
  readonly skipKeyserver: boolean;
  readonly text: string | null;
  readonly subkeyMaxAge: number;
}

/** What is known of a key, and what was said and changed. */
export interface Outcome {
  readonly lines: string[];
  readonly changes: Record<string, Value>;
  readonly result: boolean | null;
  /** How far it and its owner are trusted; undefined when it is not there. */
  readonly trust: readonly string[] | undefined;
}

const subkeysOf = (key: PlainMap): PlainMap[] => (isList(key['subkeys']) ? key['subkeys'].filter((one): one is PlainMap => isMap(one)) : []);
const ids = (keys: readonly PlainMap[]): string[] => keys.map((key) => str(key['keyid'] ?? ''));

/** Subkeys that expired not too long ago. */
function expiredSubkeys(key: PlainMap, maxDays: number, nowMs: number): PlainMap[] {
  const today = Math.floor(nowMs / DAY_MS);
  return maxDays === 0 ? [] : subkeysOf(key).filter((subkey) => subkey['expired'] === true && today - Math.floor(Date.parse(str(subkey['expires'] ?? '')) / DAY_MS) <= maxDays);
}

const trustOf = (key: PlainMap): string[] => [str(key['trust'] ?? ''), str(key['ownerTrust'] ?? '')];

class KeyNotContained extends CommandExecutionError {}

async function importFrom(key: string, refresh: boolean, source: PlainMap, wanted: Wanted, ctx: Context): Promise<PlainMap> {
  const { keyring, ...reading } = wanted.place;
  const [found] = await ctx.call('gpg.read_key', [], { ...source, keyid: key, ...reading }) as readonly PlainMap[];
  if (found === undefined) throw new KeyNotContained(`Passed text did not contain the requested key ${key}`);
  if (found['expired'] === true && refresh) throw new KeyNotContained(`Passed text contained the key ${key}, but it's expired`);
  const { path, text } = source;
  return await ctx.call('gpg.import_key', [], { text: text ?? null, filename: path ?? null, ...reading, keyring: keyring ?? null, select: key }) as PlainMap;
}

interface Fetched {
  readonly res: Value;
  readonly message: string;
}

async function fromServer(key: string, refresh: boolean, isExpired: boolean, wanted: Wanted, ctx: Context): Promise<Fetched> {
  const answer = await ctx.call('gpg.receive_keys', [], { keyserver: wanted.keyserver, keys: key, ...wanted.place }) as PlainMap;
  const lines = isList(answer['message']) ? answer['message'].map(str) : [str(answer['message'] ?? '')];
  const message = lines.join('\n');
  if (!refresh || !isTruthy(answer['res'] ?? null)) return { res: answer['res'] ?? false, message };
  const isNew = lines.some((line) => line.includes('updated: new'));
  return { res: isNew ? true : isExpired ? false : null, message };
}

async function fromSources(key: string, refresh: boolean, before: Fetched | undefined, wanted: Wanted, ctx: Context): Promise<Fetched> {
  for (const source of wanted.source) {
    const path = await ctx.call('cp.cache_file', [source]);
    if (!isTruthy(path)) continue;
    try {
      const answer = await importFrom(key, refresh, { path }, wanted, ctx);
      return { res: answer['res'] ?? false, message: str(answer['message'] ?? '') };
    } catch (error) {
      if (!(error instanceof KeyNotContained)) throw error;
      ctx.log.warn({ source, key }, 'a source has not got the key, or it is expired there');
    }
  }
  throw new CommandExecutionError(`${before === undefined ? '' : `${before.message}\n`}none of the specified sources were found or contained the (unexpired) key ${key}.`);
}

async function fetchKey(key: string, refresh: boolean, isExpired: boolean, wanted: Wanted, ctx: Context): Promise<Fetched> {
  if (wanted.text !== null && wanted.text !== '') {
    const answer = await importFrom(key, refresh, { text: wanted.text }, wanted, ctx);
    return { res: answer['res'] ?? false, message: str(answer['message'] ?? '') };
  }
  const served = wanted.skipKeyserver ? undefined : await fromServer(key, refresh, isExpired, wanted, ctx);
  if (isTruthy(served?.res ?? null) || wanted.source.length === 0) return served ?? { res: null, message: '' };
  return fromSources(key, refresh, served, wanted, ctx);
}

/** What a renewal brought. */
function renewed(key: string, isExpired: boolean, before: PlainMap, after: PlainMap, maxDays: number, nowMs: number): Pick<Outcome, 'lines' | 'changes'> {
  if (isExpired) return { lines: [`Updated ${key} because it was expired`], changes: { refresh: true } };
  const added = ids(subkeysOf(after)).filter((id) => !ids(subkeysOf(before)).includes(id));
  const still = ids(expiredSubkeys(after, maxDays, nowMs));
  const extended = ids(expiredSubkeys(before, maxDays, nowMs)).filter((id) => !still.includes(id));
  if (added.length + extended.length === 0) return { lines: [`Attempted to update ${key} because it has expired subkeys, but no new signatures or keys were found`], changes: {} };
  const subkeys = { ...(added.length > 0 ? { added } : {}), ...(extended.length > 0 ? { extended } : {}) };
  return { lines: [`Updated ${key} because it had expired subkeys.`], changes: { refresh: true, subkeys } };
}

/** Makes sure of one key; what fails is told in its lines. */
export async function ensureKey(key: string, known: PlainMap | undefined, wanted: Wanted, ctx: Context): Promise<Outcome> {
  const isExpired = known?.['expired'] === true;
  const oldSubkeys = known === undefined ? [] : expiredSubkeys(known, wanted.subkeyMaxAge, ctx.sys.now());
  const refresh = isExpired || oldSubkeys.length > 0;
  const trust = known === undefined ? undefined : trustOf(known);
  if (known !== undefined && !refresh) return { lines: [`GPG Public Key ${key} already in keychain`], changes: {}, result: true, trust };
  if (ctx.test) {
    if (!refresh) return { lines: [`Would have added ${key} to GPG keychain`], changes: { added: true }, result: null, trust: ['unknown'] };
    const lines = isExpired ? [`Would have attempted to update ${key} because it is expired`]
      : [`Would have attempted to update ${key} because it has expired subkeys:`, ...oldSubkeys.map((one) => `  - ${str(one['keyid'] ?? '')} (expired on ${str(one['expires'] ?? '')})`)];
    return { lines, changes: { refresh: true }, result: null, trust };
  }
  const changes: Record<string, Value> = {};
  try {
    const { res, message } = await fetchKey(key, refresh, isExpired, wanted, ctx);
    if (res === false) throw new CommandExecutionError(message);
    const now = await ctx.call('gpg.get_key', [], { keyid: key, ...wanted.place });
    if (!isMap(now) || now instanceof Map) throw new CommandExecutionError(`${message}\nThe new key ${key} could not be retrieved though.`);
    if (!refresh) changes['added'] = true;
    if (now['expired'] === true) throw new CommandExecutionError(`${message}\nThe new key ${key} is expired though.`);
    const news = refresh && known !== undefined ? renewed(key, isExpired, known, now, wanted.subkeyMaxAge, ctx.sys.now()) : { lines: [`Added ${key} to GPG keychain`], changes };
    return { ...news, result: true, trust: trustOf(now) };
  } catch (error) {
    if (!(error instanceof CommandExecutionError || error instanceof InvocationError)) throw error;
    const why = isExpired ? ['Existing key is expired, tried to fetch updated one'] : refresh ? ['Existing key has expired subkeys, tried to refresh'] : [];
    return { lines: [...why, ...error.message.split('\n').filter((line) => line !== '')], changes, result: false, trust };
  }
}

/**
 * Sets how far a key is trusted.
 *
 * Differs: real Salt looks at the validity of the key alone, which trust in its owner changes only when that is ultimate, so that it sets
 * all others anew each time.
 */
export async function ensureTrust(key: string, trust: string, before: Outcome, place: PlainMap, ctx: Context): Promise<Outcome> {
  if (before.trust === undefined) return before;
  const more = (line: string, result: boolean | null, isChange: boolean): Outcome => ({
    ...before, lines: [...before.lines, line], changes: isChange ? { ...before.changes, trust } : before.changes, result: before.result === false ? false : result ?? null,
  });
  const wanted = TRUST[trust] ?? '';
  if (before.trust.some((word) => word === wanted || word === `${wanted} Trusted`)) return { ...before, lines: [...before.lines, `GPG Public Key ${key} already in correct trust state`] };
  if (ctx.test) return more(`Would have set trust level for ${key} to ${trust}`, null, true);
  try {
    const answer = await ctx.call('gpg.trust_key', [], { keyid: key, trust_level: trust, ...place }) as PlainMap;
    return answer['res'] === false ? more(str(answer['message'] ?? ''), false, false) : more(`Set trust level for ${key} to ${trust}`, before.result, true);
  } catch (error) {
    if (!(error instanceof CommandExecutionError || error instanceof InvocationError)) throw error;
    return more(error.message, false, false);
  }
}
