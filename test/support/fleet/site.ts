/**
 * Everything one test file starts and writes. A failed test shows the last words of all programs; at the end all of them
 * are ended and the folder is removed.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { Program, type ProgramOptions } from './program.js';

const TEST_MS = process.env['TSALT_FAULTS'] === 'whole' ? 900_000 : 120_000;

export class Site {
  /** Short, since the paths of sockets are limited to 107 bytes. */
  readonly dir: string;
  readonly #programs: Program[] = [];
  readonly #closers: (() => Promise<void>)[] = [];
  /** Why none of its tests can run, such as `skipWithoutSalt`. */
  readonly #skip: string | false;
  #isBroken = false;

  constructor(skip: string | false = false) {
    this.#skip = skip;
    this.dir = realpathSync(mkdtempSync(join(tmpdir(), 'ts-')));
    after(() => this.#close());
  }

  /** Registers a test. Once the set-up of a file failed, its tests fail at once. */
  test(title: string, run: (t: TestContext) => Promise<void>, options: { skip?: string | false } = {}): void {
    void test(title, { skip: this.#skip || (options.skip ?? false), timeout: TEST_MS }, async (t) => {
      try {
        for (const program of this.#programs) program.mark();
        if (this.#isBroken) throw new Error('The set-up of this file failed: see the first failure');
        await run(t);
      } catch (error) {
        this.#showLastWords(title);
        throw error;
      }
    });
  }

  /** A test that the following ones build upon. */
  setUp(title: string, run: () => Promise<void>): void {
    this.test(title, async () => {
      try {
        await run();
      } catch (error) {
        this.#isBroken = true;
        throw error;
      }
    });
  }

  start(options: ProgramOptions): Program {
    const program = new Program(options);
    this.#programs.push(program);
    return program;
  }

  /** Has something ended before the programs are. */
  own<T extends AsyncDisposable>(resource: T): T {
    this.#closers.push(async () => resource[Symbol.asyncDispose]());
    return resource;
  }

  /** Writes a file below the folder; gives its path. */
  write(path: string, content: string | Uint8Array, mode = 0o644): string {
    const full = join(this.dir, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode });
    return full;
  }

  #showLastWords(title: string): void {
    const words = this.#programs.filter((program) => program.wasRunning).map((program) => program.lastWords()).join('');
    process.stderr.write(`==== '${title}' failed; its programs said at last\n${words}`);
  }

  async #close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
    await Promise.all(this.#programs.map((program) => program.stop()));
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The account that all programs of the tests run as. */
export const userName = userInfo().username;
export const skipUnlessRoot: string | false = process.getuid?.() === 0 ? false : 'needs root';

/** A port of the loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('The system gave no port');
  return address.port;
}
