/**
 * Writes the tree as text, in the layout of libyaml's emitter: where lines fold, which quotes are taken, how lists
 * stand below keys. Source: observed, libyaml 0.2.5 by way of PyYAML 6.0.3.
 */
import { analyze, NOT_PRINTABLE, NOT_PRINTABLE_ASCII, type Analysis } from './analyze.js';
import type { OutMapping, OutNode, OutScalar, OutSequence } from './represent.js';

/** Column after which a line folds at its next blank. */
const WIDTH = 80;

/** Longest key, in bytes, that is written without a question mark. */
const SIMPLE_KEY_MAX = 128;

const BREAKS = '\r\n\u0085\u2028\u2029';

/** Where a node stands: decides quoting and indentation. */
interface Place {
  readonly inMapping: boolean;
  readonly isKey: boolean;
}

const ITEM: Place = { inMapping: false, isKey: false };
const VALUE: Place = { inMapping: true, isKey: false };
const KEY: Place = { inMapping: true, isKey: true };

/** The text of a tree. `step` is the number of blanks per level; with `ascii` other letters become escapes. */
export function emit(root: OutNode, step: number, ascii = false): string {
  const emitter = new Emitter(step, ascii ? NOT_PRINTABLE_ASCII : NOT_PRINTABLE);
  emitter.node(root, ITEM);
  return emitter.finish();
}

class Emitter {
  readonly #step: number;
  /** Finds characters that are written as escapes only. */
  readonly #unwritable: RegExp;
  readonly #out: string[] = [];
  #column = 0;
  #indent = -1;
  #flowLevel = 0;
  /** The last character was a blank, or the line is empty. */
  #blank = true;
  /** Only blanks and indicators stand in the line. */
  #indention = true;

  constructor(step: number, unwritable: RegExp) {
    this.#step = step;
    this.#unwritable = unwritable;
  }

  finish(): string {
    this.#newLine();
    return this.#out.join('');
  }

  node(node: OutNode, place: Place): void {
    switch (node.kind) {
      case 'alias': this.#word(`*${node.of.anchor}`); break;
      case 'scalar': this.#scalar(node, place); break;
      case 'sequence': this.#sequence(node, place); break;
      case 'mapping': this.#mapping(node); break;
    }
  }

