/**
 * One beacon as its author wrote it: a list of maps, some of whose options are for whoever asks the beacon.
 *
 * Source: read, Salt 3008.3, `salt.beacons`: names of options. Differs: `enabled`, `beacon_module` and `run_once` never reach the beacon.
 */
import { beaconOptions } from '../../kernel/contract/beacon.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isNumber, isTruthy, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface BeaconEntry {
  readonly name: string;
  /** The plugin: several beacons may share one (`beacon_module`). */
  readonly module: string;
  readonly written: Value;
  /** What the beacon gets. */
  readonly config: readonly PlainMap[];
  readonly periodMs: number | undefined;
  readonly isEnabled: boolean;
  readonly restsInStateRuns: boolean;
  readonly runsOnce: boolean;
  readonly onChangeOnly: boolean;
  readonly emitsAtStartup: boolean;
}

/** Why a beacon is left out, in words. */
export class EntryFault extends Error {}

const FOR_THE_RUNNER: ReadonlySet<string> = new Set(['enabled', 'interval', 'disable_during_state_run', 'run_once', 'beacon_module']);
/** Rarer than each fourteen days is a mistake; timers end there, too. */
const PERIOD_SECONDS_MAX = 14 * 86_400;
const PERIOD_SECONDS_MIN = 0.05;

/** @throws EntryFault with the reason */
export function readEntry(name: string, written: Value): BeaconEntry {
  const options = beaconOptions(written);
  const module = isTruthy(options['beacon_module']) ? str(options['beacon_module'] ?? '') : name;
  const given = isList(written) ? written : [written];
  const config = given.filter(isMap).map((part) => Object.fromEntries(mapEntries(part).map(([key, value]): [string, Value] => [str(key), value]).filter(([key]) => !FOR_THE_RUNNER.has(key))))
    .filter((part) => Object.keys(part).length > 0);
  return {
    name, module, written, config: [...config, { _beacon_name: name }], periodMs: readPeriod(options['interval']),
    isEnabled: isTruthy(options['enabled'] ?? true), restsInStateRuns: isTruthy(options['disable_during_state_run']), runsOnce: isTruthy(options['run_once']),
    onChangeOnly: options['onchangeonly'] === true, emitsAtStartup: options['emitatstartup'] !== false,
  };
}

/** Nothing and 0 are no interval, as with real Salt. */
function readPeriod(value: Value | undefined): number | undefined {
  if (!isTruthy(value)) return undefined;
  const seconds = isNumber(value) ? Number(value) : Number.NaN;
  if (!(seconds >= PERIOD_SECONDS_MIN && seconds <= PERIOD_SECONDS_MAX)) {
    throw new EntryFault(`interval must be a number of seconds, ${PERIOD_SECONDS_MIN} to ${PERIOD_SECONDS_MAX}, not ${str(value ?? null)}`);
  }
  return seconds * 1000;
}
