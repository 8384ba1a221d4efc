/**
 * Reads a command line by its table; the only place that knows the parsing library. What stands where on the line is
 * settled by `lineParts` in optparse's way; the library gathers values, defaults and which options were given.
 */
import { Command, Option } from 'commander';
import { SALT_VERSION } from '../kernel/std/version.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { EXIT } from './exit-code.js';
import { helpText } from './help.js';
import { lineParts } from './option-words.js';
import { optionValue } from './option-value.js';
import { allRows, takesValue, type OptionRow, type ProgramTable } from './options/option.js';
import { EndOfProgram, type ParsedLine } from './parsed-line.js';

/** Salt's name of its release; told beside the version. */
const RELEASE_NAME = 'Argon';

/** @throws UsageError, EndOfProgram */
export function parseLine(table: ProgramTable, argv: readonly string[], columns?: number): ParsedLine {
  const command = commandOf(table);
  const given: string[] = [];
  const words: string[] = [];
  // Each option is checked as it is met: the first fault of a line is the one that is told.
  for (const part of lineParts(table, argv)) {
    if (part.kind === 'word') {
      words.push(part.word);
      continue;
    }
    const { row, flag, value } = part;
    if (row.kind === 'help') throw new EndOfProgram(EXIT.ok, { stdout: helpText(table, columns) });
    if (row.kind === 'version') throw new EndOfProgram(EXIT.ok, { stdout: `${versionText(table.name)}\n` });
    if (value !== undefined) optionValue(row, flag, value);
    given.push(...(value === undefined ? [canonical(row)] : [`${canonical(row)}=${value}`]));
  }
  command.parse(given, { from: 'user' });
  const values: PlainMap = command.opts();
  return { table, values, given: new Set(Object.keys(values).filter((dest) => command.getOptionValueSource(dest) === 'cli')), words };
}

/** As Salt tells its version, under our name: what reads it compares versions of Salt. */
export function versionText(name: string): string {
  return `${name} ${SALT_VERSION} (${RELEASE_NAME})`;
}

/** One spelling for each value. The underscore keeps the library from reading `--no-...` as a negation. */
const canonical = (row: OptionRow): string => `--${row.dest}`;

function commandOf(table: ProgramTable): Command {
  const command = new Command(table.name).helpOption(false).exitOverride().allowExcessArguments(false);
  for (const row of allRows(table)) command.addOption(optionOf(row));
  return command;
}

function optionOf(row: OptionRow): Option {
  const option = new Option(takesValue(row) ? `${canonical(row)} <value>` : canonical(row));
  if (row.value !== undefined) option.default(row.value);
  if (row.kind === 'off') option.preset(false);
  if (takesValue(row)) option.argParser((text: string, before: Value | undefined) => take(row, text, before));
  return option;
}

function take(row: OptionRow, text: string, before: Value | undefined): Value {
  if (row.kind !== 'list') return optionValue(row, canonical(row), text);
  return [...(Array.isArray(before) ? before : []), text];
}
