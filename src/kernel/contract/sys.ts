/** The machine as modules see it. The real form is `kernel/sys/`; tests hand in their own. */
import type * as fsPromises from 'node:fs/promises';

export interface Sys {
  /** Node's file functions; the fake works below a temporary root. */
  readonly fs: typeof fsPromises;
  /** The program's environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sets a variable of `env`, undefined removes it; programs started later see it. @throws InvocationError for what no variable can be. */
  setEnv(name: string, value: string | undefined): void;
  /** Starts a program from an argument list and waits for it. Never through a shell. */
  run(argv: readonly [string, ...string[]], options?: RunOptions): Promise<RunResult>;
  /** Absolute path of a program in PATH, or undefined. */
  which(program: string): Promise<string | undefined>;
  /** Writes a whole file by rename, so that no reader sees half of it; keeps mode and owner of an existing file. */
  writeFile(path: string, data: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  /** Text of a file, or undefined when there is none. */
  readText(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  userByName(name: string): Promise<Account | undefined>;
  userById(uid: number): Promise<Account | undefined>;
  groupByName(name: string): Promise<Group | undefined>;
  groupById(gid: number): Promise<Group | undefined>;
  users(): Promise<readonly Account[]>;
  groups(): Promise<readonly Group[]>;
  /** Milliseconds since 1970, UTC. */
  now(): number;
  hostname(): string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to (or, with `cleanEnv`, in place of) the program's environment; null removes a variable. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly cleanEnv?: boolean;
  readonly stdin?: string | Uint8Array;
  /** User name to run as. */
  readonly runas?: string;
  readonly group?: string;
  readonly umask?: number;
  /** After it the whole process group gets SIGTERM, then SIGKILL. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Output beyond is cut off and `truncated` set; default 64 MiB. */
  readonly outputBytesMax?: number;
  /** Writes the standard output to this open file instead of giving it back; whoever opened it closes it. */
  readonly stdoutFd?: number;
  /** Gets the standard output as it comes, instead of the result; the program waits while the promise does. */
  readonly onStdout?: (chunk: Uint8Array) => Promise<void> | void;
  /** Both outputs in one, in order, as `stdout`. */
  readonly mergeStderr?: boolean;
  /** Start and do not wait: result comes at once with `code: 0`. */
  readonly detached?: boolean;
}

export interface RunResult {
  readonly pid: number;
  /** Exit code; minus the signal number when killed by one. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly timedOut: boolean;
  readonly truncated: boolean;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly gecos: string;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}
