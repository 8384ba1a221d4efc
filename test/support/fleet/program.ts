/** Programs that a test starts: daemons that are always ended, and commands that run to their end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { within } from '../../../src/kernel/std/async.js';

const STOP_WITHIN_MS = 8000;
const COMMAND_MS = 60_000;
const LOG_LINES_SHOWN = 20;

export interface ProgramOptions {
  /** For messages. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Takes stdout and stderr. */
  readonly outputFile: string;
  /** Log file of its own, where it has one. */
  readonly logFile?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What is put around a program. */
export interface Launch {
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const running = new Set<Program>();
// A test file that crashes must not leave daemons behind.
process.on('exit', () => {
  for (const program of running) program.kill();
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(1));

/** A daemon in a process group of its own. */
export class Program {
  readonly options: ProgramOptions;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;
  readonly #read = new Map<string, number>();
  #wasRunning = true;
  #exitCode: number | undefined;
  #signal: NodeJS.Signals | null = null;

  constructor(options: ProgramOptions) {
    this.options = options;
    const [program = '', ...args] = options.argv;
    this.#child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
    const output = createWriteStream(options.outputFile, { flags: 'a' });
    this.#child.stdout?.pipe(output, { end: false });
    this.#child.stderr?.pipe(output, { end: false });
    running.add(this);
    this.#ended = new Promise((resolve) => {
      const end = (code: number): void => {
        this.#exitCode = code;
        running.delete(this);
        resolve(code);
      };
      this.#child.on('error', () => end(127));
      this.#child.on('exit', (code, signal) => {
        this.#signal = signal;
        end(code ?? 128);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Undefined while it runs. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Whether it ran at the mark, or was started after it. */
  get wasRunning(): boolean {
    return this.#wasRunning;
  }

  /** Its exit code, once it ends by itself. */
  ended(): Promise<number> {
    return this.#ended;
  }

  /** Asks it to end, and ends it and all it started when it does not. */
  async stop(): Promise<number> {
    if (this.#exitCode === undefined) this.#child.kill('SIGTERM');
    await within(this.#ended, STOP_WITHIN_MS, undefined);
    this.kill();
    return this.#ended;
  }

  /** Sends a signal to the program alone. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the whole group at once; also what it left behind. */
  kill(): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  /** Begins a new chapter: `lastWords` shows what was written after it. */
  mark(): void {
    this.#wasRunning = this.#exitCode === undefined;
    for (const path of this.#files()) this.#read.set(path, existsSync(path) ? statSync(path).size : 0);
  }

  /** What it wrote since the mark, for the report of a failed test. */
  lastWords(): string {
    const state = this.#exitCode === undefined ? 'runs' : `ended with ${this.#signal ?? `exit code ${this.#exitCode}`}`;
    const texts = this.#files().map((path) => tail(path, this.#read.get(path) ?? 0)).filter((text) => text !== '');
    return `---- ${this.options.name} (pid ${this.pid}, ${state})\n${texts.join('')}`;
  }

  #files(): string[] {
    const { outputFile, logFile } = this.options;
    return logFile === undefined ? [outputFile] : [outputFile, logFile];
  }
}

/** The end of what a file holds after an offset. */
function tail(path: string, offset: number): string {
  if (!existsSync(path)) return '';
  const text = readFileSync(path).subarray(offset).toString('utf8').trimEnd();
  return text === '' ? '' : `${text.split('\n').slice(-LOG_LINES_SHOWN).map((line) => line.slice(0, 300)).join('\n')}\n`;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. @throws Error when it takes too long */
export function runCommand(argv: readonly string[], options: { env?: NodeJS.ProcessEnv; input?: string; withinMs?: number } = {}): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const texts = () => ({ stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new Error(`Still running after ${options.withinMs ?? COMMAND_MS} ms: ${argv.join(' ')}\n${JSON.stringify(texts())}`));
    }, options.withinMs ?? COMMAND_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128, ...texts() });
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
