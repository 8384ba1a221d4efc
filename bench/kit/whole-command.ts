/** A command from its start to its end, with all programs that it starts itself. */
import { spawnSync } from 'node:child_process';

export interface Taken {
  /** On the clock. */
  readonly seconds: number;
  /** Of the processor, which other work on the machine does not stretch. */
  readonly cpu: number;
}

/** @throws Error when the command fails */
export function wholeCommand(command: readonly string[]): Taken {
  const began = performance.now();
  const done = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@" > /dev/null', 'bench', ...command], { encoding: 'utf8' });
  const seconds = (performance.now() - began) / 1000;
  if (done.status !== 0) throw new Error(`${command.join(' ')} failed: ${done.stderr}`);
  const [user = 0, system = 0] = (done.stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds, cpu: user + system };
}
