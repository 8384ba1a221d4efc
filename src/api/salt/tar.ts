/** A tar file (POSIX ustar) of a few small texts. */
const BLOCK = 512;
const TEXT_MODE = '0000600';

export function tarOf(files: readonly { readonly name: string; readonly content: string }[]): Buffer {
  return Buffer.concat([...files.flatMap(({ name, content }) => entry(name, Buffer.from(content))), Buffer.alloc(2 * BLOCK)]);
}

function entry(name: string, content: Buffer): Buffer[] {
  const head = Buffer.alloc(BLOCK);
  head.write(name, 0, 100);
  head.write(TEXT_MODE, 100);
  for (const at of [108, 116]) head.write('0000000', at);
  head.write(content.length.toString(8).padStart(11, '0'), 124);
  head.write('00000000000', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [head, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}
