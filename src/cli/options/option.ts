/** What is known of an option of a command line: one row of the tables in this folder. */
import type { Value } from '../../kernel/std/value.js';

/** How an option takes its value. `off` is a switch that stores false; `version`, `versions` and `help` end the program. */
export type OptionKind = 'text' | 'integer' | 'float' | 'choice' | 'list' | 'on' | 'off' | 'version' | 'versions' | 'help';

export interface OptionRow {
  /** Every spelling, short ones first. */
  readonly flags: readonly string[];
  /** Name of the value, in the configuration too. */
  readonly dest: string;
  readonly kind: OptionKind;
  /** Word for the value in the help; default: `dest` in capitals. */
  readonly metavar?: string;
  /** Value when the option is not given; without it there is none. */
  readonly value?: Value;
  readonly choices?: readonly string[];
  readonly doc: string;
  /** Salt has no such option. */
  readonly ours?: true;
}

export interface OptionGroup {
  readonly title: string;
  readonly doc?: string;
  readonly rows: readonly OptionRow[];
}

export interface ProgramTable {
  /** Our name of the program, such as `tsalt-key`. */
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  readonly description?: string;
  readonly rows: readonly OptionRow[];
  readonly groups: readonly OptionGroup[];
}

type Details = Omit<OptionRow, 'flags' | 'dest' | 'kind' | 'doc'>;

const row = (kind: OptionKind) => (flags: string, dest: string, doc: string, details: Details = {}): OptionRow => ({
  flags: flags.split(' '), dest, kind, doc, ...(kind === 'on' ? { value: false } : kind === 'off' ? { value: true } : {}), ...details,
});

export const text = row('text');
export const integer = row('integer');
export const float = row('float');
export const choice = row('choice');
export const list = row('list');
export const on = row('on');
export const off = row('off');
/** Switches that end the program have no value. */
export const ending = (kind: 'version' | 'versions' | 'help', flags: string, doc: string): OptionRow => ({ flags: flags.split(' '), dest: kind, kind, doc });

export const allRows = (table: ProgramTable): OptionRow[] => [...table.rows, ...table.groups.flatMap((group) => group.rows)];
export const takesValue = ({ kind }: OptionRow): boolean => ['text', 'integer', 'float', 'choice', 'list'].includes(kind);
