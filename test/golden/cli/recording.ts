/** Recordings of command lines: their form, and how one is played against our programs. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repository } from '../corpus.js';

export interface Recording {
  readonly name: string;
  readonly group: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly setup?: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly exit_code: number;
  readonly compare?: string;
  readonly trimmed?: string;
  readonly after?: readonly { readonly command: string; readonly output: string }[];
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

const TIMEOUT_MS = 90_000;
const OUTPUT_BYTES_MAX = 32 * 1024 * 1024;

/** Runs one of our programs; `salt-key` is played by `tsalt-key`. */
export function runOurs(argv: readonly string[], options: { root: string; stdin?: string; env?: Readonly<Record<string, string>> }): Promise<Outcome> {
  const [program = '', ...words] = argv;
  return run(process.execPath, [join(repository, 'bin', program.startsWith('t') ? program : `t${program}`), ...words], options);
}

/** Runs a command of a recording in a shell, as it was recorded. */
export function runShell(command: string, root: string): Promise<Outcome> {
  return run('/bin/sh', ['-c', command], { root });
}

function run(program: string, words: readonly string[], { root, stdin = '', env = {} }: { root: string; stdin?: string; env?: Readonly<Record<string, string>> }): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: root, stdio: 'pipe', timeout: TIMEOUT_MS, killSignal: 'SIGKILL',
      env: { PATH: process.env['PATH'] ?? '', HOME: root, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...env },
    });
    const texts = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (chunk: string) => {
        if (texts[name].length < OUTPUT_BYTES_MAX) texts[name] += chunk;
      });
    }
    // A program may end without reading what it was given.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ ...texts, exitCode }));
  });
}
