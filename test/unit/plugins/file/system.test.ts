/** Functions that ask the system, or programs of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { inFolder } from './folder.js';
import { runFile, worldAt } from './world.js';

test('statvfs() gives the figures that the program stat gives', async () => {
  await inFolder(async (top) => {
    const figures = await runFile('statvfs', [top], {}, worldAt(top)) as PlainMap;
    const [namemax, frsize, bsize, files, blocks] = execFileSync('stat', ['-f', '-c', '%l %S %s %c %b', top], { encoding: 'utf8' }).trim().split(' ').map(Number);
    assert.deepEqual(
      [figures['f_namemax'], figures['f_frsize'], figures['f_bsize'], figures['f_files'], figures['f_blocks']], [namemax, frsize, bsize, files, blocks],
    );
    assert.equal(figures['f_favail'], figures['f_ffree']);
  });
});

test('statvfs() reads the flags of the mount', async () => {
  const table = '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n22 21 0:5 / /a\\040b ro,nosuid,nodev,noexec,noatime - tmpfs tmpfs rw\n';
  const real = createSys();
  const fs = { ...real.fs, statfs: (async () => real.fs.statfs('/')) as unknown as typeof real.fs.statfs, realpath: (async (path: string) => path) as unknown as typeof real.fs.realpath };
  const world = worldAt('/none', { sys: { fs, readText: async () => table } });
  assert.equal((await runFile('statvfs', ['/a b/c'], {}, world) as PlainMap)['f_flag'], 1 | 2 | 4 | 8 | 1024);
  assert.equal((await runFile('statvfs', ['/a'], {}, world) as PlainMap)['f_flag'], 4096);
});

test('open_files() knows a file that this process holds open, both ways round', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'held');
    const handle = await open(path, 'w');
    try {
      const files = await runFile('open_files', [], {}, worldAt(top)) as Record<string, number[]>;
      assert.ok(files[path]?.includes(process.pid));
      const pids = await runFile('open_files', [true], {}, worldAt(top)) as Map<number, string[]>;
      assert.ok(pids.get(process.pid)?.includes(path));
      assert.ok(pids.get(process.pid)?.includes(process.execPath));
    } finally {
      await handle.close();
    }
  });
});

/** A world whose programs are not run but noted. */
function noting(top: string, options: { test?: boolean; stderr?: string; code?: number } = {}) {
  const started: string[][] = [];
  const world = worldAt(top, {
    test: options.test ?? false,
    sys: {
      run: async (argv) => {
        started.push([...argv]);
        if (options.code === undefined) await writeFile(argv[4] ?? '', '');
        return { pid: 1, code: options.code ?? 0, stdout: new Uint8Array(), stderr: Buffer.from(options.stderr ?? ''), timedOut: false, truncated: false };
      },
    },
  });
  return { world, started };
}

test('mknod_chrdev() and mknod_blkdev() make nodes with numbers and mode', async () => {
  await inFolder(async (top) => {
    const { world, started } = noting(top);
    const path = join(top, 'node');
    assert.deepEqual(await runFile('mknod_chrdev', [path, 180, 31], {}, world), {
      name: path, changes: { new: `Character device ${path} created.` }, comment: '', result: true,
    });
    assert.deepEqual(started, [['mknod', '-m', '660', '--', path, 'c', '180', '31']]);
    assert.equal((await stat(path)).mode & 0o777, 0o660);
    assert.deepEqual(await runFile('mknod_blkdev', [path, 8, 999], {}, world), {
      name: path, changes: {}, comment: `File ${path} exists and cannot be overwritten`, result: false,
    });
    const other = join(top, 'x/other');
    const made = await runFile('mknod', [other, 'b', 8, 1], { mode: '0640' }, world) as PlainMap;
    assert.deepEqual(made['changes'], { new: `Block device ${other} created.` });
    assert.deepEqual(started.at(-1), ['mknod', '-m', '640', '--', other, 'b', '8', '1']);
  });
});

test('mknod_chrdev() gives the refusal of the system in Python\'s words', async () => {
  await inFolder(async (top) => {
    const { world } = noting(top, { code: 1, stderr: "mknod: x: Operation not permitted\n" });
    await assert.rejects(runFile('mknod_chrdev', [join(top, 'n'), 1, 3], {}, world), { className: 'PermissionError', message: '[Errno 1] Operation not permitted' });
  });
});

/** A world where `cmd.*` answers from a table of command lines. */
function answering(top: string, answers: Readonly<Record<string, Value>>, extra: Record<string, Value> = {}) {
  const asked: string[] = [];
  const reply = (args: readonly Value[]): Value => {
    const line = (args[0] as string[]).join(' ').replaceAll(top, '@');
    asked.push(line);
    return answers[line] ?? '';
  };
  const calls = {
    'cmd.run': reply, 'cmd.run_all': reply, 'cmd.retcode': reply,
    ...Object.fromEntries(Object.entries(extra).map(([name, value]) => [name, () => value])),
  };
  return { world: worldAt(top, { calls, sys: { which: async (program: string) => `/sbin/${program}` } }), asked };
}

