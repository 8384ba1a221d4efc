/** Warnings about what minions send: each minion writes a few lines a second, the next one says how many were left out. */
import type { LogFields, Logger } from '../../kernel/contract/log.js';
import { BoundedCache } from '../../kernel/std/bounded-cache.js';
import { RateLimit } from '../../kernel/std/rate-limit.js';

const LINES = { perSecond: 1, burst: 20 };
const SENDERS_MAX = 10_000;

export class SeldomLog {
  readonly #log: Logger;
  readonly #senders = new BoundedCache<string, { readonly limit: RateLimit; leftOut: number }>(SENDERS_MAX);

  constructor(log: Logger) {
    this.#log = log;
  }

  warn(id: string, fields: LogFields, text: string): void {
    const sender = this.#senders.get(id, () => ({ limit: new RateLimit(LINES), leftOut: 0 }));
    if (!sender.limit.take()) {
      sender.leftOut += 1;
      return;
    }
    this.#log.warn({ id, ...fields, ...(sender.leftOut === 0 ? {} : { left_out: sender.leftOut }) }, text);
    sender.leftOut = 0;
  }
}
