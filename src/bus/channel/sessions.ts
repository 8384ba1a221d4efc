/**
 * Session keys: one secret between the master and each minion, kept on disk over restarts.
 *
 * A session belongs to the public key it was handed out to. Each sealed request is taken once: see `replay-memory.ts`, and over a
 * restart `restart-floor.ts`.
 *
 * Source: wire-protocol 3.3, 3.4: file `cachedir/sessions/<id>`, mode 0600, text; a new one after `publish_session` seconds. Ours:
 * beside it the digest of the public key.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MinionId } from '../../kernel/contract/job.js';
import { Crypticle, generateKeyString } from '../crypto/crypticle.js';
import { BadKeyError } from '../crypto/errors.js';
import { ReplayMemory, type Taken } from './replay-memory.js';
import { RestartFloor } from './restart-floor.js';

interface Session {
  readonly key: string;
  readonly crypticle: Crypticle;
  readonly madeUnixMs: number;
  /** Digest of the public key it was handed out to; empty when that is not known. */
  readonly owner: string;
  /** The `tok` that was proven with a public key, so that the signature is checked once. */
  proof: { readonly pem: string; readonly tok: Buffer } | undefined;
  readonly taken: ReplayMemory;
  /** A request was refused by its age: the next sign-in gets a new key, so that a minion whose clock was set back goes on. */
  stale: boolean;
}

export class Sessions {
  readonly #dir: string;
  readonly #lifeMs: number;
  readonly #sessions = new Map<string, Session>();
  readonly #floor: RestartFloor;
  /** Told of every key that is handed out. */
  onIssue: (id: MinionId, key: string) => void = () => undefined;

  constructor(dir: string, lifeSeconds: number) {
    this.#dir = dir;
    this.#lifeMs = lifeSeconds * 1000;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
    this.#floor = new RestartFloor(dir);
  }

  /** The key for a minion with this public key; made anew when there is none, it is too old, or it was another key's. */
  issue(id: MinionId, pem: string): string {
    const key = this.#current(id, pem);
    this.onIssue(id, key);
    return key;
  }

  #current(id: MinionId, pem: string): string {
    const known = this.#find(id);
    const owner = digest(pem);
    const isFresh = known !== undefined && Date.now() - known.madeUnixMs < this.#lifeMs;
    if (isFresh && known.owner === owner && !known.stale) return known.key;
    const key = generateKeyString();
    this.#write(this.#ownerPath(id), owner);
    this.#write(join(this.#dir, id), key);
    this.#floor.forget(digest(id));
    this.#sessions.set(id, newSession(key, { madeUnixMs: Date.now(), owner, taken: new ReplayMemory(0) }));
    return key;
  }

  /** Tells again of every key that is known for these ids; at the start of a master, for minions that never noticed it was away. */
  announce(ids: readonly MinionId[]): void {
    for (const id of ids) {
      const session = this.#find(id);
      if (session !== undefined) this.onIssue(id, session.key);
    }
  }

  #write(path: string, text: string): void {
    const temporary = join(this.#dir, `.new-${process.pid}-${process.hrtime.bigint()}`);
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  }

  /** Begins with a dot, as no id does; a digest, since an id may be as long as a name may be. */
  #ownerPath(id: MinionId): string {
    return join(this.#dir, `.owner-${digest(id)}`);
  }

  #ownerOf(id: MinionId): string {
    try {
      return readFileSync(this.#ownerPath(id), 'utf8').trim();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** What opens and seals for a minion that signed in before, or undefined. */
  crypticle(id: MinionId): Crypticle | undefined {
    return this.#find(id)?.crypticle;
  }

  /** Forgets a session; after the key of the minion changed or went. */
  drop(id: MinionId): void {
    this.#sessions.delete(id);
    for (const path of [join(this.#dir, id), this.#ownerPath(id)]) rmSync(path, { force: true });
    this.#floor.forget(digest(id));
  }

  /** The proof that was checked before in this session, with this public key. */
  provenTok(id: MinionId, pem: string): Buffer | undefined {
    const proof = this.#sessions.get(id)?.proof;
    return proof?.pem === pem ? proof.tok : undefined;
  }

  setProvenTok(id: MinionId, pem: string, tok: Buffer): void {
    const session = this.#find(id);
    if (session === undefined) return;
    // Its own memory: a piece of a pooled buffer would keep the whole pool for as long as the session lives.
    const own = Buffer.allocUnsafeSlow(tok.length);
    tok.copy(own);
    session.proof = { pem, tok: own };
  }

  /**
   * Takes a request that was opened and proven, by its IV (no two requests have the same, also not those that repeat a nonce as a
   * real minion's pillar request does) and its `ts`.
   */
  take(id: MinionId, iv: Uint8Array, sentSeconds: number): Taken {
    const session = this.#find(id);
    if (session === undefined) return 'taken';
    const taken = session.taken.take(iv, sentSeconds);
    if (taken === 'too_old') session.stale = true;
    if (taken === 'taken') this.#floor.took(() => digest(id), session.taken, sentSeconds);
    return taken;
  }

  #find(id: MinionId): Session | undefined {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    try {
      const path = join(this.#dir, id);
      const key = readFileSync(path, 'utf8').trim();
      // What an earlier life of this program took is not known: only what was sent since this one began counts as new.
      const session = newSession(key, { madeUnixMs: statSync(path).mtimeMs, owner: this.#ownerOf(id), taken: this.#floor.memoryOf(digest(id)) });
      this.#sessions.set(id, session);
      return session;
    } catch (error) {
      // A damaged file is as good as none: the minion signs in again.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof BadKeyError) return undefined;
      throw error;
    }
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function newSession(key: string, given: Pick<Session, 'madeUnixMs' | 'owner' | 'taken'>): Session {
  return { ...given, key, crypticle: new Crypticle(key), proof: undefined, stale: false };
}
