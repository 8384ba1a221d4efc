/** Random YAML: values written in random styles, then sometimes spoilt. The same seed gives the same ones. */
import { Chance } from './random.js';

const PLAIN = [
  'a', 'b c', 'yes', 'No', 'on', 'OFF', 'true', 'False', 'TRUE', 'y', 'n', '~', 'null', 'Null', 'NULL', 'none', '0', '1', '-1', '+1', '007', '0644', '-0644', '0o17', '0x1F', '-0x1f', '0b101', '1_000', '_1', '1__0', '08', '09.5', '12:30', '1:30:45', '08:30', '190:20:30.15', '-1:30', '1.5', '.5', '5.', '-.5', '1e3', '1.0e3', '1.0e+3', '1.5E-3', '.inf', '-.Inf', '+.INF', '.nan', '.NaN', '1_000.5',
  '2020-01-01', '2020-01-01 10:00:00', '2020-01-01T10:00:00Z', '=', '<<', 'a:b', 'a#b', 'a #b', 'x: y', '-a', '- a', '?x', ':x', 'http://x/y?z', '@x', '`x', '%x', '!x', '&x', '*x', '|', '>', "it's", 'say "hi"', '[', ']', '{', '}', 'a, b', '{{ x }}', 'ä', '😀', '12e03', '0.', '1.2.3', '0x', '0b2', '00', '0_0', '1:60', '1:2:3:4', '123456789012345678901234567890', '1e400', '---', '...', '- ', ':', '::', 'a:', '"', "'", '\\n', 'key with spaces', 'TRue', 'nUll', '!!str 1', "!!int '5'", '!!float 3', "!!bool 'yes'", '!!null x', '!!binary aGk=', '!!set {a}', '!!omap [a: 1]', '!!pairs [a: 1, a: 2]', '!foo x', '!!python/unicode x', '!!timestamp 2020-01-01', '!!seq [a]', '!!map {a: b}', '!!str', '! x', '!!int abc',
];
const QUOTED = ['""', "''", '"a\\tb"', '"\\x41\\u00e4\\U0001F600"', "'it''s'", '"two\n  lines"', "'two\n\n  lines'", '"end \\\n  here"', '"\\/"', '"\\q"', '"\\e\\0\\N\\_\\L\\P"', '"yes"', "'0644'", '"a: b"', "' pad '"];
const BLOCKS = ['|\n', '>\n', '|-\n', '|+\n', '>-\n', '>+\n', '|2\n', '|1-\n', '>2\n', '| # c\n', '|x\n', '|0\n'];
const LINES = ['one', 'two words', '  more', '', '- dash', 'k: v', '# no comment', "it's", 'three   ', '\ttab', ''];

export class YamlDocuments {
  readonly #chance: Chance;
  #anchors = 0;
  /** Anchors whose values are written: an alias never stands within its own. */
  #finished: number[] = [];

  constructor(seed: number) {
    this.#chance = new Chance(seed);
  }

  next(): string {
    const chance = this.#chance;
    this.#anchors = 0;
    this.#finished = [];
    const start = chance.happens(0.1) ? chance.pick(['---\n', '%YAML 1.1\n---\n', '# top\n', '\n\n', '--- # x\n', '---\n\n', '\uFEFF']) : '';
    const end = chance.happens(0.08) ? chance.pick(['...\n', '---\n', '# end', '\n\n', '...\n---\na: 1\n']) : '';
    const text = `${start}${this.#block(3, 0)}${end}`;
    return chance.happens(0.15) ? this.#spoil(text) : text;
  }

  /** One sign is put in, left out or changed. */
  #spoil(text: string): string {
    const at = this.#chance.below(text.length);
    const sign = this.#chance.pick([' ', '\n', '\t', ':', '-', '"', "'", '[', '}', '#', ',', '&a ', '*a', '!', '|', '?', '\u0085', '\u0001', '\r', 'x']);
    return text.slice(0, at) + (this.#chance.happens(0.6) ? sign : '') + text.slice(at + (this.#chance.happens(0.5) ? 1 : 0));
  }

