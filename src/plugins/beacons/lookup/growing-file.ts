/** What was added to a file since the last look. The first look finds where it ends. */
import type { PlainMap } from '../../../kernel/std/value.js';
import type { Context } from '../../../kernel/contract/context.js';

/** Read at one look; the rest comes with the next. */
const BYTES_MAX = 4 * 1024 * 1024;
const PLACE = 'growing-file';

interface Place extends PlainMap {
  readonly offset: number;
  readonly inode: number;
}

/** `take` says how many of the bytes are used up. A file that was cut or replaced is read from its start. */
export async function readGrowth(path: string, ctx: Context, take: (bytes: Buffer) => number): Promise<void> {
  const file = await ctx.sys.fs.open(path, 'r');
  try {
    const { size, ino } = await file.stat();
    const last = ctx.memory.get(PLACE) as Place | undefined;
    if (last === undefined) {
      ctx.memory.set(PLACE, { offset: size, inode: ino });
      return;
    }
    const offset = last.inode === ino && size >= last.offset ? last.offset : 0;
    const buffer = Buffer.alloc(Math.min(size - offset, BYTES_MAX));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
    ctx.memory.set(PLACE, { offset: offset + take(buffer.subarray(0, bytesRead)), inode: ino });
  } finally {
    await file.close();
  }
}
