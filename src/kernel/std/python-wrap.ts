/** Breaks text into lines as Python's `textwrap` does with its default settings. Source: observed, Python 3.11. */
import { strip, textLength } from './python-space.js';

const TAB = 8;
const SPACE = '\\t\\n\\v\\f\\r ';
const WORD = '[\\p{L}\\p{N}_]';
const LETTER = '[\\p{L}\\p{Nl}\\p{No}_]';
const BEFORE_DASH = '(?<=[\\p{L}\\p{N}_!"\'&.,?])';

/** Pieces between which a line may end: white space, dashes between words, words up to a hyphen or their end. */
const PIECE = new RegExp(
  [
    `[${SPACE}]+`,
    `${BEFORE_DASH}-{2,}(?=${WORD})`,
    `[^${SPACE}]+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})`
      + `|(?=[${SPACE}]|$)|${BEFORE_DASH}(?=-{2,}${WORD}))`,
  ].join('|'),
  'gu',
);

const isBlank = (piece: string | undefined): boolean => piece !== undefined && strip(piece) === '';
const slice = (text: string, from: number, to?: number): string => Array.from(text).slice(from, to).join('');

function expandTabs(text: string): string {
  let column = 0;
  let out = '';
  for (const character of text) {
    const shown = character === '\t' ? ' '.repeat(TAB - (column % TAB)) : character;
    out += shown;
    column = character === '\n' || character === '\r' ? 0 : column + textLength(shown);
  }
  return out;
}

/** How much of a word that is longer than a line fits: up to its last hyphen, else to the edge. */
function breakAt(word: string, room: number): number {
  const characters = Array.from(word);
  if (characters.length <= room) return room;
  const hyphen = characters.lastIndexOf('-', room - 1);
  return hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== '-') ? hyphen + 1 : room;
}

/** Takes the pieces of one line off the front of `pieces`. */
function takeLine(pieces: string[], width: number): string[] {
  const line: string[] = [];
  let used = 0;
  while (pieces[0] !== undefined && used + textLength(pieces[0]) <= width) {
    used += textLength(pieces[0]);
    line.push(pieces.shift() as string);
  }
  if (pieces[0] !== undefined && textLength(pieces[0]) > width) {
    const end = breakAt(pieces[0], width - used);
    line.push(slice(pieces[0], 0, end));
    pieces[0] = slice(pieces[0], end);
  }
  if (isBlank(line.at(-1))) line.pop();
  return line;
}

/**
 * Python's `textwrap.fill(text, width)` with every line indented by `indent`. All white space becomes blanks first, so
 * line ends of the text are not kept. The indent must be narrower than the width.
 */
export function wrapText(text: string, width: number, indent: string): string {
  const flat = expandTabs(text).replace(new RegExp(`[${SPACE}]`, 'g'), ' ');
  const pieces = flat.match(PIECE) ?? [];
  const lines: string[] = [];
  while (pieces.length > 0) {
    if (lines.length > 0 && isBlank(pieces[0])) pieces.shift();
    const line = takeLine(pieces, width - indent.length);
    if (line.length > 0) lines.push(indent + line.join(''));
  }
  return lines.join('\n');
}
