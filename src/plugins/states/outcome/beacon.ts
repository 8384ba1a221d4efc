/** Beacons that states set for what they manage. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { done, failed } from '../../../kernel/contract/state.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';

interface Asked {
  readonly name: string;
  readonly kwargs: PlainMap;
  /** Functions of the state that can have a beacon. */
  readonly works: readonly string[];
}

/** How each module calls what it cannot do. */
const REFUSALS: Readonly<Record<string, string>> = { pkg: 'does not work with the mod_beacon state function', service: 'does not work with the beacon state function' };

/** What `mod_beacon` gives: a beacon of a module with these settings. */
export async function beaconOf(module: string, { name, kwargs, works }: Asked, settings: PlainMap, ctx: Context): Promise<PlainMap> {
  const sfun = str(kwargs['sfun'] ?? null);
  if (!works.includes(sfun)) return failed(name, `${module}.${sfun} ${REFUSALS[module] ?? ''}`);
  if (!isTruthy(kwargs['beacon'] ?? false)) return done(name, 'Not adding beacon.');
  if (ctx.state === undefined) throw new CommandExecutionError('A beacon is set in a run of states only');
  return ctx.state.call('beacon.present', { name: `beacon_${module}_${name}`, ...settings, beacon_module: module });
}
