/**
 * What people do with the keys of minions: list, find, accept, reject, delete, print, compare fingerprints. Serves
 * `tsalt-key`, the wheel module `key` and runners alike. Refuses to know: who asks, and how answers are shown.
 *
 * Source: golden cli/key-*, events/key-*; observed, Salt 3008.3 (wheel.key).
 */
import { DEFAULT_HASH_TYPE, hexDigest, isHashType, type HashType } from '../../bus/crypto/digest.js';
import { BadKeyError } from '../../bus/crypto/errors.js';
import { pemFingerprint } from '../../bus/crypto/fingerprint.js';
import { loadPublicKey } from '../../bus/crypto/rsa.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { parseMinionId, type MinionId } from '../../kernel/contract/job.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { KeyChange, KeyLists, KeyTexts } from '../../kernel/contract/ports.js';
import { fnmatch } from '../../kernel/std/fnmatch.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KnownStore } from '../known/known-store.js';
import { KEY_FOLDERS, type KeyState, type KeyStore } from './key-store.js';
import { localKeyNames, localKeyText } from './local-key-files.js';

export interface KeyActionParts {
  readonly keys: KeyStore;
  readonly known: KnownStore;
  /** `pki_dir`, `hash_type`, `rotate_aes_key`, `preserve_minions`, `preserve_minion_cache`. */
  readonly opts: Readonly<PlainMap>;
  /** Tells the bus of the master, when one runs. */
  readonly fire: (events: readonly { tag: string; data: PlainMap }[]) => Promise<unknown>;
  /** Has the master change its session key. */
  readonly rotate: () => void;
  readonly log: Logger;
  /** Hears of keys that cannot be accepted or rejected because they are no RSA keys. */
  readonly onInvalid?: (id: string) => void;
}

/** The order in which Salt gives the states. */
const LISTED: readonly KeyState[] = ['pending', 'rejected', 'accepted', 'denied'];
/** The order in which it looks for keys that were named. */
const SOUGHT: readonly KeyState[] = ['accepted', 'pending', 'rejected', 'denied'];
const STATES = new Map(LISTED.map((state) => [KEY_FOLDERS[state], state]));
/** Salt's names of what may be listed, by their beginning. */
const BEGINNINGS: readonly (readonly [string, KeyState])[] = [
  ['acc', 'accepted'], ['pre', 'pending'], ['un', 'pending'], ['rej', 'rejected'], ['den', 'denied'],
];

export class KeyActions {
  readonly #parts: KeyActionParts;

  constructor(parts: KeyActionParts) {
    this.#parts = parts;
  }

