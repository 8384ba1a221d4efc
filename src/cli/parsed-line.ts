/** A command line that was read, and the ways in which reading it may end the program. */
import { TsaltError } from '../kernel/contract/errors.js';
import type { PlainMap } from '../kernel/std/value.js';
import type { ProgramTable } from './options/option.js';

export interface ParsedLine {
  readonly table: ProgramTable;
  /** By `dest`; defaults are filled in. */
  readonly values: Readonly<PlainMap>;
  /** `dest` of the options that were given. */
  readonly given: ReadonlySet<string>;
  /** What is no option, in order. */
  readonly words: readonly string[];
}

/** The command line is wrong. The program shows its usage line and the message, and ends with 64. */
export class UsageError extends TsaltError {
  readonly code = 'cli.usage';
}

/** The program is to end here, after these texts: help, version, a refusal with a code of its own. */
export class EndOfProgram extends TsaltError {
  readonly code = 'cli.end';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  constructor(exitCode: number, { stdout = '', stderr = '' }: { stdout?: string; stderr?: string } = {}) {
    super('The program ends', { context: { exitCode } });
    this.exitCode = exitCode;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}
