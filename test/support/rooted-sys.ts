/** A machine below a temporary folder: files are those of the folder, programs give prepared answers. */
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../src/kernel/contract/context.js';
import { CommandNotFoundError } from '../../src/kernel/contract/errors.js';
import type { RunResult, Sys } from '../../src/kernel/contract/sys.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { listeningLog, neverAborted, type LogLine } from './module-host.js';

export interface Machine {
  /** Path to text; a text that begins with `-> ` makes a link, an empty text below a path with a final slash a folder. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Command line to output, or to exit code and output. */
  readonly programs?: Readonly<Record<string, string | readonly [code: number, output: string]>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly opts?: PlainMap;
}

export interface RootedContext extends Context {
  readonly lines: LogLine[];
  /** Command lines that were run. */
  readonly ran: string[];
}

async function write(root: string, path: string, content: string | Buffer): Promise<void> {
  const target = join(root, path);
  await fs.mkdir(path.endsWith('/') ? target : dirname(target), { recursive: true });
  if (path.endsWith('/')) return;
  if (typeof content === 'string' && content.startsWith('-> ')) await fs.symlink(content.slice(3), target);
  else await fs.writeFile(target, content);
}

/** Only what grains use of a context. */
export async function rootedContext(root: string, { files = {}, programs = {}, env = {}, hostname = 'web1', opts = {} }: Machine): Promise<RootedContext> {
  for (const [path, content] of Object.entries(files)) await write(root, path, content);
  const below = (path: unknown): string => join(root, String(path));
  const rooted = {
    readFile: (path: unknown, options: BufferEncoding) => fs.readFile(below(path), options),
    readdir: (path: unknown) => fs.readdir(below(path)),
    readlink: (path: unknown) => fs.readlink(below(path)),
    stat: (path: unknown) => fs.stat(below(path)),
    open: (path: unknown, flags: string) => fs.open(below(path), flags),
    realpath: async (path: unknown) => (await fs.realpath(below(path))).slice(root.length),
  } as unknown as typeof fs;
  const ran: string[] = [];
  const folders = ['/usr/bin', '/usr/sbin', '/sbin'];
  const which = async (program: string): Promise<string | undefined> => {
    if (Object.keys(programs).some((line) => line.split(' ')[0] === program)) return program;
    const paths = program.includes('/') ? [program] : folders.map((folder) => `${folder}/${program}`);
    for (const path of paths) if (await fs.stat(below(path)).then((found) => found.isFile(), () => false)) return path;
    return undefined;
  };
  const run = async (argv: readonly string[]): Promise<RunResult> => {
    const line = argv.join(' ');
    ran.push(line);
    const answer = programs[line];
    if (answer === undefined && await which(argv[0] ?? '') === undefined) throw new CommandNotFoundError(`no ${line}`);
    const [code, output] = typeof answer === 'string' ? [0, answer] : answer ?? [1, ''];
    return { pid: 1, code, stdout: Buffer.from(output), stderr: Buffer.alloc(0), timedOut: false, truncated: false };
  };
  const log = listeningLog();
  const sys = { fs: rooted, env, run, which, now: () => Date.UTC(2026, 6, 1), hostname: () => hostname } as unknown as Sys;
  return { sys, log, lines: log.lines, ran, opts, grains: {}, pillar: {}, id: 'web1', signal: neverAborted() } as unknown as RootedContext;
}
