/** A key as users write it: alone, with a comment, or a whole line. */
import type { PlainMap } from '../../../kernel/std/value.js';

export interface KeyWish {
  readonly user: string;
  readonly key: string;
  readonly enc: string;
  readonly comment: string;
  readonly options: readonly string[];
  /** Address of a file with keys; empty for the key itself. */
  readonly source: string;
  readonly config: string;
  readonly hashType: string | null;
}

const KEY_LINE = /^(.*?)\s?((?:sk-)?(?:ssh-|ecds)[\w@.-]+\s.+)$/;

/** The first `count - 1` words and the rest, as Python's `split(None, count - 1)`. */
function split(text: string, count: number): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== '' && words.length < count - 1) {
    const [word = ''] = /^\S+/.exec(rest) ?? [];
    words.push(word);
    rest = rest.slice(word.length).trimStart();
  }
  return rest === '' ? words : [...words, rest];
}

/** `wholeComment`: a comment may have blanks. */
export function readKey(name: string, wish: Omit<KeyWish, 'key'>, wholeComment: boolean): KeyWish {
  const line = KEY_LINE.exec(name);
  if (line === null) {
    const [key = '', comment] = split(name, 2);
    return { ...wish, key, comment: comment ?? wish.comment };
  }
  const words = wholeComment ? split(line[2] ?? '', 3) : (line[2] ?? '').split(/\s+/).filter((word) => word !== '');
  const [enc = wish.enc, key = '', comment] = words;
  return { ...wish, options: line[1] === '' || line[1] === undefined ? wish.options : line[1].split(','), enc, key, comment: words.length === 3 ? comment ?? '' : wish.comment };
}

/** Arguments that most functions of the module take. */
export const placeOf = ({ config, hashType }: KeyWish): PlainMap => ({ config, fingerprint_hash_type: hashType });