  /** Ids by state, without regard to capital letters sorted. */
  lists(): KeyLists {
    return Object.fromEntries(LISTED.map((state) => [KEY_FOLDERS[state], sortedIds(this.#parts.keys.ids(state))]));
  }

  /** As `lists`, and the key files of the master itself under `local`. */
  all(): KeyLists {
    return { ...this.lists(), local: localKeyNames(this.#pkiDir) };
  }

  /** One state by (the beginning of) its name, or `all`; nothing for another word. */
  listed(word: string): KeyLists {
    if (word.startsWith('all')) return this.all();
    const state = BEGINNINGS.find(([beginning]) => word.startsWith(beginning))?.[1];
    return state === undefined ? {} : { [KEY_FOLDERS[state]]: sortedIds(this.#parts.keys.ids(state)) };
  }

  /** Keys that fit a glob, several separated by commas, or a list of globs. States without such keys are left out. */
  matching(match: Value, among: KeyLists = this.lists()): KeyLists {
    const globs = globsOf(match);
    const found = Object.entries(among).map(([status, ids]) => [status, fitting(ids, globs)] as const);
    return Object.fromEntries(found.filter(([, ids]) => ids.length > 0));
  }

  /** Accepts waiting keys, with the others that were asked for. */
  accept(wanted: Value, change: KeyChange = {}): Promise<KeyLists> {
    return this.#change(wanted, 'accepted', ['pending', ...(change.rejected === true ? ['rejected' as const] : []), ...denied(change)]);
  }

  /** Rejects waiting keys, with the others that were asked for. */
  async reject(wanted: Value, change: KeyChange = {}): Promise<KeyLists> {
    const left = await this.#change(wanted, 'rejected', ['pending', ...denied(change), ...(change.accepted === true ? ['accepted' as const] : [])]);
    await this.#forget();
    this.#rotate();
    return left;
  }

  /** Deletes keys; gives what is left under these names. */
  async delete(wanted: Value): Promise<KeyLists> {
    const { named, isGlob } = this.#wanted(wanted);
    const events: { tag: string; data: PlainMap }[] = [];
    for (const [state, id] of this.#entries(named)) {
      if (!this.#parts.keys.remove(state, id)) continue;
      events.push({ tag: 'salt/key', data: { result: true, act: 'delete', id } });
    }
    await this.#parts.fire(events);
    await this.#forget(this.#parts.opts['preserve_minions'] === true ? (named['minions'] ?? []) : []);
    this.#rotate();
    return isGlob ? this.matching(wanted) : this.#whereNow(named);
  }

  /** Texts of public keys that fit a glob. */
  texts(match: Value): KeyTexts {
    return this.#each(this.matching(match), (status, id) => this.#text(status, id));
  }

  /** Fingerprints of keys that fit a glob, also of the master's own. @throws CommandExecutionError for an unknown hash */
  fingers(match: Value, hashType?: Value): KeyTexts {
    const hash = this.#hash(hashType);
    return this.#each(this.matching(match, this.all()), (status, id) => {
      const text = this.#text(status, id);
      return text === undefined ? undefined : textFingerprint(text, hash);
    });
  }

  /** Fingerprint of `master.pub`. @throws CommandExecutionError */
  masterFinger(hashType?: Value): KeyTexts {
    const text = localKeyText(this.#pkiDir, 'master.pub');
    if (text === undefined) throw new CommandExecutionError('The master has no key yet: start it once');
    return { local: { 'master.pub': pemFingerprint(text, this.#hash(hashType)) } };
  }

  get #pkiDir(): string {
    return String(this.#parts.opts['pki_dir'] ?? '');
  }

  async #change(wanted: Value, to: 'accepted' | 'rejected', from: readonly KeyState[]): Promise<KeyLists> {
    const { named, isGlob } = this.#wanted(wanted);
    const events: { tag: string; data: PlainMap }[] = [];
    const invalid = new Set<string>();
    for (const [state, id] of this.#entries(named, from)) {
      const pub = this.#parts.keys.text(state, id);
      if (pub === undefined) continue;
      if (!isUsable(pub)) {
        this.#parts.log.error({}, `Invalid RSA public key: ${id}`);
        invalid.add(id);
        continue;
      }
      this.#parts.keys.move(id, state, to);
      events.push({ tag: 'salt/key', data: { result: true, act: to, id, pub } });
    }
    await this.#parts.fire(events);
    for (const id of invalid) this.#parts.onInvalid?.(id);
    // Differs: Salt also names keys that it could not change.
    return isGlob ? this.matching(wanted) : this.#whereNow(without(named, invalid));
  }

  /** A map names keys by state; anything else is a glob. */
  #wanted(wanted: Value): { named: KeyLists; isGlob: boolean } {
    if (!isMap(wanted)) return { named: this.matching(wanted), isGlob: true };
    const named = mapEntries(wanted).map(([status, ids]) => [str(status), Array.isArray(ids) ? ids.map((id: Value) => str(id)) : []] as const);
    return { named: Object.fromEntries(named), isGlob: false };
  }

  /** State and id of named keys, state by state in the given order. */
  #entries(named: KeyLists, from?: readonly KeyState[]): (readonly [KeyState, MinionId])[] {
    const states = from ?? Object.keys(named).map((status) => STATES.get(status)).filter((state) => state !== undefined);
    return states.flatMap((state) => {
      const ids = (named[KEY_FOLDERS[state]] ?? []).map(parseMinionId).filter((id) => id !== undefined);
      return ids.map((id) => [state, id] as const);
    });
  }

  /** In which states keys of these names are; a name may be in several. */
  #whereNow(named: KeyLists): KeyLists {
    const found: Record<string, string[]> = {};
    for (const ids of Object.values(named)) {
      for (const id of sortedIds(ids)) {
        for (const state of SOUGHT.filter((at) => this.#parts.keys.ids(at).some((known) => fnmatch(known, id)))) {
          (found[KEY_FOLDERS[state]] ??= []).push(id);
        }
      }
    }
    return found;
  }

  /** Drops what is known of minions that have no key any more. */
  async #forget(keep: readonly string[] = []): Promise<void> {
    if (this.#parts.opts['preserve_minion_cache'] === true) return;
    const kept = new Set([...keep, ...LISTED.flatMap((state) => this.#parts.keys.ids(state))]);
    for (const bank of ['grains', 'pillar']) {
      const names = await this.#parts.known.list(bank);
      // The pillar of another environment is kept as `minion:environment`.
      for (const name of names.filter((key) => !kept.has(key) && !kept.has(key.split(':')[0] ?? ''))) await this.#parts.known.flush(bank, name);
    }
  }

  #rotate(): void {
    if (isTruthy(this.#parts.opts['rotate_aes_key'])) this.#parts.rotate();
  }

  #each(lists: KeyLists, show: (status: string, id: string) => string | undefined): KeyTexts {
    return Object.fromEntries(Object.entries(lists).map(([status, ids]) => {
      const shown = ids.map((id) => [id, show(status, id)] as const).filter(([, text]) => text !== undefined);
      return [status, Object.fromEntries(shown) as Record<string, string>];
    }));
  }

  #text(status: string, name: string): string | undefined {
    if (status === 'local') return localKeyText(this.#pkiDir, name);
    const state = STATES.get(status);
    const id = parseMinionId(name);
    return state === undefined || id === undefined ? undefined : this.#parts.keys.text(state, id);
  }

  #hash(given: Value | undefined): HashType {
    const wanted = isTruthy(given) ? str(given as Value) : this.#parts.opts['hash_type'];
    if (isHashType(wanted)) return wanted;
    if (isTruthy(given)) throw new CommandExecutionError(`unsupported hash type ${str(given as Value)}`);
    return DEFAULT_HASH_TYPE;
  }
}

function without(named: KeyLists, ids: ReadonlySet<string>): KeyLists {
  return Object.fromEntries(Object.entries(named).map(([status, names]) => [status, names.filter((name) => !ids.has(name))]));
}

/**
 * The fingerprint that Salt 3008.3 shows for keys it manages: of the whole text, first and last line included. It is not
 * the one that `key.finger` of a minion and `masterFinger` show, which leave these lines out (golden, cli/key-finger*).
 */
function textFingerprint(text: string, hashType: HashType): string {
  return hexDigest(text, hashType).match(/../g)?.join(':') ?? '';
}

const denied = (change: KeyChange): KeyState[] => (change.denied === true ? ['denied'] : []);

function globsOf(match: Value): string[] {
  if (Array.isArray(match)) return match.map((item: Value) => str(item));
  const text = str(match);
  return text.includes(',') ? text.split(',') : [text];
}

/** Each id once for every glob that fits it, as Salt does. */
function fitting(ids: readonly string[], globs: readonly string[]): string[] {
  if (globs.length === 1 && globs[0] === '*') return [...ids];
  return sortedIds(ids).flatMap((id) => globs.filter((glob) => fnmatch(id, glob)).map(() => id));
}

function sortedIds(ids: readonly string[]): string[] {
  return ids.map((id) => [id.toLowerCase(), id] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, id]) => id);
}

function isUsable(pem: string): boolean {
  try {
    loadPublicKey(pem);
    return true;
  } catch (error) {
    if (error instanceof BadKeyError) return false;
    throw error;
  }
}
