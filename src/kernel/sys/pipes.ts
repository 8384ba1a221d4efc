/**
 * Real pipes for the outputs of programs.
 *
 * Node connects children by socket pairs, and a program cannot open `/dev/stderr` or `/dev/stdout` when that is a
 * socket, which scripts do (`echo failed > /dev/stderr`). So outputs go through FIFOs: made by `mkfifo` in batches in a
 * private folder, opened on both sides, and unlinked at once. Without `mkfifo` the caller falls back to Node's way.
 */
import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, unlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const BATCH = 16;
const MKFIFO_WAIT_MS = 10_000;

export interface Pipe {
  /** Our end. */
  readonly reader: Socket;
  /** The child's end, a file descriptor to hand over; closed by `closeChildEnd` after the start. */
  readonly childEnd: number;
  closeChildEnd(): void;
}

/** Paths of FIFOs made but not yet used. */
let spare: string[] = [];
let making: Promise<void> | undefined;
let folder: string | undefined;

async function makeBatch(): Promise<void> {
  if (folder === undefined) {
    const made = await mkdtemp(join(tmpdir(), 'tsalt-pipes-'));
    folder = made;
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  const stamp = process.hrtime.bigint().toString(36);
  const paths = Array.from({ length: BATCH }, (_, at) => join(folder as string, `${stamp}-${at}`));
  await promisify(execFile)('mkfifo', ['-m', '600', '--', ...paths], { timeout: MKFIFO_WAIT_MS });
  spare.push(...paths);
}

async function takePath(): Promise<string> {
  for (;;) {
    const path = spare.pop();
    if (path !== undefined) return path;
    making ??= makeBatch().finally(() => {
      making = undefined;
    });
    await making;
  }
}

/** A pipe whose reading end is ours, or undefined when this system cannot make one. */
export async function openPipe(): Promise<Pipe | undefined> {
  let path: string;
  try {
    path = await takePath();
    return connect(path);
  } catch (err) {
    if (!(err instanceof Error) || !('code' in err)) throw err;
    // The folder was removed under us, or there is no mkfifo here: the next batch starts afresh.
    spare = [];
    folder = undefined;
    return undefined;
  }
}

function connect(path: string): Pipe {
  const ours = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let childEnd: number;
  try {
    childEnd = openSync(path, constants.O_WRONLY);
  } catch (err) {
    closeSync(ours);
    throw err;
  }
  unlinkSync(path);
  return { reader: new Socket({ fd: ours, readable: true, writable: false }), childEnd, closeChildEnd: () => closeSync(childEnd) };
}
