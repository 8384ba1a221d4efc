/** Which entry of a table of cron is the one asked for, and what has to change in it. Source: observed, Salt 3008.3. */
import { str } from './python-text.js';
import { equalValues, isTruthy, type Value } from './value.js';

export interface CronEntry {
  readonly cmd: Value;
  readonly identifier: Value;
}

/** Stands for the identifier of an entry that has none. */
export const NO_IDENTIFIER = 'NO ID SET';

const idOf = (entry: CronEntry): string => (isTruthy(entry.identifier) ? str(entry.identifier) : NO_IDENTIFIER);

/** True for the entry with the identifier; entries without one are known by their command. */
export function fits(entry: CronEntry, cmd: Value, identifier: Value): boolean {
  const wanted = isTruthy(identifier) ? str(identifier) : NO_IDENTIFIER;
  const id = idOf(entry);
  if (id !== NO_IDENTIFIER) return wanted === id;
  return equalValues(entry.cmd, cmd);
}

/** True when a value has to be set; `random` only replaces what says nothing. */
export function needsChange(before: Value | undefined, wanted: Value): boolean {
  if (wanted === null || equalValues(before, wanted)) return false;
  return wanted === 'random' ? before === '*' : true;
}
