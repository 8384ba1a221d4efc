/** `global_state_conditions`: which states may be called on this minion. Source: read, Salt 3008.3; golden states/conditions. */
import type { Session } from '../../../kernel/loader/call-session.js';
import { isMap, isTruthy, mapEntries, type Value } from '../../../kernel/std/value.js';
import { text, type LowChunk } from '../high-data.js';
import type { Row } from './rows.js';

export const hasGlobalConditions = (session: Session): boolean => isMap(session.host.opts['global_state_conditions']);

/** Any condition that names the state and holds lets it be called; without one that names it, it is called. */
export async function globalCondition(low: LowChunk, session: Session): Promise<Row | undefined> {
  const conditions = session.host.opts['global_state_conditions'];
  if (!isMap(conditions)) return undefined;
  const state = text(low['state']);
  const names: readonly Value[] = ['*', `${state}.${text(low['fun'])}`, state];
  const wanted = mapEntries(conditions).flatMap(([name, given]): readonly Value[] => {
    if (!names.includes(name)) return [];
    return typeof given === 'string' ? [given] : Array.isArray(given) ? given as readonly Value[] : [];
  });
  if (wanted.length === 0) return undefined;
  const modules = session.as('modules', { nested: true });
  for (const target of wanted) if (isTruthy(await modules.call('match.compound', [target]))) return undefined;
  return { name: low['name'] ?? null, comment: 'Failed to meet global state conditions. State not called.', changes: {}, result: null };
}
