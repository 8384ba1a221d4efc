/** A swarm in a process of its own, so that its work is not counted as the master's. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from './hosts.js';

export type SwarmAction =
  | 'connect' | 'signInAgain' | 'settle' | 'failures'
  | `accept ${string}` | `pillar ${number}` | `events ${number} ${number}` | `pace ${number} ${number} ${number}` | `reconnect ${number}` | `answers ${number}` | `ask ${number} ${string}`;

export interface SwarmProcess {
  readonly pid: number;
  /** Does one thing; gives how many seconds it took. @throws when it failed */
  run(action: SwarmAction): Promise<number>;
  stop(): Promise<void>;
}

export async function startSwarm(ports: { requestPort: number; publishPort: number }, count: number): Promise<SwarmProcess> {
  const file = join(repository, 'build', 'bench', 'swarm-process.js');
  const child = spawn(process.execPath, [file, String(count), String(ports.requestPort), String(ports.publishPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<number> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the swarm ended');
    const { seconds, error } = JSON.parse(line.value) as { seconds?: number; error?: string };
    if (error !== undefined) throw new Error(error);
    return seconds ?? 0;
  };
  await answer();
  return {
    pid: child.pid ?? 0,
    run(action) {
      child.stdin.write(`${action}\n`);
      return answer();
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
