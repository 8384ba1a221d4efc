/** A file system of a few megabytes that can be filled. Needs root, and a kernel that lets us mount. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BALLAST = 'ballast';

export class SmallDisk implements AsyncDisposable {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** Mounts a tmpfs. @throws Error with the words of `mount` */
  static mount(dir: string, megabytes: number): SmallDisk {
    mkdirSync(dir, { recursive: true });
    const done = mount(dir, megabytes);
    if (done !== '') throw new Error(`Cannot mount a small disk: ${done}`);
    return new SmallDisk(dir);
  }

  /** Takes all that is free. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.dir);
    try {
      writeFileSync(join(this.dir, BALLAST), Buffer.alloc(bavail * bsize), { flag: 'a' });
    } catch (error) {
      // Others write as well: full is full.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.dir);
    return bavail * bsize;
  }

  /** Gives back what `fill` took. */
  relieve(): void {
    rmSync(join(this.dir, BALLAST), { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync('umount', ['--lazy', this.dir]);
    await Promise.resolve();
  }
}

function mount(dir: string, megabytes: number): string {
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { encoding: 'utf8' });
  return done.error === undefined ? done.stderr : done.error.message;
}

/** Why there can be no small disk here, or false; found out by trying. */
export function skipWithoutMount(dir: string): string | false {
  mkdirSync(dir, { recursive: true });
  const wrong = mount(dir, 1);
  if (wrong !== '') return `no small disk: ${wrong.trim()}`;
  spawnSync('umount', [dir]);
  return false;
}
