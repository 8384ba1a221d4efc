/**
 * Beacons: what a minion watches, and tells the master about by events.
 *
 * A beacon is asked at its times (`interval`, else each `loop_interval`) and gives what is to be told now. One that has `watch` hears by
 * itself and calls `wake`; without an interval it is then asked at once, and never in between.
 * Source: read, Salt 3008.3, `salt.beacons`: shapes, names of options, tags.
 */
import { str } from '../std/python-text.js';
import { isList, isMap, mapEntries, type PlainMap, type Value } from '../std/value.js';
import type { Context } from './context.js';
import type { PluginBase } from './plugin-base.js';

type Answer<T> = Promise<T> | T;

/** Whether a configuration can be used, and in words why not. */
export type BeaconVerdict = readonly [isValid: boolean, comment: string];

/** `ctx.memory` is kept as long as the beacon stays configured as it is. */
export interface BeaconPlugin extends PluginBase {
  readonly kind: 'beacons';
  /** One paragraph: what it looks at. */
  readonly doc?: string;
  /** True when it heeds `onchangeonly` itself; for all others whoever asks leaves out what it told before. */
  readonly knowsChanges?: boolean;
  /** Gets the configuration as it was written. */
  validate?(config: Value, ctx: Context): Answer<BeaconVerdict>;
  /**
   * Gives what is to be told: the data of each event, `tag` in it is what follows `salt/beacon/<id>/<name>/`. `config` is a list of maps
   * without the options of the runner, with `_beacon_name`.
   */
  beacon(config: readonly PlainMap[], ctx: Context): Answer<readonly PlainMap[]>;
  /** Begins to hear; `wake` says that there is something to tell. Resolves when it hears. */
  watch?(config: readonly PlainMap[], ctx: Context, wake: () => void): Answer<void>;
  /** Ends what `watch` or `beacon` began. */
  close?(config: readonly PlainMap[], ctx: Context): Answer<void>;
}

export const defineBeacon = (plugin: Omit<BeaconPlugin, 'kind'>): BeaconPlugin => ({ kind: 'beacons', ...plugin });

export const VALID_BEACON: BeaconVerdict = [true, 'Valid beacon configuration'];

/** The options of a list of maps in one map; the last of equal names counts. */
export function beaconOptions(config: Value | undefined): PlainMap {
  const parts = isList(config) ? config : [config ?? null];
  return Object.fromEntries(parts.flatMap((part) => (isMap(part) ? mapEntries(part).map(([key, value]): [string, Value] => [str(key), value]) : [])));
}

/** `/salt/minion/minion_<this>` is fired when a command to the beacons of a minion (`manage_beacons`) is done. */
export const BEACON_ANSWERS: Readonly<Record<string, string>> = {
  list: 'beacons_list_complete', list_available: 'beacons_list_available_complete', validate_beacon: 'beacon_validation_complete', add: 'beacon_add_complete',
  modify: 'beacon_modify_complete', delete: 'beacon_delete_complete', enable: 'beacons_enabled_complete', disable: 'beacons_disabled_complete',
  enable_beacon: 'beacon_enabled_complete', disable_beacon: 'beacon_disabled_complete', reset: 'beacon_reset_complete',
};

export const beaconAnswerTag = (suffix: string): string => `/salt/minion/minion_${suffix}`;
