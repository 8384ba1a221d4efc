/** What a master prepares before it starts, and small duties of its life. */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadPublicKey } from '../bus/crypto/rsa.js';
import { readBytes } from '../bus/wire/shape.js';
import { signedMessageBytes } from '../bus/wire/signed-message.js';
import type { Sys } from '../kernel/contract/sys.js';
import { isBytes, type PlainMap } from '../kernel/std/value.js';
import type { LocalUser } from './access/local-keys.js';
import { ROTATION_REQUEST } from './keys/rotation-request.js';
import { int, map, text } from './options.js';
import type { MinionSender } from './requests/command.js';

export function prepareDirectories(opts: Readonly<PlainMap>, dirs: readonly string[]): void {
  const open = Object.keys(map(opts['publisher_acl'])).length > 0 || Object.keys(map(opts['external_auth'])).length > 0;
  for (const dir of dirs) mkdirSync(dir, { recursive: true, mode: open ? 0o755 : 0o750 });
}

export async function localUsers(opts: Readonly<PlainMap>, sys: Sys): Promise<LocalUser[]> {
  const own = text(opts, 'user') || 'root';
  const patterns = Object.keys(map(opts['publisher_acl']));
  const named = patterns.length === 0 ? [] : (await sys.users()).filter(({ name }) => patterns.includes(name));
  const me = await sys.userByName(own);
  const users = [{ name: 'root', uid: 0 }, { name: own, uid: me?.uid ?? 0 }, ...named.map(({ name, uid }) => ({ name, uid }))];
  return users.filter((user, at) => users.findIndex(({ name }) => name === user.name) === at);
}

/** The algorithm stands in the envelope of the request; real masters take their own `signing_algorithm`. */
export function signatureFault(load: PlainMap, { sigAlgo }: MinionSender, pem: string | undefined): string | undefined {
  if (pem === undefined) return 'no accepted key';
  const { sig } = load;
  if (typeof sig !== 'string' && !isBytes(sig)) return 'it is no signature';
  const fits = loadPublicKey(pem).verify(signedMessageBytes(load), readBytes(sig, 'load.sig'), sigAlgo);
  return fits ? undefined : 'it was made over other bytes or by another key';
}

/** `salt-key` and `tsalt-key` ask for a new AES key by this file, mode exactly 0400. Source: wire-protocol 3.4. */
export function rotateWhenAsked(cacheDir: string, rotate: () => void): void {
  const path = join(cacheDir, ROTATION_REQUEST);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || (found.mode & 0o777) !== 0o400) return;
  rmSync(path, { force: true });
  rotate();
}

/** 0 keeps them for ever. Source: read, Salt 3008.3, option `keep_jobs_seconds`. */
export async function removeOldJobs(stores: readonly { removeOlder(atMs: number): Promise<unknown> }[], opts: Readonly<PlainMap>): Promise<void> {
  const seconds = opts['keep_jobs_seconds'];
  const keepMs = (typeof seconds === 'number' ? seconds : int(opts, 'keep_jobs', 24) * 3600) * 1000;
  if (keepMs > 0) for (const store of stores) await store.removeOlder(Date.now() - keepMs);
}
