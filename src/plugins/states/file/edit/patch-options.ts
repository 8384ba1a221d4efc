/** Options of the program patch that a state may be given. */
import { shellWords } from '../../../../kernel/sys/file/shell-words.js';
import { Refusal } from '../ground/answer.js';

/** The state sets these itself. */
const RESERVED = ['-N', '--forward', '-r', '--reject-file', '-o', '--output'];

export interface PatchOptions {
  readonly words: readonly string[];
  /** Leading parts of names that are taken off, where the options say so. */
  readonly strip: number | undefined;
}

function wholeNumber(text: string | undefined, option: string): number {
  if (text !== undefined && /^\s*[+-]?\d+\s*$/.test(text)) return Number(text);
  throw new Refusal(`Invalid format for '${option}' CLI option. Consider using the 'strip' option for this state.`);
}

/** @throws Refusal */
export function patchOptions(text: string): PatchOptions {
  const given = shellWords(text);
  const words: string[] = [];
  let strip: number | undefined;
  for (let at = 0; at < given.length; at += 1) {
    const word = given[at] ?? '';
    if (word.startsWith('-p')) strip = wholeNumber(word.slice(2), '-p');
    else if (!word.startsWith('--strip')) words.push(word);
    else if (word.includes('=')) strip = wholeNumber(word.slice(word.lastIndexOf('=') + 1), '-strip');
    else strip = wholeNumber(given[at += 1], '-strip');
  }
  const refused = given.flatMap((word) => RESERVED.filter((option) => word.startsWith(option)).slice(0, 1));
  if (refused.length > 0) throw new Refusal(`The following CLI options are not allowed: ${refused.join(', ')}`);
  return { words, strip };
}