  #scalar(): string {
    const chance = this.#chance;
    return chance.happens(0.8) ? chance.pick(PLAIN.slice(0, chance.happens(0.85) ? 50 : PLAIN.length)) : chance.pick(QUOTED);
  }

  #flow(depth: number): string {
    const chance = this.#chance;
    if (depth <= 0 || chance.happens(0.5)) return this.#scalar();
    const join = chance.pick([', ', ',', ',\n    ']);
    if (chance.happens(0.5)) return `[${chance.some(0, 4, () => this.#flow(depth - 1)).join(join)}${chance.happens(0.1) ? ',' : ''}]`;
    return `{${chance.some(0, 3, () => `${this.#key()}${chance.pick([': ', ': ', ':', ' : '])}${this.#flow(depth - 1)}`).join(join)}}`;
  }

  #key(): string {
    const chance = this.#chance;
    return chance.happens(0.75) ? chance.pick(['a', 'b', 'c', 'd', 'key', 'long key', 'e', 'f', 'g', 'h']) : this.#scalar();
  }

  #anchor(): string {
    const chance = this.#chance;
    if (!chance.happens(0.06)) return '';
    this.#anchors += 1;
    return `&n${this.#anchors} `;
  }

  /** A value as a block, each line from `indent`; ends with a line break. */
  #block(depth: number, indent: number): string {
    const chance = this.#chance;
    const pad = ' '.repeat(indent);
    if (depth <= 0) return `${pad}${this.#flow(1)}\n`;
    if (chance.happens(0.6)) return chance.some(1, 4, () => `${pad}${this.#pair(depth, indent)}${this.#comment(pad)}`).join('');
    if (chance.happens(0.8)) return chance.some(1, 4, () => `${pad}-${this.#item(depth, indent)}`).join('');
    return `${pad}${this.#flow(2)}\n`;
  }

  #comment(pad: string): string {
    return this.#chance.happens(0.06) ? this.#chance.pick(['\n', `${pad}# note\n`, '# left\n']) : '';
  }

  #item(depth: number, indent: number): string {
    const chance = this.#chance;
    if (chance.happens(0.25)) return ` ${this.#pair(depth - 1, indent + 2)}${chance.happens(0.5) ? `${' '.repeat(indent + 2)}${this.#pair(depth - 1, indent + 2)}` : ''}`;
    return this.#value(depth, indent, 1);
  }

  #pair(depth: number, indent: number): string {
    const chance = this.#chance;
    if (chance.happens(0.04) && this.#finished.length > 0) return `<<: *n${chance.pick(this.#finished)}\n`;
    if (chance.happens(0.02)) return `? ${this.#scalar()}\n${' '.repeat(indent)}:${this.#value(depth - 1, indent, 1)}`;
    return `${this.#key()}${chance.happens(0.03) ? ' ' : ''}:${this.#value(depth, indent, chance.happens(0.3) ? 0 : 1)}`;
  }

  /** What stands behind `-` or `key:`, with its line break. */
  #value(depth: number, indent: number, least: number): string {
    const chance = this.#chance;
    if (this.#finished.length > 0 && chance.happens(0.05)) return ` *n${chance.pick(this.#finished)}\n`;
    const anchor = this.#anchor();
    const number = this.#anchors;
    const text = this.#anchored(depth, indent, least, anchor);
    if (anchor !== '') this.#finished.push(number);
    return text;
  }

  #anchored(depth: number, indent: number, least: number, anchor: string): string {
    const chance = this.#chance;
    if (depth <= 0 || chance.happens(0.55)) return ` ${anchor}${this.#flow(2)}${chance.happens(0.06) ? ' # c' : ''}\n`;
    if (chance.happens(0.2)) return ` ${anchor}${this.#literal(indent)}`;
    return ` ${anchor.trimEnd()}\n${this.#block(depth - 1, indent + Math.max(least, chance.pick([0, 1, 2, 2, 2, 4])))}`.replace(/^ \n/, '\n');
  }

  #literal(indent: number): string {
    const chance = this.#chance;
    const pad = ' '.repeat(indent + chance.pick([1, 2, 2, 4]));
    return `${chance.pick(BLOCKS)}${chance.some(1, 4, () => `${pad}${chance.pick(LINES)}\n`).join('')}`;
  }
}
