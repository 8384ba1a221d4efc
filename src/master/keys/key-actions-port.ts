/** The key service as plugins reach it: words of wheel calls become requests. Start at `keyActionsPort`. */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { KeyActionsPort } from '../../kernel/contract/ports.js';
import type { Account, Sys } from '../../kernel/contract/sys.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import type { KeyActions } from './key-actions.js';
import type { KeyStore } from './key-store.js';
import { newAcceptedPair, newPair, pairFiles, signMasterKey } from './make-keys.js';

export interface KeyPortParts {
  readonly keys: KeyStore;
  readonly opts: Readonly<PlainMap>;
  readonly sys: Sys;
  readonly log: Logger;
  /** Clean PEM of the master's public key. */
  readonly publicPem: string;
}

export function keyActionsPort(actions: KeyActions, { keys, opts, sys, log, publicPem }: KeyPortParts): KeyActionsPort {
  return {
    all: () => actions.all(),
    listed: (word) => actions.listed(word),
    matching: (match) => actions.matching(match),
    accept: (wanted, change) => actions.accept(wanted, change),
    reject: (wanted, change) => actions.reject(wanted, change),
    delete: (wanted) => actions.delete(wanted),
    texts: (match) => actions.texts(match),
    fingers: (match, hashType) => actions.fingers(match, hashType),
    masterFinger: (hashType) => actions.masterFinger(hashType),
    masterText: () => ({ local: { [`${str(opts['id'] ?? 'master').replace(/_master$/, '')}.pub`]: publicPem } }),
    newPair: (bits) => newPair(bits, opts),
    newAcceptedPair: (id, bits, force) => newAcceptedPair(id, { bits, force }, keys, opts),
    pairFiles: async ({ dir, name, bits, user }) => pairFiles({
      dir: textOr(dir, str(opts['pki_dir'] ?? '')), name: textOr(name, 'minion'), bits, owner: await ownerOf(user, sys),
    }, opts),
    signMasterKey: ({ priv, pub, folder, autoCreate, bits }) =>
      signMasterKey({ privatePath: textOr(priv, ''), publicPath: textOr(pub, ''), folder: textOr(folder, ''), autoCreate, bits }, opts, log),
  };
}

const textOr = (value: Value, otherwise: string): string => (isTruthy(value) ? str(value) : otherwise);

/** @throws CommandExecutionError when there is no such user */
export async function ownerOf(user: Value, sys: Sys): Promise<Account | undefined> {
  if (!isTruthy(user)) return undefined;
  const account = await sys.userByName(str(user));
  if (account === undefined) throw new CommandExecutionError(`There is no user '${str(user)}'`);
  return account;
}
