/** Lists of minion keys, as `salt-key` prints them. */
import { PythonError } from '../../kernel/contract/errors.js';
import { defineOutput } from '../../kernel/contract/plugin.js';
import { hideEscapes, type ColorName } from '../../kernel/std/colors.js';
import { str } from '../../kernel/std/python-text.js';
import { isBytes, isMap, mapGet, mapKeys, type Value } from '../../kernel/std/value.js';
import { decodeBytes } from './parts/decode.js';
import { colorsOf, flag, type Options } from './parts/options.js';
import { needKey, needMap, notIterable, sorted } from './parts/python-errors.js';

interface Kind {
  readonly title: string;
  readonly titleColor: ColorName;
  readonly color: ColorName;
}

const KINDS: Readonly<Record<string, Kind>> = {
  local: { title: 'Local Keys:', titleColor: 'LIGHT_MAGENTA', color: 'MAGENTA' },
  minions: { title: 'Accepted Keys:', titleColor: 'LIGHT_GREEN', color: 'GREEN' },
  minions_denied: { title: 'Denied Keys:', titleColor: 'LIGHT_MAGENTA', color: 'MAGENTA' },
  minions_pre: { title: 'Unaccepted Keys:', titleColor: 'LIGHT_RED', color: 'RED' },
  minions_rejected: { title: 'Rejected Keys:', titleColor: 'LIGHT_BLUE', color: 'BLUE' },
};

function kindOf(status: Value): Kind {
  const kind = typeof status === 'string' && Object.hasOwn(KINDS, status) ? KINDS[status] : undefined;
  if (kind === undefined) throw new PythonError('KeyError', str(status));
  return kind;
}

/** What Python walks through: keys of a map, items of a list, characters of a text. */
function namesIn(keys: Value): Value[] {
  if (isMap(keys)) return mapKeys(keys);
  if (Array.isArray(keys)) return [...keys] as Value[];
  if (typeof keys === 'string') return Array.from(keys);
  throw notIterable(keys);
}

/** One line for each key; keys with fingerprints come as a map. */
function keyLines(keys: Value, start: string, end: string, opts: Options): string[] {
  const strip = flag(opts, 'strip_colors', true);
  const shown = (name: Value): string => {
    const text = str(isBytes(name) ? (decodeBytes(name) ?? name) : name);
    return strip ? hideEscapes(text) : text;
  };
  const names = sorted(namesIn(keys));
  if (isMap(keys)) return names.map((name) => `${start}${shown(name)}:  ${str(needKey(keys, name))}${end}`);
  return Array.isArray(keys) ? names.map((name) => `${start}${shown(name)}${end}`) : [];
}

export default defineOutput({
  name: 'key',
  output(data, opts) {
    const colors = colorsOf(opts);
    const indent = flag(opts, '__multi_key', false) ? '    ' : '';
    const map = needMap(data, 'keys');
    return sorted(mapKeys(map))
      .flatMap((status) => {
        const { title, titleColor, color } = kindOf(status);
        const lines = keyLines(mapGet(map, status) ?? null, indent + colors[color], colors.ENDC, opts);
        return [`${indent}${colors[titleColor]}${title}${colors.ENDC}`, ...lines];
      })
      .join('\n');
  },
});
