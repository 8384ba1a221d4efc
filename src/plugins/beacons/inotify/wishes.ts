/** What is to be watched, read from the configuration. Source: read, Salt 3008.3: names, words of the refusals, meaning of `exclude`. */
import { beaconOptions, type BeaconVerdict } from '../../../kernel/contract/beacon.js';
import { str } from '../../../kernel/std/python-text.js';
import { fnmatch } from '../../../kernel/std/fnmatch.js';
import { isList, isMap, isTruthy, mapEntries, mapGet, mapHas, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { matcher } from '../lookup/pattern.js';
import { checkList } from '../lookup/verdict.js';
import { MASKS } from './program.data.js';

export interface Wish {
  readonly path: string;
  readonly mask: number;
  readonly recurse: boolean;
  readonly autoAdd: boolean;
  isExcluded(path: string): boolean;
}

/** What may stand in `mask`. `dont_follow` can be used but not named, as with real Salt: its list of names does not have it. */
const NAMES: ReadonlySet<string> = new Set([
  'access', 'attrib', 'close_nowrite', 'close_write', 'create', 'delete', 'delete_self', 'excl_unlink', 'ignored', 'modify', 'moved_from', 'moved_to', 'move_self', 'oneshot',
  'onlydir', 'open', 'unmount',
]);
const USUAL = MASKS.create | MASKS.delete | MASKS.modify;
const WHOLE = 'Configuration for inotify beacon';

export const checkInotify = (config: Value): BeaconVerdict => checkList('inotify', config, ({ files }) => {
  if (files === undefined) return `${WHOLE} must include files.`;
  if (!isMap(files)) return `${WHOLE} invalid, files must be a dict.`;
  return mapEntries(files).map(([, wish]) => faultOf(wish)).find((fault) => fault !== undefined);
});

function faultOf(wish: Value): string | undefined {
  if (!isMap(wish)) return `${WHOLE} must be a list of dictionaries.`;
  if (!['mask', 'recurse', 'auto_add'].some((name) => mapHas(wish, name))) return `${WHOLE} must contain mask, recurse or auto_add items.`;
  for (const name of ['auto_add', 'recurse']) if (mapHas(wish, name) && typeof mapGet(wish, name) !== 'boolean') return `${WHOLE} ${name} must be boolean.`;
  if (!mapHas(wish, 'mask')) return undefined;
  const mask = mapGet(wish, 'mask') ?? null;
  if (!isList(mask)) return `${WHOLE} mask must be list.`;
  const unknown = mask.find((name) => !NAMES.has(str(name)));
  return unknown === undefined ? undefined : `${WHOLE} invalid mask option ${str(unknown)}.`;
}

export function readWishes(config: readonly PlainMap[]): Wish[] {
  const { files = {} } = beaconOptions(config);
  return (isMap(files) ? mapEntries(files) : []).map(([path, wish]) => {
    const options = beaconOptions([wish]);
    const { mask, exclude } = options;
    return {
      path: str(path), mask: isList(mask ?? null) ? (mask as readonly Value[]).reduce((sum: number, name) => (sum | bitOf(str(name))) >>> 0, 0) : USUAL,
      recurse: isTruthy(options['recurse']), autoAdd: isTruthy(options['auto_add']), isExcluded: exclusion(isList(exclude ?? null) ? exclude as readonly Value[] : []),
    };
  });
}

const bitOf = (name: string): number => (name in MASKS ? MASKS[name as keyof typeof MASKS] : 0);

function exclusion(rules: readonly Value[]): (path: string) => boolean {
  const tests = rules.map((rule): ((path: string) => boolean) => {
    if (isMap(rule)) {
      const [[pattern, options] = ['', null]] = mapEntries(rule);
      if (isTruthy(beaconOptions([options])['regex'])) return matcher(str(pattern), 'search');
      return plainRule(str(pattern));
    }
    return plainRule(str(rule));
  });
  return (path) => tests.some((test) => test(path));
}

const plainRule = (text: string): ((path: string) => boolean) => (text.includes('*') ? (path) => fnmatch(path, text) : (path) => path.startsWith(text));
