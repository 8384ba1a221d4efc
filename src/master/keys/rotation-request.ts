/**
 * The file by which programs of the host ask the master for a new session key. The master looks for it in each round of
 * its upkeep and takes it only with mode 0400. Source: wire-protocol 3.4; observed.
 */
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROTATION_REQUEST = '.dfn';
const MODE = 0o400;

/** Leaves the request; one that waits already is enough. `owner` is the user of the master, when we may give it away. */
export function requestRotation(cacheDir: string, masterId: string, owner?: { readonly uid: number }): void {
  const path = join(cacheDir, ROTATION_REQUEST);
  if (existsSync(path)) return;
  mkdirSync(cacheDir, { recursive: true, mode: 0o750 });
  const next = `${path}-next`;
  rmSync(next, { force: true });
  writeFileSync(next, masterId, { mode: MODE, flag: 'wx' });
  if (owner !== undefined && process.getuid?.() === 0) chownSync(next, owner.uid, -1);
  renameSync(next, path);
}
