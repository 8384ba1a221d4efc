/** Adding a beacon and changing one. Source: read, Salt 3008.3: order of the checks, texts. */
import { beaconOptions } from '../../../kernel/contract/beacon.js';
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { equalValues, isList, isMap, isTruthy, mapEntries, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { unifiedDiff } from '../../../kernel/std/unified-diff.js';
import { ask, current, NO_ANSWER, type BeaconResult } from './ask.js';

export interface ConfigChange {
  readonly func: 'add' | 'modify';
  readonly name: string;
  readonly data: Value;
}

export async function changeConfig(change: ConfigChange, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  return change.func === 'add' ? add(change, kwargs, ctx) : modify(change, kwargs, ctx);
}

async function add({ name, data }: ConfigChange, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  if (Object.hasOwn(await current(kwargs, ctx), name)) return { comment: `Beacon ${name} is already configured.`, result: true };
  const failed: BeaconResult = { comment: `Failed to add beacon ${name}.`, result: false };
  const given = beaconOptions(data)['beacon_module'];
  const module = given === undefined ? name : str(given);
  const names = (await ask({ func: 'list_available' }, kwargs, ctx))?.['beacons'];
  if (!isList(names ?? null) || !(names as readonly Value[]).includes(module)) return { ...failed, comment: `Beacon "${module}" is not available.` };
  if (isTruthy(kwargs['test'])) return { comment: `Beacon: ${name} would be added.`, result: true };
  const refusal = await refusalOf({ name, data }, 'adding', kwargs, ctx);
  if (refusal !== undefined) return { comment: refusal, result: false };
  const answer = await ask({ name, beacon_data: data, func: 'add' }, kwargs, ctx);
  if (answer === undefined) return { comment: NO_ANSWER('beacon add', kwargs), result: false };
  if (answer['complete'] !== true) return { comment: str(answer['comment'] ?? ''), result: false };
  return equalValues((answer['beacons'] as PlainMap)[name], data) ? { comment: `Added beacon: ${name}.`, result: true } : failed;
}

async function modify({ name, data }: ConfigChange, kwargs: PlainMap, ctx: Context): Promise<BeaconResult> {
  const before = (await current(kwargs, ctx))[name];
  if (before === undefined) return { comment: `Beacon ${name} is not configured.`, result: true };
  if (isTruthy(kwargs['test'])) return { comment: `Beacon: ${name} would be modified.`, result: true };
  const refusal = await refusalOf({ name, data }, 'modifying', kwargs, ctx);
  if (refusal !== undefined) return { comment: refusal, result: false };
  if (equalValues(before, data)) return { comment: `Job ${name} in correct state`, result: true };
  const changes = { diff: unifiedDiff(lines(before), lines(data)).join('') };
  const answer = await ask({ name, beacon_data: data, func: 'modify' }, kwargs, ctx);
  // Source: read, Salt 3008.3: two spaces.
  if (answer === undefined) return { comment: NO_ANSWER('beacon modify', kwargs, ' complete event'), result: false, changes };
  if (answer['complete'] !== true) return { comment: str(answer['comment'] ?? ''), result: false, changes };
  return { comment: equalValues((answer['beacons'] as PlainMap)[name], data) ? `Modified beacon: ${name}.` : '', result: true, changes };
}

/** Why the configuration cannot be used; undefined when it can. */
async function refusalOf({ name, data }: { name: string; data: Value }, doing: string, kwargs: PlainMap, ctx: Context): Promise<string | undefined> {
  const verdict = await ask({ name, beacon_data: data, func: 'validate_beacon' }, kwargs, ctx);
  if (verdict === undefined) return NO_ANSWER('beacon validation', kwargs);
  return verdict['valid'] === true ? undefined : `Beacon ${name} configuration invalid, not ${doing}.\n${str(verdict['vcomment'] ?? '')}`;
}

const lines = (data: Value): string[] =>
  (isList(data) ? data : [data]).flatMap((part) => (isMap(part) ? mapEntries(part).map(([key, value]) => `${str(key)}:${str(value)}\n`) : []));
