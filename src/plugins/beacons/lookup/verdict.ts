/** Words for configurations that cannot be used, as Salt has them. */
import { beaconOptions, VALID_BEACON, type BeaconVerdict } from '../../../kernel/contract/beacon.js';
import { isList, type PlainMap, type Value } from '../../../kernel/std/value.js';

/** Every beacon wants a list; `check` gives what else is wrong, if anything. */
export function checkList(name: string, config: Value, check: (options: PlainMap) => string | undefined = () => undefined): BeaconVerdict {
  if (!isList(config)) return [false, `Configuration for ${name} beacon must be a list.`];
  const wrong = check(beaconOptions(config));
  return wrong === undefined ? VALID_BEACON : [false, wrong];
}
