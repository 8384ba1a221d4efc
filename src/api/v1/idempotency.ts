/** Requests that are sent twice are done once: the second gets the answer of the first, for a day, also from the next life of the service. */
import { createHash } from 'node:crypto';
import { pythonJson } from '../../kernel/std/python-json.js';
import { headerOf, type Answer } from '../http/exchange.js';
import { HttpError } from '../http/http-error.js';
import type { AnswerStore } from './answer-store.js';
import type { Call } from './route.js';

const KEY = /^[\x21-\x7e]{1,128}$/;

export class Idempotency {
  readonly #store: AnswerStore;
  /** Being worked on in this life. */
  readonly #open = new Map<string, Promise<Answer>>();

  constructor(store: AnswerStore) {
    this.#store = store;
  }

  /** @throws HttpError for a key that was used for something else */
  async once({ ask, token, body }: Pick<Call, 'ask' | 'token' | 'body'>, run: () => Promise<Answer>): Promise<Answer> {
    const key = headerOf(ask, 'idempotency-key');
    if (key === undefined) return run();
    if (!KEY.test(key)) throw new HttpError(400, 'Idempotency-Key is not valid');
    const id = digestOf(`${token}\n${ask.path}\n${key}`);
    const digest = digestOf(pythonJson(body, { indent: null, sortKeys: true }) ?? '');
    const known = this.#store.find(id);
    if (known === undefined) return this.#first(id, digest, run);
    if (known.digest !== digest) throw new HttpError(409, 'This Idempotency-Key was used for another request');
    const answer = this.#open.get(id) ?? known.answer;
    if (answer === undefined) throw new HttpError(409, 'The first request with this Idempotency-Key was cut short; /v1/jobs shows whether it was done');
    return answer;
  }

  async #first(id: string, digest: string, run: () => Promise<Answer>): Promise<Answer> {
    this.#store.begin(id, digest);
    const answer = run();
    this.#open.set(id, answer);
    try {
      const done = await answer;
      this.#store.finish(id, done);
      return done;
    } catch (error) {
      // What failed may be tried again.
      this.#store.forget(id);
      throw error;
    } finally {
      this.#open.delete(id);
    }
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
