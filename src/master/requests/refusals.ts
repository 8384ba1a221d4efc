/**
 * What was refused on the request port: counted by reason, and logged with who sent it, never with what was sent. A flood writes a
 * few lines a second, the next line says how many were left out.
 */
import type { Logger } from '../../kernel/contract/log.js';
import { RateLimits } from '../../kernel/std/rate-limit.js';
import { typeName, type Value } from '../../kernel/std/value.js';

export type RefusalReason =
  | 'unreadable' | 'unknown_command' | 'too_large' | 'old_protocol' | 'bad_id' | 'no_session' | 'not_sealed_by_session' | 'no_map'
  | 'foreign_id' | 'too_old' | 'no_proof' | 'bad_nonce' | 'repeated' | 'too_many';

/** For each reason. */
const LINES_A_SECOND = 5;

export class Refusals {
  readonly #log: Logger;
  readonly #counts: Record<string, number> = {};
  readonly #lines = new RateLimits({ perSecond: LINES_A_SECOND, burst: LINES_A_SECOND * 2, namesMax: 100 });
  readonly #leftOut = new Map<RefusalReason, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  /** `facts`: who and how large; texts of a sender go through `shownName`. */
  add(why: RefusalReason, facts: Readonly<Record<string, unknown>>): void {
    this.#counts[why] = (this.#counts[why] ?? 0) + 1;
    const leftOut = this.#leftOut.get(why) ?? 0;
    if (!this.#lines.take(why)) {
      this.#leftOut.set(why, leftOut + 1);
      return;
    }
    this.#log.warn({ why, ...facts, ...(leftOut === 0 ? {} : { left_out: leftOut }) }, 'request refused');
    this.#leftOut.delete(why);
  }
}

const SHOWN_CHARS_MAX = 64;

/** A name that a sender wrote, for logs: only what looks like one; of anything else just its kind. */
export function shownName(name: Value | undefined): string {
  if (typeof name !== 'string') return `[${name === undefined ? 'nothing' : typeName(name)}]`;
  return name.length <= SHOWN_CHARS_MAX && /^[\w.@:-]+$/.test(name) ? name : `[${name.length} characters]`;
}

/** A command that is not declared: shown when it looks like a name of a method, which helps with peers of other releases. */
export function shownCommand(name: Value | undefined): string {
  return typeof name === 'string' && !/^[a-z_]+$/.test(name) ? `[${name.length} characters]` : shownName(name);
}
