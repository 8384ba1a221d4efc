/** One regular file as a tar archive, which is how files go into containers and come out. Source: POSIX ustar; GNU tar, long names. */
import { CommandExecutionError } from '../../contract/errors.js';

const BLOCK = 512;
const NAME_BYTES_MAX = 100;
/** What eleven octal digits hold. */
const SIZE_MAX = 8 ** 11 - 1;
const KIND = { file: '0', oldFile: '\0', longName: 'L', pax: 'x', paxGlobal: 'g' } as const;
/** Entries that say something of the next one. */
const ABOUT_NEXT: readonly string[] = [KIND.longName, KIND.pax, KIND.paxGlobal];

function block(name: Buffer, size: number, mode: number, kind: string): Buffer {
  const head = Buffer.alloc(BLOCK);
  name.copy(head, 0, 0, NAME_BYTES_MAX);
  head.write((mode & 0o7777).toString(8).padStart(7, '0'), 100);
  for (const at of [108, 116]) head.write('0000000', at);
  head.write(size.toString(8).padStart(11, '0'), 124);
  head.write('00000000000', 136);
  head.write('        ', 148);
  head.write(kind, 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return head;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);

/** What stands before the content. @throws CommandExecutionError for a file that is too large */
export function tarHead(name: string, size: number, mode: number): Buffer {
  if (size > SIZE_MAX) throw new CommandExecutionError(`A file of ${size} bytes is too large to be copied into a container`);
  const bytes = Buffer.from(name);
  const long = Buffer.from(`${name}\0`);
  const before = bytes.length <= NAME_BYTES_MAX ? [] : [block(Buffer.from('././@LongLink'), long.length, 0, KIND.longName), long, padding(long.length)];
  return Buffer.concat([...before, block(bytes, size, mode, KIND.file)]);
}

/** What stands after it. */
export const tarEnd = (size: number): Buffer => Buffer.concat([padding(size), Buffer.alloc(2 * BLOCK)]);

interface Entry {
  readonly kind: string;
  readonly size: number;
}

function entryOf(head: Buffer): Entry {
  const size = Number.parseInt(head.toString('latin1', 124, 136), 8);
  if (!head.toString('latin1', 257, 262).startsWith('ustar') || !Number.isSafeInteger(size)) throw new CommandExecutionError('The service sent what is no archive');
  return { kind: head.toString('latin1', 156, 157), size };
}

/** The content of the file that an archive begins with. @throws CommandExecutionError when it begins with something else, or breaks off */
export async function* fileInTar(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes to pass over before the next head. */
  let skipped = 0;
  /** Bytes of the content that are still to come. */
  let left: number | undefined;
  for await (const chunk of source) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (left === undefined && rest.length >= skipped + BLOCK) {
      const { kind, size } = entryOf(rest.subarray(skipped, skipped + BLOCK));
      rest = rest.subarray(skipped + BLOCK);
      skipped = 0;
      if (ABOUT_NEXT.includes(kind)) skipped = Math.ceil(size / BLOCK) * BLOCK;
      else if (kind === KIND.file || kind === KIND.oldFile) left = size;
      else throw new CommandExecutionError('Source must be a regular file');
    }
    if (left === undefined) continue;
    const content = rest.subarray(0, left);
    left -= content.length;
    rest = left === 0 ? Buffer.alloc(0) : rest.subarray(content.length);
    if (content.length > 0) yield content;
  }
  if (left !== 0) throw new CommandExecutionError('The archive that the service sent broke off');
}
