/** The journal from now on, as the program `journalctl` follows it. Source: read, journalctl(1), systemd.journal-fields(7). */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { followProgram, type FollowedProgram } from '../../../kernel/sys/follow-program.js';

/** Fields that are numbers in python-systemd, which real Salt asks. */
const NUMBERS: ReadonlySet<string> = new Set(['PRIORITY', 'SYSLOG_FACILITY', 'SYSLOG_PID', '_PID', '_UID', '_GID', 'ERRNO', 'CODE_LINE', 'LEADER', '_AUDIT_LOGINUID', '_AUDIT_SESSION']);
const ENTRIES_MAX = 10_000;
const LINE_BYTES_MAX = 1024 * 1024;
const FOLLOW = ['journalctl', '--follow', '--lines=0', '--output=json', '--no-pager', '--quiet'] as const;

export class Journal {
  readonly #wake: () => void;
  #program: FollowedProgram | undefined;
  #rest = '';
  #entries: PlainMap[] = [];
  #lost = 0;
  #fault: Error | undefined;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** @throws CommandNotFoundError where there is no journal */
  async open(ctx: Context): Promise<void> {
    this.#program = await followProgram([...FOLLOW], {
      env: { PATH: ctx.sys.env['PATH'], LC_ALL: 'C' }, onOutput: (chunk) => this.#read(chunk), onEnd: (_code, words) => {
        this.#fault = new CommandExecutionError(`journalctl ended${words === '' ? '' : `: ${words}`}`);
        this.#wake();
      },
    });
  }

  async close(): Promise<void> {
    await this.#program?.stop();
  }

  /** @throws CommandExecutionError when the journal cannot be followed */
  take(ctx: Context): PlainMap[] {
    if (this.#fault !== undefined) throw this.#fault;
    if (this.#lost > 0) ctx.log.warn({ entries: this.#lost }, 'entries of the journal were lost: too many at once');
    this.#lost = 0;
    const taken = this.#entries;
    this.#entries = [];
    return taken;
  }

  #read(chunk: Buffer): void {
    const lines = `${this.#rest}${chunk.toString()}`.split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LINE_BYTES_MAX);
    for (const line of lines) this.#keep(line);
    if (this.#entries.length > 0) this.#wake();
  }

  #keep(line: string): void {
    if (line.trim() === '') return;
    const entry = readEntry(line);
    if (entry === undefined || this.#entries.length >= ENTRIES_MAX) this.#lost += 1;
    else this.#entries.push(entry);
  }
}

/** An entry that `journalctl` wrote in one line; undefined for half of one. */
export function readEntry(line: string): PlainMap | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (err) {
    if (err instanceof SyntaxError) return undefined;
    throw err;
  }
  return isPlainMap(parsed) ? Object.fromEntries(Object.entries(parsed).map(([field, value]) => [field, readField(field, value)])) : undefined;
}

/** Bytes that are no text come as a list of numbers. */
function readField(field: string, value: Value): Value {
  if (NUMBERS.has(field) && typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value);
  const isBytes = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'number');
  return isBytes ? Buffer.from(value as number[]).toString() : value;
}
