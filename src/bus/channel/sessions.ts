/**
 * Session keys: one secret between the master and each minion, kept on disk over restarts.
 *
 * Source: wire-protocol 3.3, 3.4: file `cachedir/sessions/<id>`, mode 0600, text; a new one after `publish_session` seconds.
 */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MinionId } from '../../kernel/contract/job.js';
import { Crypticle, generateKeyString } from '../crypto/crypticle.js';

interface Session {
  readonly key: string;
  readonly crypticle: Crypticle;
  readonly madeUnixMs: number;
  /** The `tok` that was proven with a public key, so that the signature is checked once. */
  proof: { readonly pem: string; readonly tok: Buffer } | undefined;
  readonly seen: Set<string>;
}

/** Nonces remembered for each session, to refuse a repeated request. */
const NONCES_MAX = 512;

export class Sessions {
  readonly #dir: string;
  readonly #lifeMs: number;
  readonly #sessions = new Map<string, Session>();
  /** Told of every key that is handed out. */
  onIssue: (id: MinionId, key: string) => void = () => undefined;

  constructor(dir: string, lifeSeconds: number) {
    this.#dir = dir;
    this.#lifeMs = lifeSeconds * 1000;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    chmodSync(dir, 0o700);
  }

  /** The key of a minion; made when there is none or it is too old. */
  issue(id: MinionId): string {
    const key = this.#current(id);
    this.onIssue(id, key);
    return key;
  }

  #current(id: MinionId): string {
    const known = this.#find(id);
    if (known !== undefined && Date.now() - known.madeUnixMs < this.#lifeMs) return known.key;
    const key = generateKeyString();
    const path = join(this.#dir, id);
    const temporary = join(this.#dir, `.${id}.${process.pid}`);
    writeFileSync(temporary, key, { mode: 0o600 });
    renameSync(temporary, path);
    this.#sessions.set(id, newSession(key, Date.now()));
    return key;
  }

  /** Tells again of every key that is known for these ids; at the start of a master, for minions that never noticed it was away. */
  announce(ids: readonly MinionId[]): void {
    for (const id of ids) {
      const session = this.#find(id);
      if (session !== undefined) this.onIssue(id, session.key);
    }
  }

  /** What opens and seals for a minion that signed in before, or undefined. */
  crypticle(id: MinionId): Crypticle | undefined {
    return this.#find(id)?.crypticle;
  }

  /** Forgets what a session has proven; after the key of the minion changed or went. */
  drop(id: MinionId): void {
    this.#sessions.delete(id);
    rmSync(join(this.#dir, id), { force: true });
  }

  /** The proof that was checked before in this session, with this public key. */
  provenTok(id: MinionId, pem: string): Buffer | undefined {
    const proof = this.#sessions.get(id)?.proof;
    return proof?.pem === pem ? proof.tok : undefined;
  }

  setProvenTok(id: MinionId, pem: string, tok: Buffer): void {
    const session = this.#find(id);
    if (session !== undefined) session.proof = { pem, tok };
  }

  /** False when this nonce was used before in the session. `reusable`: a real minion repeats the nonce of a pillar request. */
  takeNonce(id: MinionId, nonce: string): boolean {
    const seen = this.#find(id)?.seen;
    if (seen === undefined) return true;
    if (seen.has(nonce)) return false;
    seen.add(nonce);
    if (seen.size > NONCES_MAX) {
      const oldest = seen.values().next();
      if (oldest.done !== true) seen.delete(oldest.value);
    }
    return true;
  }

  #find(id: MinionId): Session | undefined {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    try {
      const path = join(this.#dir, id);
      const session = newSession(readFileSync(path, 'utf8').trim(), statSync(path).mtimeMs);
      this.#sessions.set(id, session);
      return session;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function newSession(key: string, madeUnixMs: number): Session {
  return { key, crypticle: new Crypticle(key), madeUnixMs, proof: undefined, seen: new Set() };
}
