/** The module against what real Salt answered: `recorded/*.json`, made by `record.py`. */
import assert from 'node:assert/strict';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { errorWords, normal, runFile, worldAt } from './world.js';

interface Entry {
  readonly path: string;
  readonly text?: string;
  readonly latin1?: string;
  readonly times?: number;
  readonly dir?: boolean;
  readonly link?: string;
  readonly mode?: string;
  readonly owner?: [number, number];
  readonly mtime?: number;
}
interface Case {
  readonly title: string;
  readonly before: readonly Entry[];
  readonly calls: readonly [string, Value[], PlainMap][];
  readonly test?: boolean;
  readonly opts?: PlainMap;
  readonly expect: { readonly answers: readonly unknown[]; readonly after: Record<string, unknown> };
}

const folder = join(process.cwd(), 'test/unit/plugins/file/recorded');

async function prepare(top: string, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) {
    const path = join(top, entry.path);
    await mkdir(dirname(path), { recursive: true });
    if (entry.dir) await mkdir(path, { recursive: true });
    else if (entry.link !== undefined) await symlink(entry.link.replaceAll('@TMP@', top), path);
    else {
      const data = entry.latin1 === undefined ? Buffer.from((entry.text ?? '').replaceAll('@TMP@', top)) : Buffer.from(entry.latin1, 'latin1');
      await writeFile(path, Buffer.concat(Array.from({ length: entry.times ?? 1 }, () => data)));
    }
    if (entry.mode !== undefined) await chmod(path, Number.parseInt(entry.mode, 8));
    if (entry.owner !== undefined) await chown(path, ...entry.owner);
    if (entry.mtime !== undefined) await utimes(path, entry.mtime, entry.mtime);
  }
}

async function describe(path: string, top: string): Promise<Record<string, unknown>> {
  const info = await lstat(path);
  if (info.isSymbolicLink()) return { link: normal(await readlink(path), top) };
  const entry = { mode: (info.mode & 0o7777).toString(8), owner: [info.uid, info.gid] };
  if (info.isDirectory()) return { ...entry, dir: true };
  if (!info.isFile()) return { ...entry, special: info.mode & 0o170000 };
  const data = await readFile(path);
  return { ...entry, latin1: data.length < 4000 ? normal(data.toString('latin1'), top) : data.length };
}

async function listing(top: string): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = normal(relative(top, path), top) as string;
    if (/^(cache($|\/(?!file_backup))|srv)/.test(name)) continue;
    const facts = await describe(path, top);
    // Several backups have one name once their times are made alike.
    found[name.includes('@BACKUP@') ? `${name} ${String(facts['latin1'])}` : name] = facts;
  }
  return found;
}

function place(value: Value, top: string): Value {
  const text = JSON.stringify(value).replaceAll('@TMP@', top);
  return JSON.parse(text, (_, item: unknown) => {
    const bytes = item !== null && typeof item === 'object' && 'bytes' in item ? item.bytes : undefined;
    return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : item;
  }) as Value;
}

async function answersOf(sample: Case, top: string): Promise<unknown[]> {
  const world = worldAt(top, { test: sample.test ?? false, opts: place(sample.opts ?? {}, top) as PlainMap });
  const answers: unknown[] = [];
  for (const [fun, args, kwargs] of sample.calls) {
    try {
      const answer = await runFile(fun.slice('file.'.length), place(args, top) as Value[], place(kwargs, top) as PlainMap, world);
      answers.push({ return: normal(answer, top) });
    } catch (error) {
      const [name, text] = errorWords(error);
      answers.push({ error: [name, normal(text, top)] });
    }
  }
  return answers;
}

process.umask(0o022);
/** The recordings give files to other users. */
const skip = process.getuid?.() === 0 ? false : 'only root can give files away';
for (const name of readdirSync(folder)) {
  const book = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { salt: string; cases: Case[] };
  for (const sample of book.cases) {
    test(`file, ${name.replace('.json', '')}: ${sample.title} (as Salt ${book.salt})`, { skip }, async () => {
      const top = await realpath(await mkdtemp(join(tmpdir(), 'tsalt-file-')));
      try {
        await prepare(top, sample.before);
        const answers = await answersOf(sample, top);
        for (const [at, answer] of answers.entries()) {
          assert.deepEqual(answer, sample.expect.answers[at], `call ${at}: ${JSON.stringify(sample.calls[at])}`);
        }
        assert.deepEqual(await listing(top), sample.expect.after);
      } finally {
        await rm(top, { recursive: true, force: true });
      }
    });
  }
}
