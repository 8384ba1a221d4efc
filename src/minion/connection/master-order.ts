/** Whose turn it is: the masters of a plan one after the other, and who comes after a loss. Pure but for the shuffling. */
import type { PlainMap } from '../../kernel/std/value.js';
import { orderOf, type MasterPlan, type Random } from './master-plan.js';
import { sameMaster, type MasterAddress } from './masters.js';

export class MasterOrder {
  readonly #plan: MasterPlan;
  readonly #opts: Readonly<PlainMap>;
  readonly #random: Random;
  #order: readonly MasterAddress[];
  #at = 0;

  constructor(plan: MasterPlan, opts: Readonly<PlainMap>, random: Random = Math.random) {
    this.#plan = plan;
    this.#opts = opts;
    this.#random = random;
    this.#order = orderOf(plan, opts, random);
  }

  get size(): number {
    return this.#order.length;
  }

  get current(): MasterAddress {
    const master = this.#order[this.#at];
    if (master === undefined) throw new RangeError('A plan without masters has no order');
    return master;
  }

  /** The one to come back to, when it is not the current one and the minion shall come back at all. */
  get preferred(): MasterAddress | undefined {
    const [first] = this.#plan.masters;
    return this.#plan.kind === 'oneOf' && this.#opts['master_failback'] === true && !sameMaster(first, this.current) ? first : undefined;
  }

  /** This one did not let the minion in. True when all were tried: a new round begins. */
  failed(): boolean {
    this.#at += 1;
    if (this.#at < this.#order.length) return false;
    this.#begin();
    return true;
  }

  /** A connected master was lost: it comes last in the next round. */
  lost(): void {
    const gone = this.current;
    this.#begin();
    this.#order = [...this.#order.filter((master) => master !== gone), gone];
  }

  /** The first master is back. */
  goBack(): void {
    this.#order = [...this.#plan.masters];
    this.#at = 0;
  }

  #begin(): void {
    this.#order = orderOf(this.#plan, this.#opts, this.#random);
    this.#at = 0;
  }
}
