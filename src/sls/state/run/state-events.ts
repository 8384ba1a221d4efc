/**
 * Tells the master what became of a state: those with `fire_event`, all with `state_events`.
 *
 * Source: state-system, section 4; golden events/state-*.
 */
import type { EventPort } from '../../../kernel/contract/ports.js';
import type { Logger } from '../../../kernel/contract/log.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { text } from '../high-data.js';
import type { Row } from './rows.js';

export interface StateEventsOptions {
  readonly events: EventPort;
  readonly log: Logger;
  readonly id: string;
  readonly jid: string | undefined;
  /** All states are told (`state_events`). */
  readonly all: boolean;
  /** Without a master nothing is told. */
  readonly hasMaster: boolean;
}

export class StateEvents {
  readonly #options: StateEventsOptions;

  constructor(options: StateEventsOptions) {
    this.#options = options;
  }

  /** Whether somebody is to be told of a state with this `fire_event`. */
  isWanted(wish: Value | undefined): boolean {
    const { hasMaster, all } = this.#options;
    return hasMaster && (all || (wish !== undefined && isTruthy(wish)));
  }

  /** Tells of a state of which that is wanted. */
  async ended(row: Row, wish: Value, count: number): Promise<void> {
    const { jid, id, events, log } = this.#options;
    const name = jid ?? 'None';
    const data: PlainMap = { ret: row };
    let tag = `salt/state_result/${name}/${id}/${text(wish === true ? row['name'] : wish)}`;
    if (wish !== true && typeof wish !== 'string') {
      tag = `salt/job/${name}/prog/${id}/${text(row['__run_num__'])}`;
      data['len'] = count;
    }
    try {
      await events.fireMaster(tag, data, { jid: jid ?? null });
    } catch (err) {
      log.warn({ err, tag }, 'event of a state not delivered');
    }
  }
}
