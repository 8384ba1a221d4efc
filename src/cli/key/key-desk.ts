/** Puts the key service together for `tsalt-key`: on the files of the master, whether one runs or not. */
import { join } from 'node:path';
import { pushEvents } from '../../bus/event/local-client.js';
import type { Logger } from '../../kernel/contract/log.js';
import type { Account, Sys } from '../../kernel/contract/sys.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { KeyActions } from '../../master/keys/key-actions.js';
import { ownerOf } from '../../master/keys/key-actions-port.js';
import { KeyStore } from '../../master/keys/key-store.js';
import { pairFiles, signMasterKey } from '../../master/keys/make-keys.js';
import { requestRotation } from '../../master/keys/rotation-request.js';
import { KnownStore } from '../../master/known/known-store.js';
import type { KeyDesk } from './run-key.js';

export interface DeskParts {
  readonly opts: Readonly<PlainMap>;
  readonly log: Logger;
  readonly sys: Sys;
  /** The user of the master, who must be able to take away the request for a new session key. */
  readonly owner: Account;
  readonly complain: (text: string) => void;
}

export function keyDesk({ opts, log, sys, owner, complain }: DeskParts): KeyDesk {
  const cacheDir = str(opts['cachedir'] ?? '');
  const text = (name: string): string => str(opts[name] ?? '');
  const actions = new KeyActions({
    keys: new KeyStore(text('pki_dir')), opts, log,
    known: new KnownStore(cacheDir, (err, path) => log.error({ err, path }, 'cache file not written')),
    fire: (events) => (events.length === 0 ? Promise.resolve() : pushEvents(join(text('sock_dir'), 'master_event_pull.ipc'), events)),
    rotate: () => requestRotation(cacheDir, text('id'), owner),
    onInvalid: (id) => complain(`Unable to accept invalid key for ${id}.`),
  });
  return {
    listed: (word) => actions.listed(word),
    matching: (match) => actions.matching(match),
    accept: (wanted, change) => actions.accept(wanted, change),
    reject: (wanted, change) => actions.reject(wanted, change),
    delete: (wanted) => actions.delete(wanted),
    texts: (match) => actions.texts(match),
    fingers: (match) => actions.fingers(match),
    pairFiles: async () => pairFiles({
      dir: text('gen_keys_dir'), name: text('gen_keys'), bits: opts['keysize'] ?? null,
      owner: text('user') === '' ? undefined : await ownerOf(text('user'), sys),
    }, opts),
    signMasterKey: () => signMasterKey({
      privatePath: text('priv'), publicPath: text('pub'), folder: text('signature_path'), autoCreate: opts['auto_create'] === true, bits: opts['keysize'] ?? null,
    }, opts, log),
  };
}
