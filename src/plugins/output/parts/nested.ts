/** Data as an indented tree; the outputter `nested`, and the changes in `highstate`. */
import { hideEscapes, type ColorName, type Colors } from '../../../kernel/std/colors.js';
import { sortValues } from '../../../kernel/std/python-order.js';
import { splitLines } from '../../../kernel/std/python-space.js';
import { repr, str } from '../../../kernel/std/python-text.js';
import { ValueSet } from '../../../kernel/std/sequences.js';
import {
  Extension, isBytes, isMap, isNumber, mapEntries, type Value, type ValueMap,
} from '../../../kernel/std/value.js';
import { decodeBytes } from './decode.js';
import { colorsOf, flag, type Options } from './options.js';

/** The step to the right for what stands below a key, and for what stands in a list of lists or maps. */
const BELOW_KEY = 4;
const BELOW_ITEM = 2;
const RULE = '----------';

class Tree {
  readonly lines: string[] = [];
  readonly #colors: Colors;
  readonly #stripEscapes: boolean;
  readonly #failed: boolean;

  constructor(opts: Options, failed: boolean) {
    this.#colors = colorsOf(opts);
    this.#stripEscapes = flag(opts, 'strip_colors', true);
    this.#failed = failed;
  }

  add(given: Value, indent: number, prefix: string): void {
    const value = isBytes(given) ? (decodeBytes(given) ?? given) : given;
    if (typeof value === 'string') this.#addText(value, indent, prefix);
    else if (value === null || typeof value === 'boolean' || isNumber(value)) {
      this.#line(indent, 'LIGHT_YELLOW', prefix + repr(value));
    } else if (isMap(value)) this.#addMap(value, indent, prefix);
    else if (isSequence(value)) this.#addList(itemsOf(value), indent);
    // Whatever else there is (sets, dates, bytes that are no text) Salt shows as nothing. Golden: nested-set, nested-bytes-bad.
  }

  #line(indent: number, color: ColorName, text: string, suffix = ''): void {
    this.lines.push(`${' '.repeat(indent)}${this.#colors[color]}${text}${this.#colors.ENDC}${suffix}`);
  }

  #frameColor(color: ColorName): ColorName {
    return this.#failed ? 'RED' : color;
  }

  #addText(text: string, indent: number, prefix: string): void {
    for (const [at, line] of splitLines(text).entries()) {
      const before = at === 0 ? prefix : ' '.repeat(prefix.length);
      this.#line(indent, 'GREEN', before + (this.#stripEscapes ? hideEscapes(line) : line));
    }
  }

  #addList(items: readonly Value[], indent: number): void {
    for (const item of items) {
      if (!isMap(item) && !isSequence(item)) {
        this.add(item, indent, '- ');
        continue;
      }
      this.#line(indent, this.#frameColor('GREEN'), '|_');
      this.add(item, indent + BELOW_ITEM, isMap(item) ? '' : '- ');
    }
  }

  #addMap(map: ValueMap, indent: number, prefix: string): void {
    const color = this.#frameColor('CYAN');
    if (indent > 0) this.#line(indent, color, RULE);
    for (const [key, item] of sortedEntries(map)) {
      this.#line(indent, color, prefix + str(key), ':');
      this.add(item, indent + BELOW_KEY, '');
    }
  }
}

/** Lists and tuples; an extension is a tuple of its code and its bytes in Python. */
function isSequence(value: Value): value is readonly Value[] | Extension {
  return value instanceof Extension || (Array.isArray(value) && !(value instanceof ValueSet));
}

function itemsOf(value: readonly Value[] | Extension): readonly Value[] {
  return value instanceof Extension ? [value.code, value.bytes] : value;
}

/** Entries by key; keys that Python cannot compare are ordered, and merged, as text. */
function sortedEntries(map: ValueMap): [Value, Value][] {
  const entries = new Map(mapEntries(map));
  const keys = sortValues([...entries.keys()]);
  if (keys !== undefined) return keys.map((key) => [key, entries.get(key) as Value]);
  const byText = new Map([...entries].map(([key, item]) => [str(key), item]));
  return (sortValues([...byText.keys()]) ?? []).map((key) => [key, byText.get(key as string) as Value]);
}

/** The lines of the tree, indented; red frames when the job failed. */
export function nestedText(value: Value, opts: Options, { indent = 0, failed = false } = {}): string {
  const tree = new Tree(opts, failed);
  tree.add(value, indent, '');
  return tree.lines.join('\n');
}
