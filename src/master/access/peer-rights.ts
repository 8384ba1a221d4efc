/** What minions may ask of others: `peer` for jobs, `peer_run` for runners. Patterns fit whole names. Source: config `peer`, `peer_run`. */
import { isList, isPlainMap, type PlainMap } from '../../kernel/std/value.js';
import { fits } from './patterns.js';
import type { ClientKind } from './ways.data.js';

/** The entry that gives the function to the minion. */
export function peerRule(opts: Readonly<PlainMap>, client: ClientKind, id: string, fun: string): string | undefined {
  const option = client === 'local' ? 'peer' : 'peer_run';
  const rules = isPlainMap(opts[option]) ? opts[option] : {};
  for (const [minions, functions] of Object.entries(rules)) {
    const given = fits(minions, id) && isList(functions) ? functions.find((pattern) => fits(pattern, fun)) : undefined;
    if (given !== undefined) return `${option}: ${minions}: ${String(given)}`;
  }
  return undefined;
}
