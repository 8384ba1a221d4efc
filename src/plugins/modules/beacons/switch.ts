/** Turning beacons on and off. Source: read, Salt 3008.3: texts. */
import { beaconOptions } from '../../../kernel/contract/beacon.js';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../../kernel/std/value.js';
import { ask, current, NO_ANSWER, type BeaconResult } from './ask.js';

export async function switchAll(isOn: boolean, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  if (isTruthy(kwargs['test'])) return { comment: `Beacons would be ${isOn ? 'enabled' : 'disabled'}.`, result: true };
  const answer = await ask({ func: isOn ? 'enable' : 'disable' }, kwargs, ctx);
  if (answer === undefined) return { comment: NO_ANSWER(`beacon ${isOn ? 'enabled' : 'disabled'}`, kwargs), result: false };
  const isDone = isTruthy((answer['beacons'] as PlainMap)['enabled']) === isOn;
  return { comment: isDone ? `${isOn ? 'Enabled' : 'Disabled'} beacons on minion.` : `Failed to ${isOn ? 'enable' : 'disable'} beacons on minion.`, result: isDone };
}

export async function switchOne(name: string, isOn: boolean, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  if (name === '') return { comment: 'Beacon name is required.', result: false };
  // Source: read, Salt 3008.3: a trial of disabling speaks of all.
  if (isTruthy(kwargs['test'])) return { comment: isOn ? `Beacon ${name} would be enabled.` : 'Beacons would be disabled.', result: true };
  if (!Object.hasOwn(await current(kwargs, ctx), name)) return { comment: `Beacon ${name} is not currently configured.`, result: false };
  const answer = await ask({ func: isOn ? 'enable_beacon' : 'disable_beacon', name }, kwargs, ctx);
  if (answer === undefined) return { comment: NO_ANSWER(`beacon ${isOn ? 'enabled' : 'disabled'}`, kwargs), result: false };
  if (answer['complete'] !== true) return { comment: str(answer['comment'] ?? ''), result: false };
  const isDone = beaconOptions((answer['beacons'] as PlainMap)[name])['enabled'] === isOn;
  if (!isDone) return { comment: isOn ? `Failed to enable beacon ${name} on minion.` : 'Failed to disable beacon on minion.', result: false };
  return { comment: `${isOn ? 'Enabled' : 'Disabled'} beacon ${name} on minion.`, result: true };
}
