/** A temporary folder for one test. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the work in a new folder and removes it. */
export async function inFolder<T>(work: (top: string) => Promise<T>): Promise<T> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'tsalt-file-')));
  try {
    return await work(top);
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}
