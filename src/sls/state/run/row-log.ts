/**
 * What the log says of a row, in Salt's words: failures as errors, everything else as information.
 *
 * Source: golden cli/call-state-fail; read, Salt 3008.3.
 */
import type { Logger } from '../../../kernel/contract/log.js';
import { str } from '../../../kernel/std/python-text.js';
import { isMap, isTruthy, mapEntries, mapGet, type Value, type ValueMap } from '../../../kernel/std/value.js';
import type { Row } from './rows.js';

export function logRow(row: Row, log: Logger): void {
  const isFailure = row['result'] !== true && row['result'] !== null;
  if (isFailure) log.error({}, rowText(row));
  else log.info({}, rowText(row));
}

function rowText(row: Row): string {
  const { changes = {}, comment = '' } = row;
  if (!isTruthy(changes)) return isTruthy(comment) ? str(comment) : `No changes made for ${str(row['name'] ?? null)}`;
  const text = isMap(changes) ? changesText(changes) : '';
  return text === '' ? str(changes) : text;
}

function changesText(changes: ValueMap): string {
  const entries = mapEntries(changes);
  const pairs = entries.map(([name, change]) => (isMap(change) ? pairText(name, change) : undefined));
  if (pairs.every((pair) => pair !== undefined)) return `Made the following changes:\n${pairs.join('')}`;
  const diff = mapGet(changes, 'diff');
  return typeof diff === 'string' ? `File changed:\n${diff}` : '';
}

/** Undefined for a change without `old` and `new`. */
function pairText(name: Value, change: ValueMap): string | undefined {
  const [old, fresh] = [mapGet(change, 'old'), mapGet(change, 'new')];
  return old === undefined || fresh === undefined ? undefined : `'${str(name)}' changed from '${shown(old)}' to '${shown(fresh)}'\n`;
}

const shown = (value: Value): string => (!isTruthy(value) && value !== false && value !== null ? 'absent' : str(value));