test('lsattr() reads the letters that e2fsprogs of this age knows', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'a');
    await writeFile(path, '');
    const output = `--S-i---------e------- ${path}\nlsattr: something else`;
    const young = answering(top, { 'lsattr @/a': output, '/sbin/tune2fs': 'tune2fs 1.47.0 (5-Feb-2023)\nUsage' });
    assert.deepEqual(await runFile('lsattr', [path], {}, young.world), { [path]: ['S', 'i', 'e'] });
    const old = answering(top, { 'lsattr @/a': output, '/sbin/tune2fs': 'tune2fs 1.41.12' });
    assert.deepEqual(await runFile('lsattr', [path], {}, old.world), { [path]: ['S', 'i'] });
  });
});

test('chattr() hands on what it was told; silence means success', async () => {
  await inFolder(async (top) => {
    const { world, asked } = answering(top, { 'chattr -a b': 'chattr: no' });
    assert.equal(await runFile('chattr', ['f', 'g'], { operator: 'add', attributes: 'ai', flags: 'RV', version: '3' }, world), true);
    assert.equal(await runFile('chattr', ['b'], { operator: 'remove', attributes: 'a' }, world), false);
    assert.deepEqual(asked, ['chattr +ai -RV -v 3 f g', 'chattr -a b']);
  });
});

test('check_perms() sets attributes that are missing and takes away the others, but not extents', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'a');
    await writeFile(path, '');
    let letters = '----ia--------e-------';
    const calls = {
      'cmd.run': ([command]: readonly Value[]): Value => {
        const [program, change = ''] = command as string[];
        if (program === 'lsattr') return `${letters} ${path}`;
        if (program?.endsWith('tune2fs')) return 'tune2fs 1.47.0';
        letters = change.startsWith('+') ? letters.replace('-', change.slice(1)) : letters.replace(change.slice(1), '-');
        return '';
      },
    };
    const world = worldAt(top, { calls, sys: { which: async (program: string) => program } });
    const [outcome] = await runFile('check_perms', [path, {}, null, null, null], { attrs: 'iS' }, world) as [PlainMap];
    assert.deepEqual(outcome['changes'], { attrs: { old: 'iae', new: 'iS' } });
    assert.deepEqual(Array.from(letters).filter((letter) => letter !== '-').sort(), ['S', 'e', 'i']);
  });
});

test('check_perms() sets the parts of an SELinux context that differ', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'a');
    await writeFile(path, '');
    let context = 'system_u:object_r:tmp_t:s0';
    const calls = {
      'cmd.run_all': (): Value => ({ retcode: 0, stdout: context, stderr: '', pid: 1 }),
      'cmd.retcode': ([command]: readonly Value[]): Value => {
        assert.deepEqual(command, ['chcon', '-t', 'etc_t', path]);
        context = context.replace('tmp_t', 'etc_t');
        return 0;
      },
      'selinux.fcontext_add_policy': (): Value => ({ retcode: 0 }),
    };
    const [outcome] = await runFile('check_perms', [path, {}, null, null, null], { setype: 'etc_t', seuser: 'system_u' }, worldAt(top, { calls })) as [PlainMap];
    assert.deepEqual(outcome, {
      name: path, comment: `The file ${path} is set to be changed`, changes: { selinux: { Old: 'Type: tmp_t', New: 'Type: etc_t' } }, result: true,
    });
  });
});

test('restorecon() is true when the program succeeds', async () => {
  await inFolder(async (top) => {
    const { world, asked } = answering(top, { 'restorecon -F @/a': 0, 'restorecon -FR @/b': 1 });
    assert.equal(await runFile('restorecon', [join(top, 'a')], {}, world), true);
    assert.equal(await runFile('restorecon', [join(top, 'b'), true], {}, world), false);
    assert.deepEqual(asked, ['restorecon -F @/a', 'restorecon -FR @/b']);
  });
});

test('find() counts the age of files from the clock it is given', async () => {
  await inFolder(async (top) => {
    const path = join(top, 'a');
    await writeFile(path, '');
    const changed = (await stat(path)).mtimeMs;
    const at = (seconds: number) => worldAt(top, { sys: { now: () => changed + seconds * 1000 } });
    assert.deepEqual(await runFile('find', [path], { mtime: '-2h' }, at(3600)), [path]);
    assert.deepEqual(await runFile('find', [path], { mtime: '+2h' }, at(3600)), []);
    assert.deepEqual(await runFile('find', [path], { mtime: '1d 2h 30m' }, at(26.6 * 3600)), [path]);
    assert.deepEqual(await runFile('find', [path], { mtime: '1d 2h 30m' }, at(26.4 * 3600)), []);
  });
});
