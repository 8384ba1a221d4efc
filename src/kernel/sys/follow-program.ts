/** A program that goes on and whose output is read as it comes. It leads a process group of its own and ends with `stop`. */
import { spawn } from 'node:child_process';
import { CommandExecutionError, CommandNotFoundError } from '../contract/errors.js';
import { signalGroup } from './owned-programs.js';
import { which } from './which.js';

export interface FollowOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onOutput: (chunk: Buffer) => void;
  /** It ended without `stop`; `words` is the end of what it said on its error output. */
  readonly onEnd: (code: number | null, words: string) => void;
}

export interface FollowedProgram {
  readonly pid: number;
  write(text: string): void;
  stop(): Promise<void>;
}

const WORDS_CHARS_MAX = 2000;
/** From SIGTERM to SIGKILL. */
const KILL_AFTER_MS = 1000;

/** @throws CommandNotFoundError, CommandExecutionError when it cannot be started */
export async function followProgram(argv: readonly [string, ...string[]], { env, onOutput, onEnd }: FollowOptions): Promise<FollowedProgram> {
  const program = await which(argv[0], env['PATH']);
  if (program === undefined) throw new CommandNotFoundError(`Unable to run command '${argv[0]}': no such program`, { context: { program: argv[0] } });
  const child = spawn(program, argv.slice(1), { env: { ...env }, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  let isStopped = false;
  child.stdout.on('data', onOutput);
  child.stderr.on('data', (chunk: Buffer) => (words = `${words}${chunk.toString()}`.slice(-WORDS_CHARS_MAX)));
  // A program that is gone does not read: its end is told by 'exit'.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => stream.destroy());
  const ended = new Promise<void>((resolve) => {
    child.once('close', (code) => {
      resolve();
      if (!isStopped) onEnd(code, words.trim());
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (err) => reject(new CommandExecutionError(`Unable to run command '${argv[0]}': ${err.message}`, { cause: err })));
  });
  // It does not keep the host alive.
  child.unref();
  const pid = child.pid ?? 0;
  return {
    pid,
    write: (text) => void child.stdin.write(text),
    async stop() {
      isStopped = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      signalGroup(pid, 'SIGTERM');
      const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(killer);
    },
  };
}
