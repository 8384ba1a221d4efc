/** One file as a tar archive, against the program `tar`, both ways. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileInTar, tarEnd, tarHead } from '../../../../../src/kernel/sys/docker/one-file-tar.js';

const folder = mkdtempSync(join(tmpdir(), 'ts-one-tar-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ['short', 'with space\n--and dash', 'ä'.repeat(100), `${'long-'.repeat(50)}end`];
const SIZES = [0, 1, 511, 512, 513, 100_000];
const contentOf = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, at) => at % 251));

/** Parts of an odd size, as they come from a socket. */
async function* pieces(all: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < all.length; at += size) yield await Promise.resolve(all.subarray(at, at + size));
}

async function whole(archive: Buffer, size = 333): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of fileInTar(pieces(archive, size))) parts.push(part);
  return Buffer.concat(parts);
}

test('tar unpacks what we pack: names, sizes, modes', () => {
  for (const [at, name] of NAMES.entries()) {
    const place = join(folder, `out-${at}`);
    mkdirSync(place);
    const content = contentOf(SIZES[at] ?? 0);
    const done = spawnSync('tar', ['-C', place, '-xpf', '-'], { input: Buffer.concat([tarHead(name, content.length, 0o100750), content, tarEnd(content.length)]) });
    assert.equal(done.status, 0, String(done.stderr));
    assert.deepEqual(readFileSync(join(place, name)), content);
    assert.equal(statSync(join(place, name)).mode & 0o777, 0o750);
  }
});

test('we unpack what tar packs, in each of its formats and pieces of any size', async () => {
  for (const format of ['gnu', 'pax', 'ustar']) {
    for (const [at, size] of SIZES.entries()) {
      const name = format === 'ustar' ? 'short' : NAMES[at % NAMES.length] ?? '';
      writeFileSync(join(folder, name), contentOf(size));
      const { stdout } = spawnSync('tar', ['-C', folder, `--format=${format}`, '-cf', '-', '--', `./${name}`], { maxBuffer: 10 ** 7 });
      for (const piece of [1, 512, 4099]) if (piece > 1 || size < 1000) assert.deepEqual(await whole(stdout, piece), contentOf(size), `${format} ${size} ${piece}`);
    }
  }
});

test('a folder, a link, an archive that breaks off and what is none are refused; a size that no head can hold, too', async () => {
  mkdirSync(join(folder, 'dir'));
  symlinkSync('/etc/passwd', join(folder, 'link'));
  for (const name of ['dir', 'link']) {
    await assert.rejects(whole(spawnSync('tar', ['-C', folder, '-cf', '-', name]).stdout), /Source must be a regular file/);
  }
  const archive = Buffer.concat([tarHead('a', 1000, 0o600), contentOf(1000), tarEnd(1000)]);
  for (const length of [0, 100, 512, 1000]) await assert.rejects(whole(archive.subarray(0, length)), /broke off/);
  await assert.rejects(whole(Buffer.alloc(1024, 'x')), /is no archive/);
  assert.throws(() => tarHead('a', 8 ** 11, 0o600), /too large/);
});
