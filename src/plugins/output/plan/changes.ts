/** Changes of a state for people: differences line by line, `old -> new` on one line, anything else as a tree. */
import { hideEscapes, type Colors } from '../../../kernel/std/colors.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { isList, isMap, mapEntries, mapGet, mapHas, mapSize, type Value, type ValueMap } from '../../../kernel/std/value.js';

const STEP = 2;
/** Longer values of `old` and `new` stand below one another. */
const PAIR_MAX = 100;

export function changeLines(changes: Value, indent: number, colors: Colors): string[] {
  if (isMap(changes)) return mapEntries(changes).flatMap(([key, value]) => keyLines(hideEscapes(str(key)), value, indent, colors));
  if (isList(changes)) return (changes as readonly Value[]).flatMap((item) => (isMap(item) || isList(item) ? changeLines(item, indent, colors) : [line(indent, `- ${plain(item)}`)]));
  return plain(changes).split('\n').map((text) => line(indent, text));
}

function keyLines(key: string, value: Value, indent: number, colors: Colors): string[] {
  if (isMap(value)) {
    const pair = pairOf(value);
    if (pair !== undefined) return [line(indent, `${key}: ${pair}`)];
    return mapSize(value) === 0 ? [line(indent, `${key}: {}`)] : [line(indent, `${key}:`), ...changeLines(value, indent + STEP, colors)];
  }
  if (isList(value)) return value.length === 0 ? [line(indent, `${key}: []`)] : [line(indent, `${key}:`), ...changeLines(value, indent + STEP, colors)];
  const texts = plain(value).replace(/\n$/, '').split('\n');
  if (key === 'diff') return texts.map((text) => line(indent, diffLine(text, colors)));
  return texts.length === 1 ? [line(indent, `${key}: ${texts[0] ?? ''}`)] : [line(indent, `${key}:`), ...texts.map((text) => line(indent + STEP, text))];
}

/** `{old, new}` as most modules give it. */
function pairOf(value: ValueMap): string | undefined {
  if (mapSize(value) !== 2 || !mapHas(value, 'old') || !mapHas(value, 'new')) return undefined;
  const [before, after] = [mapGet(value, 'old') ?? null, mapGet(value, 'new') ?? null];
  if (isMap(before) || isMap(after) || isList(before) || isList(after)) return undefined;
  const text = `${plain(before) || '(none)'} -> ${plain(after) || '(none)'}`;
  return text.includes('\n') || text.length > PAIR_MAX ? undefined : text;
}

function diffLine(text: string, colors: Colors): string {
  if (text.startsWith('+')) return `${colors.GREEN}${text}${colors.ENDC}`;
  return text.startsWith('-') ? `${colors.RED}${text}${colors.ENDC}` : text;
}

const line = (indent: number, text: string): string => (text === '' ? '' : ' '.repeat(indent) + text);
const plain = (value: Value): string => hideEscapes(typeof value === 'string' ? value : value === null || typeof value === 'boolean' ? repr(value) : str(value));
