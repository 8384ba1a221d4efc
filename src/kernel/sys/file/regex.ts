/** Python's regular expressions over the text and the bytes of files, with a bound on time and Python's errors. */
import { CommandExecutionError, PythonError } from '../../contract/errors.js';
import { repr, str } from '../../std/python-text.js';
import { compilePython, FLAG, PatternError, type PythonPattern } from '../../std/python-regex.js';
import { TimeLimitError, withinTime } from '../../std/time-limit.js';
import { isList, isMap, type Value } from '../../std/value.js';

export { FLAG } from '../../std/python-regex.js';
export type Pattern = PythonPattern;

/** How long all searching in one file may take. */
const SEARCH_MS_MAX = 30_000;

/** @throws PythonError `error`, as Python's `re.error` */
export function compilePattern(source: string, flags = 0): Pattern {
  return inPythonWords(() => compilePython(source, flags));
}

/** Searching that may go back and forth for years is stopped and reported. */
export function searching<T>(work: () => T): T {
  try {
    return inPythonWords(() => withinTime(SEARCH_MS_MAX, work));
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw new CommandExecutionError(`The pattern takes more than ${SEARCH_MS_MAX / 1000} seconds on this text`, { cause: error });
  }
}

function inPythonWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PatternError) throw new PythonError('error', error.message, error);
    if (error instanceof RangeError && error.message.startsWith('unknown group name')) throw new PythonError('IndexError', error.message, error);
    throw error;
  }
}

const NAMES: Readonly<Record<string, number>> = {
  A: FLAG.ASCII, ASCII: FLAG.ASCII, I: FLAG.IGNORECASE, IGNORECASE: FLAG.IGNORECASE, L: FLAG.LOCALE, LOCALE: FLAG.LOCALE,
  M: FLAG.MULTILINE, MULTILINE: FLAG.MULTILINE, S: FLAG.DOTALL, DOTALL: FLAG.DOTALL, U: FLAG.UNICODE, UNICODE: FLAG.UNICODE,
  X: FLAG.VERBOSE, VERBOSE: FLAG.VERBOSE, DEBUG: 128, T: 1, TEMPLATE: 1,
};

/** Flags as a number, a name, or a list of names. @throws CommandExecutionError */
export function readFlags(flags: Value): number {
  if (typeof flags === 'number' || typeof flags === 'boolean') return Number(flags);
  const names = typeof flags === 'string' ? [flags] : flags;
  if (!isList(names) || isMap(names)) {
    throw new CommandExecutionError(
      `Invalid re flags: "${repr(flags)}", must be given either as a single flag string, a list of strings, as an integer, or as an re flag`,
    );
  }
  return names.reduce<number>((all, name) => {
    const word = str(name).toUpperCase();
    const flag = Object.hasOwn(NAMES, word) ? NAMES[word] : undefined;
    if (flag === undefined) throw new CommandExecutionError(`Invalid re flag given: ${str(name)}`);
    return all | flag;
  }, 0);
}

/** First of the characters that stand for bytes from 128 on: they are no letters, digits or white space, as such bytes in Python. */
const HIGH_BYTES = 0xf700;

/** Bytes as text of one character a byte. */
export function bytesAsText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return text.replace(/[\x80-\xff]/g, (char) => String.fromCharCode(HIGH_BYTES | char.charCodeAt(0)));
}

/** The bytes of such text. */
export function textAsBytes(text: string): Buffer {
  return Buffer.from(text.replace(/[\uf780-\uf7ff]/g, (char) => String.fromCharCode(char.charCodeAt(0) & 0xff)), 'latin1');
}

/** A pattern for `bytesAsText`; letters and digits are those of ASCII. @throws PythonError */
export function compileBytePattern(source: string, flags = 0): Pattern {
  if ((flags & FLAG.UNICODE) !== 0) throw new PythonError('ValueError', 'cannot use UNICODE flag with a bytes pattern');
  const text = bytesAsText(Buffer.from(source, 'utf8'))
    .replace(/(?<!\\)((?:\\\\)*)\\x([89a-f][0-9a-f])/gi, (_, before: string, digits: string) =>
      before + String.fromCharCode(HIGH_BYTES | Number.parseInt(digits, 16)));
  return compilePattern(text, flags | FLAG.ASCII);
}
