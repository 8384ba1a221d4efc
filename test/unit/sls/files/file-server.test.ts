import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { FileBackend } from '../../../../src/kernel/contract/file-backend.js';
import type { FileserverPlugin } from '../../../../src/kernel/contract/plugin.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { FileServer } from '../../../../src/sls/files/file-server.js';
import { FileUpdates } from '../../../../src/sls/files/file-updates.js';
import { listeningLog } from '../../../support/module-host.js';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'tsalt-server-'));
  await writeFile(join(root, 'one'), 'first');
  await writeFile(join(root, 'two'), 'second');
});
after(() => rm(root, { recursive: true }));

/** Serves one real file under some names, in one environment; notes what it was asked. */
function backend(file: string, names: readonly string[], env = 'base', more: Partial<FileBackend> = {}): FileBackend & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked, envs: () => [env],
    findFile: (path, saltenv) => {
      asked.push(`${saltenv}:${path}`);
      return saltenv === env && names.includes(path) ? { path: join(root, file), rel: path } : undefined;
    },
    fileList: (saltenv) => (saltenv === env ? names : []), dirList: () => [], ...more,
  };
}

const serverOf = (backends: Record<string, FileBackend>, opts: PlainMap = {}): FileServer => FileServer.over(backends, { opts: { file_buffer_size: 4, ...opts }, log: listeningLog() });

test('the first backend that has a file serves it; lists and environments of all are joined', async () => {
  const server = serverOf({ a: backend('one', ['x', 'y']), b: backend('two', ['y', 'z']), c: backend('two', ['w'], 'dev') });
  const read = async (path: string, env = 'base'): Promise<string | undefined> => {
    const found = await server.find(path, env);
    return found === undefined ? undefined : `${found.back}:${Buffer.from(await server.read(found, 0)).toString()}`;
  };
  assert.deepEqual([await read('y'), await read('z'), await read('w'), await read('w', 'dev')], ['a:firs', 'b:seco', undefined, 'c:seco']);
  assert.deepEqual(await server.list('files', 'base'), ['x', 'y', 'z']);
  assert.deepEqual(await server.list('files', 'base', '/y'), ['y']);
  assert.deepEqual(await server.list('emptyDirs', 'base'), []);
  assert.deepEqual(await server.envs(), ['base', 'dev']);
  assert.deepEqual(await server.symlinks('base'), {});
});

test('pieces and digests of a backend that does neither are made from the file it names', async () => {
  const server = serverOf({ a: backend('one', ['x']) }, { hash_type: 'md5' });
  const found = await server.find('x', 'base');
  assert.ok(found !== undefined);
  assert.equal(Buffer.from(await server.read(found, 4)).toString(), 't');
  assert.deepEqual(await server.hash(found), { hash_type: 'md5', hsum: '8b04d5e3775d298e78455efc5ca404d5' });
  assert.equal((await server.stat(found))[6], 5);
});

// Source: read, Salt 3008.3, `Fileserver.find_file`.
test('an address may name its environment; behind a bar everything is the name', async () => {
  const one = backend('one', ['x', 'x?saltenv=dev'], 'dev');
  const server = serverOf({ a: one });
  assert.ok(await server.find('x?saltenv=dev', 'base') !== undefined);
  assert.equal(await server.find('x?env=dev', 'base'), undefined);
  assert.ok(await server.find('|x?saltenv=dev', 'dev') !== undefined);
  assert.deepEqual(one.asked, ['dev:x', 'base:x', 'dev:x?saltenv=dev']);
  for (const path of ['', '?', '?saltenv=dev', 'a\0']) assert.equal(await server.find(path, 'dev'), undefined, path);
});

function loading(plugins: Record<string, unknown>, enabled: string[]) {
  const log = listeningLog();
  const server = new FileServer({
    opts: { fileserver_backend: enabled }, log, context: () => ({}) as Context,
    load: (name) => Promise.resolve(plugins[name] as FileserverPlugin | undefined),
  });
  return { server, log };
}

test('a backend that cannot be opened does not take the others with it, and a strict start refuses', async () => {
  const broken = { open: () => Promise.reject(new Error('wrong configuration')) };
  const { server, log } = loading({ roots: { open: () => backend('one', ['x']) }, gitfs: broken }, ['git', 'roots', 'missing']);
  assert.ok(await server.find('x', 'base') !== undefined);
  assert.deepEqual(log.lines.map(({ level, fields }) => [level, fields['backend']]), [['error', 'gitfs'], ['error', 'missing']]);
  await assert.rejects(server.verify(), { name: 'FileserverConfigError', message: /^Failed to load fileserver backends, the configured backends are: gitfs, roots, missing; not usable: gitfs, missing$/ });
  await assert.rejects(loading({}, []).server.verify(), { message: 'No fileserver backends are configured' });
});

test('a module of plain functions is its own backend', async () => {
  const { server } = loading({ notes: backend('two', ['motd']) }, ['notes']);
  assert.equal((await server.find('motd', 'base'))?.back, 'notes');
});

test('each backend is updated in its own time, with an event; one that fails is tried again and stops no other', async () => {
  const fired: string[] = [];
  const rounds = { quick: 0, broken: 0 };
  const log = listeningLog();
  const server = serverOf({
    quick: backend('one', [], 'base', { update: ({ remotes }) => ({ changed: (rounds.quick += 1) > 0, backend: 'quick', remotes: [...remotes] }), updateIntervals: () => [{ remote: 'r1', seconds: 3600 }, { remote: 'r2', seconds: 7200 }] }),
    broken: backend('one', [], 'base', { update: () => Promise.reject(new Error((rounds.broken += 1, 'no disk'))) }),
    still: backend('one', []),
  });
  const updates = new FileUpdates({ server, opts: { fileserver_events: true, broken_update_interval: 3600 }, log, fire: (tag, data) => fired.push(`${tag} ${JSON.stringify(data)}`) });
  updates.start();
  while (rounds.quick < 2 || rounds.broken < 1 || fired.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await updates[Symbol.asyncDispose]();
  assert.deepEqual(fired.sort(), [
    'salt/fileserver/quick/update {"changed":true,"backend":"quick","remotes":["r1"]}', 'salt/fileserver/quick/update {"changed":true,"backend":"quick","remotes":["r2"]}',
  ]);
  assert.deepEqual(log.lines.map(({ text }) => text), ['fileserver update failed']);
});
