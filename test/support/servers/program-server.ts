/** A server program that a test starts: its output line by line, ended with the test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const START_MS = 60_000;
const END_MS = 5000;

export class ProgramServer implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #wakes = new Set<() => void>();
  #ended = false;

  constructor(argv: readonly [string, ...string[]], options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {}) {
    const [program, ...args] = argv;
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    this.#child.on('error', (error) => {
      this.lines.push(String(error));
      end();
    });
    this.#child.on('exit', end);
  }

  /** The first line, from the one at `from` on, for which something is found. */
  async line<T>(find: (line: string) => T | undefined, from = 0): Promise<T> {
    const until = Date.now() + START_MS;
    for (let at = from; ; at += 1) {
      while (at >= this.lines.length) {
        if (this.#ended || Date.now() > until) throw new Error(`the server did not say what was awaited; it said: ${this.lines.slice(-20).join('\n')}`);
        await this.#more();
      }
      const found = find(this.lines[at] ?? '');
      if (found !== undefined) return found;
    }
  }

  /** Resolves when somebody listens at a port of this machine. */
  async listens(port: number): Promise<void> {
    const until = Date.now() + START_MS;
    while (!await answers(port)) {
      if (this.#ended || Date.now() > until) throw new Error(`nobody listens at ${port}; the server said: ${this.lines.slice(-20).join('\n')}`);
      await pause(50);
    }
  }

  #wake(): void {
    for (const wake of this.#wakes) wake();
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, 500);
      const wakes = this.#wakes;
      function done(): void {
        clearTimeout(timer);
        wakes.delete(done);
        resolve();
      }
      wakes.add(done);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    if (!this.#ended) this.#child.kill('SIGTERM');
    const until = Date.now() + END_MS;
    while (!this.#ended && Date.now() < until) await this.#more();
    if (!this.#ended) this.#child.kill('SIGKILL');
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => {
  setTimeout(resolve, ms);
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A port that was free a moment ago, for programs that cannot choose one. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
