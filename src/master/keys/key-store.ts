/**
 * The keys of minions on disk, in Salt's layout: one folder for each state, one file for each id.
 * Refuses to know: who may change a key. Start at `KeyStore`.
 *
 * Source: wire-protocol 3.1; golden wire/events (modes). Files are read again when they changed, so that other programs
 * (`tsalt-key`, `salt-key`, a copied folder) may change them while the master runs.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMinionId, type MinionId } from '../../kernel/contract/job.js';
import { steadyUnixMs } from '../../kernel/std/time.js';

export type KeyState = 'accepted' | 'pending' | 'rejected' | 'denied';

/** Folder of each state below `pki_dir`. */
export const KEY_FOLDERS: Readonly<Record<KeyState, string>> = {
  accepted: 'minions', pending: 'minions_pre', rejected: 'minions_rejected', denied: 'minions_denied',
};

const FILE_MODE = 0o600;
const COUNT_FRESH_MS = 1000;
/** A key whose folder did not change is looked at so often: a file may also be written in place. */
const KEY_FRESH_MS = 1000;
/** Times of files are no finer than this on some systems. */
const FOLDER_TICK_MS = 50;

/** Lines joined by newlines, none at the end: the form in which keys travel and are compared. */
export function cleanPem(text: string): string {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '').join('\n');
}

/** Temporary files begin with a dot, as no id does: they are never taken for a key. */
const temporaryName = (): string => `.new-${process.pid}-${process.hrtime.bigint()}`;

interface Cached {
  readonly mtimeMs: number;
  readonly ino: number;
  readonly pem: string;
}

interface Recent {
  readonly pem: string;
  readonly folderChanged: number;
  readonly readUnixMs: number;
}

export class KeyStore {
  readonly #pkiDir: string;
  readonly #accepted = new Map<string, Cached>();
  /** Of those asked for again and again: what was read, and of which time of the folder. */
  readonly #recent = new Map<string, Recent>();
  #folderChanged: number | undefined;
  readonly #counts = new Map<KeyState, { count: number; readonly readUnixMs: number }>();

  constructor(pkiDir: string) {
    this.#pkiDir = pkiDir;
  }

  /** Makes the folders. `permissive`: readable for the group. */
  prepare(permissive: boolean): void {
    const mode = permissive ? 0o750 : 0o700;
    for (const name of [...Object.values(KEY_FOLDERS), 'minions_autosign']) {
      mkdirSync(join(this.#pkiDir, name), { recursive: true, mode });
    }
  }

  /** Ids with a key in that state, sorted. */
  ids(state: KeyState): MinionId[] {
    let names: string[];
    try {
      names = readdirSync(join(this.#pkiDir, KEY_FOLDERS[state]));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return names.filter((name) => !name.startsWith('.')).map(parseMinionId).filter((id) => id !== undefined).sort();
  }

  /** Clean PEM of a key, or undefined. */
  read(state: KeyState, id: MinionId): string | undefined {
    const path = this.path(state, id);
    try {
      // Mostly there is none: to ask first costs less than an error.
      if (state !== 'accepted') return existsSync(path) ? cleanPem(readFileSync(path, 'utf8')) : undefined;
      const { mtimeMs, ino } = statSync(path);
      const known = this.#accepted.get(id);
      if (known !== undefined && known.mtimeMs === mtimeMs && known.ino === ino) return known.pem;
      const pem = cleanPem(readFileSync(path, 'utf8'));
      this.#accepted.set(id, { mtimeMs, ino, pem });
      return pem;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (state === 'accepted') this.#accepted.delete(id);
      return undefined;
    }
  }

  /**
   * The accepted key, for who asks with each request: the folder is looked at once for all that is asked in one turn of the loop, the file when
   * the folder changed, and else once a second. So a key that another program took away counts no more from the next turn on.
   */
  readAccepted(id: MinionId): string | undefined {
    const folderChanged = this.#lookAtAccepted();
    const known = this.#recent.get(id);
    if (known !== undefined && known.folderChanged === folderChanged && steadyUnixMs() - known.readUnixMs < KEY_FRESH_MS) return known.pem;
    const pem = this.read('accepted', id);
    // A folder that changed just now may change again without another time.
    if (pem === undefined || Date.now() - folderChanged < FOLDER_TICK_MS) this.#recent.delete(id);
    else this.#recent.set(id, { pem, folderChanged, readUnixMs: steadyUnixMs() });
    return pem;
  }

  /** When the folder of accepted keys changed. */
  #lookAtAccepted(): number {
    if (this.#folderChanged !== undefined) return this.#folderChanged;
    this.#folderChanged = statSync(join(this.#pkiDir, KEY_FOLDERS.accepted), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    setImmediate(() => {
      this.#folderChanged = undefined;
    });
    return this.#folderChanged;
  }

  #changed(id: MinionId): void {
    this.#accepted.delete(id);
    this.#recent.delete(id);
  }

  /** The text of a key file as it is, or undefined. */
  text(state: KeyState, id: MinionId): string | undefined {
    try {
      return readFileSync(this.path(state, id), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  isAccepted(id: MinionId): boolean {
    return this.read('accepted', id) !== undefined;
  }

  /** The state that counts for sign-in: rejected before accepted before pending. */
  stateOf(id: MinionId): { state: KeyState; pem: string } | undefined {
    for (const state of ['rejected', 'accepted', 'pending'] as const) {
      const pem = this.read(state, id);
      if (pem !== undefined) return { state, pem };
    }
    return undefined;
  }

  /** Writes a key in a state, in place of any before. */
  write(state: KeyState, id: MinionId, pem: string): void {
    const path = this.path(state, id);
    const folder = join(this.#pkiDir, KEY_FOLDERS[state]);
    const temporary = join(folder, temporaryName());
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, pem, { mode: FILE_MODE, flag: 'wx' });
    renameSync(temporary, path);
    this.#changed(id);
    const counted = this.#counts.get(state);
    if (counted !== undefined) counted.count += 1;
  }

  /** Moves a key, in place of any that the id has in another state but denied; false when there is none. */
  move(id: MinionId, from: KeyState, to: KeyState): boolean {
    mkdirSync(join(this.#pkiDir, KEY_FOLDERS[to]), { recursive: true, mode: 0o700 });
    try {
      renameSync(this.path(from, id), this.path(to, id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
    for (const other of ['accepted', 'pending', 'rejected'] as const) if (other !== to) this.remove(other, id);
    this.#changed(id);
    return true;
  }

  /** Removes a key; false when there was none. */
  remove(state: KeyState, id: MinionId): boolean {
    this.#changed(id);
    try {
      rmSync(this.path(state, id));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Number of keys in a state, for bounds: the folder is read once a second at most, what was written since is added. */
  count(state: KeyState): number {
    const known = this.#counts.get(state);
    if (known !== undefined && steadyUnixMs() - known.readUnixMs < COUNT_FRESH_MS) return known.count;
    const count = this.ids(state).length;
    this.#counts.set(state, { count, readUnixMs: steadyUnixMs() });
    return count;
  }

  /** A `MinionId` cannot leave the folder: see `parseMinionId`. */
  path(state: KeyState, id: MinionId): string {
    return join(this.#pkiDir, KEY_FOLDERS[state], id);
  }
}
