import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { immediateFs } from '../../../../src/kernel/sys/immediate-fs.js';

type Files = typeof fs;

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await fs.mkdtemp(join(tmpdir(), 'tsalt-immediate-'));
  try {
    await work(folder);
  } finally {
    await fs.rm(folder, { recursive: true });
  }
}

/** What a call gives, or code and path of its failure. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    const { code, path, syscall } = error as NodeJS.ErrnoException;
    return { code, path, syscall };
  }
}

/** Everything our programs ask, in one order; paths are taken out of the answers. */
async function story(files: Files, at: (name: string) => string): Promise<unknown[]> {
  const told: unknown[] = [];
  const tell = async (call: Promise<unknown>): Promise<void> => void told.push(await outcome(call));
  await tell(files.mkdir(at('d/e'), { recursive: true }).then(() => 'made'));
  await tell(files.mkdir(at('d')));
  await tell(files.writeFile(at('f'), 'one\ntwo\n', { mode: 0o600 }));
  await tell(files.writeFile(at('f'), 'x', { flag: 'wx' }));
  await tell(files.readFile(at('f'), 'utf8'));
  await tell(files.readFile(at('none')));
  await tell(files.readFile(at('d')));
  await tell(files.chmod(at('f'), 0o640));
  await tell(files.stat(at('f')).then(({ mode, size }) => [mode, size]));
  await tell(files.stat(at('f'), { bigint: true }).then(({ mode, size }) => [mode, size]));
  await tell(files.stat(at('f/x')));
  await tell(files.symlink('f', at('l')));
  await tell(files.lstat(at('l')).then((facts) => facts.isSymbolicLink()));
  await tell(files.readlink(at('l')));
  await tell(files.readlink(at('f')));
  await tell(files.realpath(at('l')).then((path) => path.endsWith('/f')));
  await tell(files.link(at('f'), at('h')));
  await tell(files.utimes(at('h'), 1, 2));
  await tell(files.stat(at('f')).then(({ mtimeMs, nlink }) => [mtimeMs, nlink]));
  await tell(files.rename(at('h'), at('d/h')));
  await tell(files.readdir(at('d')).then((names) => names.sort()));
  await tell(files.readdir(at('d'), { withFileTypes: true }).then((entries) => entries.map((entry) => `${entry.name} ${entry.isFile()}`).sort()));
  await tell(files.access(at('none')));
  await tell(files.access(at('f')));
  await tell(files.rmdir(at('d')));
  await tell(files.unlink(at('d')).then(() => 'gone', () => 'refused'));
  await tell(files.unlink(at('l')));
  await tell(files.lchown(at('f'), process.getuid?.() ?? 0, process.getgid?.() ?? 0));
  return told;
}

test('immediateFs answers as node:fs/promises does, failures included', async () => {
  await inFolder(async (folder) => {
    const own = async (files: Files, name: string): Promise<unknown> => {
      const top = join(folder, name);
      await fs.mkdir(top);
      return JSON.parse(JSON.stringify(await story(files, (path) => join(top, path)), (_key, value: unknown) =>
        (typeof value === 'bigint' ? `${value}n` : typeof value === 'string' ? value.replaceAll(top, '') : value)) ) as unknown;
    };
    assert.deepEqual(await own(immediateFs, 'ours'), await own(fs, 'node'));
  });
});

test('an immediate handle reads, writes, changes its file and closes once', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'f');
    const handle = await immediateFs.open(path, 'wx+', 0o600);
    await handle.writeFile('hello ');
    await handle.write('world');
    await handle.write(Buffer.from('J'), 0, 1, 0);
    await handle.chmod(0o640);
    await handle.chown(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    const buffer = Buffer.alloc(5);
    assert.deepEqual([(await handle.read(buffer, 0, 5, 0)).bytesRead, buffer.toString()], [5, 'Jello']);
    await handle.truncate(5);
    assert.equal((await handle.stat()).size, 5);
    await handle.sync();
    await handle.close();
    await handle.close();
    assert.deepEqual([await fs.readFile(path, 'utf8'), (await fs.stat(path)).mode & 0o777], ['Jello', 0o640]);
    assert.deepEqual(await outcome(immediateFs.open(path, 'wx')), { code: 'EEXIST', path, syscall: 'open' });
    await using again = await immediateFs.open(path, 'r');
    assert.equal((await again.readFile()).toString(), 'Jello');
  });
});

test('an immediate handle gives streams that close it', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'f');
    await pipeline(Readable.from(['a', 'b']), (await immediateFs.open(path, 'wx')).createWriteStream());
    const pieces = await (await immediateFs.open(path)).createReadStream({ encoding: 'utf8' }).toArray() as string[];
    assert.equal(pieces.join(''), 'ab');
  });
});

test('a pipe without a writer does not stop the program', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reading = immediateFs.readFile(path, 'utf8');
    await fs.writeFile(path, 'through');
    assert.equal(await reading, 'through');
  });
});
