/** The keys of a master. */
import type { PlainMap, Value } from '../../std/value.js';

/** Keys of the master. State names are Salt's directories: minions, minions_pre, minions_rejected, minions_denied. */
export interface KeysPort {
  list(): Promise<Record<'minions' | 'minions_pre' | 'minions_rejected' | 'minions_denied', string[]>>;
  connected(): Promise<string[]>;
  /** Addresses from which they are connected, by id, where these are known. */
  addresses?(): Promise<Record<string, string>>;
  act(action: 'accept' | 'reject' | 'delete', ids: readonly string[], from: readonly string[]): Promise<Record<string, string[]>>;
  /** Public key PEM. */
  text(state: string, id: string): Promise<string | undefined>;
  finger(state: string, id: string): Promise<string | undefined>;
  /** All that `wheel.key` does; only where the host is a master. */
  readonly actions?: KeyActionsPort;
}

/** Ids by state name; `local` are the key files of the master itself. */
export type KeyLists = Readonly<Record<string, readonly string[]>>;

/** Texts by state name and id. */
export type KeyTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Keys of which states are changed besides those that wait. */
export interface KeyChange {
  readonly accepted?: boolean;
  readonly rejected?: boolean;
  readonly denied?: boolean;
}

/** `wanted` is a glob, several separated by commas, a list of globs, or a map of state name to ids. */
export interface KeyActionsPort {
  all(): KeyLists;
  listed(word: string): KeyLists;
  matching(match: Value): KeyLists;
  accept(wanted: Value, change?: KeyChange): Promise<KeyLists>;
  reject(wanted: Value, change?: KeyChange): Promise<KeyLists>;
  delete(wanted: Value): Promise<KeyLists>;
  texts(match: Value): KeyTexts;
  fingers(match: Value, hashType?: Value): KeyTexts;
  masterFinger(hashType?: Value): KeyTexts;
  masterText(): KeyTexts;
  newPair(bits: Value): Promise<PlainMap>;
  newAcceptedPair(id: string, bits: Value, force: boolean): Promise<PlainMap>;
  pairFiles(request: { dir: Value; name: Value; bits: Value; user: Value }): Promise<string>;
  signMasterKey(request: { priv: Value; pub: Value; folder: Value; autoCreate: boolean; bits: Value }): Promise<Value>;
}
