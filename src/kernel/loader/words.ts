/** Words of a command line (or text arguments of a published job) as Salt reads them: `name=value`, YAML scalars and flow forms. */
import { isMap, mapEntries, mapGet, type PlainMap, type Value } from '../std/value.js';
import { readWord } from '../yaml/word.js';

export { readWord } from '../yaml/word.js';

/** A name, then `=`, not `==`; the value on one line. Python's `\w` takes letters and digits of every script. */
const NAME_AND_VALUE = /^([\p{L}_][\p{L}\p{N}_.-]*)=(?!=)(.*)\n?$/u;

export interface CallArguments {
  readonly args: Value[];
  readonly kwargs: PlainMap;
}

/** `['name', 'text']` of a word like `name=text`. */
export function splitKeyword(word: string): readonly [string, string] | undefined {
  const match = NAME_AND_VALUE.exec(word);
  return match === null ? undefined : [match[1] as string, match[2] as string];
}

/** Arguments of a command line. Names in `noParse` keep their text. */
export function readWords(words: readonly Value[], noParse: readonly string[] = []): CallArguments {
  const args: Value[] = [];
  const kwargs: [string, Value][] = [];
  for (const word of words) {
    const keyword = typeof word === 'string' ? splitKeyword(word) : undefined;
    if (keyword !== undefined) kwargs.push([keyword[0], noParse.includes(keyword[0]) ? keyword[1] : readWord(keyword[1])]);
    else if (isKeywordMap(word)) kwargs.push(...keywordEntries(word));
    else args.push(readWord(word));
  }
  return { args, kwargs: Object.fromEntries(kwargs) };
}

/**
 * The arguments of a published job: maps marked `__kwarg__` are keywords, and so is text of the form `name=value`
 * (clients of the API send it); other text stays as it came, the sender has read it already.
 */
export function splitPublishedArgs(published: readonly Value[]): CallArguments {
  const args: Value[] = [];
  const kwargs: [string, Value][] = [];
  for (const item of published) {
    const keyword = typeof item === 'string' ? splitKeyword(item) : undefined;
    if (keyword !== undefined) kwargs.push([keyword[0], readWord(keyword[1])]);
    else if (isKeywordMap(item)) kwargs.push(...keywordEntries(item));
    else args.push(item);
  }
  return { args, kwargs: Object.fromEntries(kwargs) };
}

/** The form in which keywords travel: one map at the end of `arg`. */
export function joinPublishedArgs({ args, kwargs }: CallArguments): Value[] {
  return Object.keys(kwargs).length === 0 ? [...args] : [...args, { __kwarg__: true, ...kwargs }];
}

const isKeywordMap = (item: Value): boolean => isMap(item) && mapGet(item, '__kwarg__') === true;

function keywordEntries(item: Value): [string, Value][] {
  if (!isMap(item)) return [];
  return mapEntries(item).filter(([key]) => key !== '__kwarg__').map(([key, value]) => [String(key), value]);
}