  #open(node: OutSequence | OutMapping, empty: boolean): 'flow' | 'block' {
    if (node.anchor !== '') this.#word(`&${node.anchor}`);
    if (node.tag !== '') this.#word(node.tag);
    return this.#flowLevel > 0 || node.flow || empty ? 'flow' : 'block';
  }

  #sequence(node: OutSequence, place: Place): void {
    if (this.#open(node, node.items.length === 0) === 'flow') {
      this.#flow('[', ']', node.items, (item) => this.node(item, ITEM));
      return;
    }
    const outer = this.#deeper(false, place.inMapping && !this.#indention);
    for (const item of node.items) {
      this.#newLine();
      this.#indicator('-', true, false, true);
      this.node(item, ITEM);
    }
    this.#indent = outer;
  }

  #mapping(node: OutMapping): void {
    if (this.#open(node, node.pairs.length === 0) === 'flow') {
      this.#flow('{', '}', node.pairs, ([key, value]) => this.#flowPair(key, value));
      return;
    }
    const outer = this.#deeper(false, false);
    for (const [key, value] of node.pairs) this.#blockPair(key, value);
    this.#indent = outer;
  }

  #blockPair(key: OutNode, value: OutNode): void {
    this.#newLine();
    if (isSimpleKey(key)) {
      this.node(key, KEY);
      this.#indicator(':', false, false, false);
    } else {
      this.#indicator('?', true, false, true);
      this.node(key, VALUE);
      this.#newLine();
      this.#indicator(':', true, false, true);
    }
    this.node(value, VALUE);
  }

  #flow<Item>(start: string, end: string, items: readonly Item[], write: (item: Item) => void): void {
    this.#indicator(start, true, true, false);
    const outer = this.#deeper(true, false);
    this.#flowLevel += 1;
    items.forEach((item, at) => {
      if (at > 0) this.#indicator(',', false, false, false);
      if (this.#column > WIDTH) this.#newLine();
      write(item);
    });
    this.#flowLevel -= 1;
    this.#indent = outer;
    this.#indicator(end, false, false, false);
  }

  #flowPair(key: OutNode, value: OutNode): void {
    if (isSimpleKey(key)) {
      this.node(key, KEY);
      this.#indicator(':', false, false, false);
    } else {
      this.#indicator('?', true, false, false);
      this.node(key, VALUE);
      if (this.#column > WIDTH) this.#newLine();
      this.#indicator(':', true, false, false);
    }
    this.node(value, VALUE);
  }

  /** Goes one level in; gives the level to come back to. */
  #deeper(flow: boolean, indentless: boolean): number {
    const outer = this.#indent;
    if (outer < 0) this.#indent = flow ? this.#step : 0;
    else if (!indentless) this.#indent += this.#step;
    return outer;
  }

  #scalar(node: OutScalar, place: Place): void {
    const shape = analyze(node.text, this.#unwritable);
    const style = this.#styleOf(node, shape, place);
    if (node.tag !== '') this.#word(node.tag);
    const outer = this.#deeper(true, false);
    switch (style) {
      case 'plain': this.#plain(node.text, !place.isKey); break;
      case 'single': this.#singleQuoted(node.text, !place.isKey); break;
      case 'double': this.#doubleQuoted(node.text, !place.isKey); break;
      case 'literal': this.#literal(node.text); break;
    }
    this.#indent = outer;
  }

  #styleOf(node: OutScalar, shape: Analysis, { isKey }: Place): 'plain' | 'single' | 'double' | 'literal' {
    const inFlow = this.#flowLevel > 0;
    if (node.literal) return !isKey && !inFlow && shape.block ? 'literal' : 'double';
    if (isKey && shape.multiline) return 'double';
    const plain = inFlow ? shape.flowPlain : shape.blockPlain;
    const emptyInTightPlace = node.text === '' && (inFlow || isKey);
    if (plain && node.plainFits && !emptyInTightPlace) return 'plain';
    return shape.singleQuoted ? 'single' : 'double';
  }

  #plain(text: string, mayFold: boolean): void {
    if (!this.#blank && (text.length > 0 || this.#flowLevel > 0)) this.#put(' ');
    this.#folding(text, mayFold, (char) => this.#put(char), false);
    this.#blank = false;
    this.#indention = false;
  }

  #singleQuoted(text: string, mayFold: boolean): void {
    this.#indicator("'", true, false, false);
    const brokeLast = this.#folding(text, mayFold, (char) => this.#put(char === "'" ? "''" : char), true);
    if (brokeLast) this.#newLine();
    this.#indicator("'", false, false, false);
    this.#blank = false;
    this.#indention = false;
  }

  /** Writes text whose breaks are doubled and whose long lines fold at single blanks; says whether it ended in a break. */
  #folding(text: string, mayFold: boolean, write: (char: string) => void, quoted: boolean): boolean {
    const chars = Array.from(text);
    let spaces = false;
    let breaks = false;
    chars.forEach((char, at) => {
      if (char === ' ') {
        const edge = quoted && (at === 0 || at === chars.length - 1);
        if (mayFold && !spaces && this.#column > WIDTH && !edge && chars[at + 1] !== ' ') this.#newLine();
        else this.#put(char);
        spaces = true;
      } else if (BREAKS.includes(char)) {
        if (!breaks && char === '\n') this.#break();
        this.#break(char);
        this.#indention = true;
        breaks = true;
      } else {
        if (breaks) this.#newLine();
        write(char);
        this.#indention = false;
        spaces = false;
        breaks = false;
      }
    });
    return breaks;
  }

  #doubleQuoted(text: string, mayFold: boolean): void {
    this.#indicator('"', true, false, false);
    const chars = Array.from(text);
    let spaces = false;
    chars.forEach((char, at) => {
      if (char !== ' ') {
        this.#put(escaped(char, this.#unwritable));
        spaces = false;
        return;
      }
      if (mayFold && !spaces && this.#column > WIDTH && at > 0 && at < chars.length - 1) {
        this.#newLine();
        if (chars[at + 1] === ' ') this.#put('\\');
      } else this.#put(' ');
      spaces = true;
    });
    this.#indicator('"', false, false, false);
    this.#blank = false;
    this.#indention = false;
  }

  /** Only base64 is written so: no hints are ever needed. */
  #literal(text: string): void {
    this.#indicator('|', true, false, false);
    for (const line of text.split('\n').slice(0, -1)) {
      this.#break();
      this.#blank = true;
      this.#indention = true;
      this.#newLine();
      this.#put(line);
      this.#indention = false;
    }
    this.#break();
    this.#blank = true;
    this.#indention = true;
  }

  #word(text: string): void {
    if (!this.#blank) this.#put(' ');
    this.#put(text);
    this.#blank = false;
    this.#indention = false;
  }

  #indicator(text: string, needsBlank: boolean, isBlank: boolean, isIndention: boolean): void {
    if (needsBlank && !this.#blank) this.#put(' ');
    this.#put(text);
    this.#blank = isBlank;
    this.#indention = this.#indention && isIndention;
  }

  #newLine(): void {
    const indent = Math.max(this.#indent, 0);
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#blank)) this.#break();
    if (this.#column < indent) this.#put(' '.repeat(indent - this.#column));
    this.#blank = true;
    this.#indention = true;
  }

  #break(char = '\n'): void {
    this.#out.push(char);
    this.#column = 0;
  }

  #put(text: string): void {
    this.#out.push(text);
    this.#column += text.length;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r',
  '\u001b': '\\e', '"': '\\"', '\\': '\\\\', '\u0085': '\\N', '\u00a0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
};

function escaped(char: string, unwritable: RegExp): string {
  const point = char.codePointAt(0) ?? 0;
  const special = unwritable.test(char) || BREAKS.includes(char) || char === '"' || char === '\\';
  if (!special) return char;
  const short = ESCAPES[char];
  if (short !== undefined) return short;
  const [letter, width] = point <= 0xff ? ['x', 2] : point <= 0xffff ? ['u', 4] : ['U', 8];
  return `\\${letter}${point.toString(16).toUpperCase().padStart(width as number, '0')}`;
}

function isSimpleKey(node: OutNode): boolean {
  switch (node.kind) {
    case 'alias': return node.of.anchor.length <= SIMPLE_KEY_MAX;
    case 'scalar':
      return !analyze(node.text).multiline && Buffer.byteLength(node.text) + node.tag.length <= SIMPLE_KEY_MAX;
    case 'sequence': return node.items.length === 0;
    case 'mapping': return node.pairs.length === 0;
  }
}
