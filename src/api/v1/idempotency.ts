/** Requests that are sent twice are done once: the second gets the answer of the first. Kept in memory, for a day. */
import { createHash } from 'node:crypto';
import { headerOf, type Answer } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import type { Call } from './route.js';

interface Kept {
  readonly digest: string;
  readonly atMs: number;
  readonly answer: Promise<Answer>;
}

const KEPT_MAX = 10_000;
const KEPT_MS = 86_400_000;
const KEY = /^[\x21-\x7e]{1,128}$/;

export class Idempotency {
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @throws HttpError for a key that was used for something else */
  async once({ ask, token, body }: Pick<Call, 'ask' | 'token' | 'body'>, run: () => Promise<Answer>): Promise<Answer> {
    const key = headerOf(ask, 'idempotency-key');
    if (key === undefined) return run();
    if (!KEY.test(key)) throw new HttpError(400, 'Idempotency-Key is not valid');
    const id = digestOf(`${token}\n${ask.path}\n${key}`);
    const digest = digestOf(JSON.stringify(body));
    const known = this.#kept.get(id);
    if (known !== undefined && this.#now() - known.atMs < KEPT_MS) {
      if (known.digest !== digest) throw new HttpError(409, 'This Idempotency-Key was used for another request');
      return known.answer;
    }
    const answer = run();
    this.#keep(id, { digest, atMs: this.#now(), answer });
    // What failed may be tried again.
    answer.catch(() => this.#kept.delete(id));
    return answer;
  }

  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (this.#kept.size <= KEPT_MAX) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
