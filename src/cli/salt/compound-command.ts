/**
 * The words after the target: one function with its arguments, or several functions with a separator between their
 * arguments.
 *
 * Source: golden cli/salt-multi-fun*.
 */
import type { Value } from '../../kernel/std/value.js';
import { parseWords, publishedArguments } from '../words.js';

export interface Command {
  readonly fun: string | string[];
  /** As published: for several functions a list for each. */
  readonly arg: Value[];
}

/** The number of separators does not fit the number of functions. */
export class CompoundCommandError extends Error {}

export function readCommand(words: readonly string[], options: { separator: string; noParse: readonly string[] }): Command {
  const [fun = '', ...rest] = words;
  const read = (part: readonly string[]): Value[] => publishedArguments(parseWords(part, { noParse: options.noParse }));
  if (!fun.includes(',')) return { fun, arg: read(rest) };
  const funs = fun.split(',').map((name) => name.trim());
  const parts = splitAt(rest, options.separator);
  if (parts.length > funs.length) parts.splice(funs.length);
  if (parts.length < funs.length && rest.length > 0) {
    throw new CompoundCommandError('Cannot execute compound command without defining all arguments.');
  }
  const args = funs.map((_name, at) => read(parts[at] ?? []));
  return { fun: funs, arg: args };
}

/** A separator is a word of its own, or hangs at the end of a word. */
function splitAt(words: readonly string[], separator: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === separator) parts.push([]);
    else if (word.endsWith(separator) && separator !== '') {
      parts.at(-1)?.push(word.slice(0, -separator.length));
      parts.push([]);
    } else parts.at(-1)?.push(word);
  }
  return parts;
}
