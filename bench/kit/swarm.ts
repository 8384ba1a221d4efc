/** A swarm in a process of its own, so that its work is not counted as the master's. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pause, repository, type Host } from './hosts.js';

/** A swarm in a process of its own, told what to do by lines. */
export interface SwarmProcess {
  readonly pid: number;
  /** Does one thing with all members; gives its wall time in seconds. */
  run(action: 'connect' | 'pillar' | 'signInAgain' | 'settle' | `events ${number} ${number}`): Promise<number>;
  stop(): Promise<void>;
}

export async function startSwarm(host: Host, count: number): Promise<SwarmProcess> {
  const file = join(repository, 'build', 'bench', 'swarm-process.js');
  const child = spawn(process.execPath, [file, String(count), String(host.requestPort), String(host.publishPort)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let lines = '';
  let waiting: ((line: string) => void) | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    lines += text;
    for (let end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n')) {
      const line = lines.slice(0, end);
      lines = lines.slice(end + 1);
      waiting?.(line);
    }
  });
  const next = (): Promise<string> => new Promise((resolve, reject) => {
    waiting = resolve;
    child.once('exit', () => reject(new Error('the swarm ended')));
  });
  const ready = next();
  await ready;
  return {
    pid: child.pid ?? 0,
    async run(action) {
      const answer = next();
      child.stdin.write(`${action}\n`);
      return Number(await answer);
    },
    async stop() {
      child.kill('SIGKILL');
      await pause(100);
    },
  };
}
