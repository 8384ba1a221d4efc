/**
 * Finds the options among the words of a command line as Python's optparse does: anywhere, in every spelling, long ones
 * also shortened. Refuses to know what values mean. Source: observed, Python 3.11; golden, cli (salt-kw-negative).
 */
import { allRows, takesValue, type OptionRow, type ProgramTable } from './options/option.js';
import { UsageError } from './parsed-line.js';

export type LinePart =
  | { readonly kind: 'option'; readonly row: OptionRow; /** As messages name it. */ readonly flag: string; readonly value?: string }
  | { readonly kind: 'word'; readonly word: string };

/** The parts in order. @throws UsageError at the first word that fits no option, after the parts before it were given */
export function* lineParts(table: ProgramTable, argv: readonly string[]): Generator<LinePart> {
  const flags = new Map(allRows(table).flatMap((row) => row.flags.map((flag) => [flag, row] as const)));
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      for (const last of rest) yield { kind: 'word', word: last };
      return;
    }
    if (word.startsWith('--')) yield longOption(flags, word, rest);
    else if (word.startsWith('-') && word.length > 1) yield* shortOptions(flags, word, rest);
    else yield { kind: 'word', word };
  }
}

function longOption(flags: ReadonlyMap<string, OptionRow>, word: string, rest: string[]): LinePart {
  const equals = word.indexOf('=');
  const flag = wholeFlag(flags, equals < 0 ? word : word.slice(0, equals));
  const row = flags.get(flag) as OptionRow;
  if (equals >= 0 && !takesValue(row)) throw new UsageError(`${flag} option does not take a value`);
  if (!takesValue(row)) return { kind: 'option', row, flag };
  return { kind: 'option', row, flag, value: equals >= 0 ? word.slice(equals + 1) : nextValue(flag, rest) };
}

/** A long option in full; its beginning is enough when no other begins so. */
function wholeFlag(flags: ReadonlyMap<string, OptionRow>, given: string): string {
  if (flags.has(given)) return given;
  const candidates = [...flags.keys()].filter((flag) => flag.startsWith(given)).sort();
  if (candidates.length > 1) throw new UsageError(`ambiguous option: ${given} (${candidates.join(', ')}?)`);
  if (candidates[0] === undefined) throw new UsageError(`no such option: ${given}`);
  return candidates[0];
}

/** `-vb2` is `-v -b 2`. */
function* shortOptions(flags: ReadonlyMap<string, OptionRow>, word: string, rest: string[]): Generator<LinePart> {
  const letters = Array.from(word.slice(1));
  for (const [at, letter] of letters.entries()) {
    const flag = `-${letter}`;
    const row = flags.get(flag);
    if (row === undefined) throw new UsageError(`no such option: ${flag}`);
    if (!takesValue(row)) {
      yield { kind: 'option', row, flag };
      continue;
    }
    const attached = letters.slice(at + 1).join('');
    yield { kind: 'option', row, flag, value: attached === '' ? nextValue(flag, rest) : attached };
    return;
  }
}

function nextValue(flag: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${flag} option requires 1 argument`);
  return value;
}
