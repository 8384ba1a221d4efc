/**
 * What each command of `manage_beacons` changes in the beacons of the configuration, and the words that go with it. Pure.
 *
 * Source: read, Salt 3008.3, `salt.beacons` (comments). Differs: a command for a beacon that is not there is answered.
 */
import { isList, isMap, mapEntries, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface Changed {
  readonly own: PlainMap;
  readonly complete: boolean;
  readonly comment?: string;
}

const VERBS: Readonly<Record<string, string>> = { add: 'update', modify: 'modify', delete: 'delete', enable_beacon: 'enable', disable_beacon: 'disable' };

/** Undefined for a command that changes nothing. */
export function changedBeacons(own: PlainMap, pillar: PlainMap, command: PlainMap): Changed | undefined {
  const func = String(command['func']);
  const name = String(command['name'] ?? '');
  if (func in VERBS && Object.hasOwn(pillar, name)) {
    return { own, complete: false, comment: `Cannot ${VERBS[func] ?? ''} beacon item ${name}, ${func === 'add' ? 'because it' : 'it'} is configured in pillar.` };
  }
  const done = (next: PlainMap, comment?: string): Changed => ({ own: next, complete: true, ...(comment === undefined ? {} : { comment }) });
  const isThere = Object.hasOwn(own, name);
  switch (func) {
    case 'add': return done({ ...own, [name]: command['beacon_data'] ?? null }, isThere ? `Updating settings for beacon item: ${name}` : `Added new beacon item: ${name}`);
    case 'modify': return done({ ...own, [name]: command['beacon_data'] ?? null }, `Updating settings for beacon item: ${name}`);
    case 'delete': {
      const { [name]: _deleted, ...rest } = own;
      return done(rest, isThere ? `Deleting beacon item: ${name}` : `Beacon item ${name} not found.`);
    }
    case 'enable': return done({ ...own, enabled: true });
    case 'disable': return done({ ...own, enabled: false });
    case 'enable_beacon':
    case 'disable_beacon': {
      const isOn = func === 'enable_beacon';
      if (!isThere) return { own, complete: false, comment: `Beacon item ${name} not found.` };
      return done({ ...own, [name]: switched(own[name] ?? null, isOn) }, `${isOn ? 'Enabling' : 'Disabling'} beacon item ${name}`);
    }
    case 'reset': return done({}, 'Beacons have been reset');
    default: return undefined;
  }
}

function switched(config: Value, isOn: boolean): Value {
  if (isMap(config)) return Object.fromEntries([...mapEntries(config), ['enabled', isOn]]) as PlainMap;
  const parts = isList(config) ? config : [];
  const at = parts.findIndex((part) => isMap(part) && mapEntries(part).some(([key]) => key === 'enabled'));
  if (at < 0) return [...parts, { enabled: isOn }];
  return parts.map((part, place) => (place === at && isMap(part) ? Object.fromEntries([...mapEntries(part), ['enabled', isOn]]) as PlainMap : part));
}
