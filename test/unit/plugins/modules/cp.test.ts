import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PythonError } from '../../../../src/kernel/contract/errors.js';
import type { FilePort } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import cp from '../../../../src/plugins/modules/cp.js';
import { benchOf, type Bench } from '../bench.js';

const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  base: { 'hello.txt': 'hello file\n', 'st/init.sls': '{}', 'sub/a.txt': 'a', 'sub/b.sh': 'b', 'subway.txt': 'w', 'web.sls': '{}' },
  dev: { 'dev.txt': 'dev' },
};

interface CpBench extends Bench {
  readonly root: string;
  readonly cachedir: string;
  readonly pushed: [string, readonly string[]][];
}

/** A minion in a temporary folder and a file server that offers FILES. */
async function minion(t: TestContext, opts: PlainMap = {}): Promise<CpBench> {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-cp-'));
  t.after(() => rm(root, { recursive: true }));
  const cachedir = join(root, 'cache');
  const pushed: [string, readonly string[]][] = [];
  const content = (path: string, env: string): string | undefined => FILES[env]?.[path];
  const put = async (path: string, env: string, dest: string): Promise<string | undefined> => {
    const text = content(path, env);
    if (text === undefined) return undefined;
    await mkdir(dirname(dest), { recursive: true });
    await writeFile(dest, text);
    return dest;
  };
  const cachePath = (path: string, env: string): string => join(cachedir, 'files', env, path);
  const files: FilePort = {
    cacheFile: (path, env) => put(path, env, cachePath(path, env)),
    fetchFile: (path, env, dest) => put(path, env, dest),
    hashFile: async (path, env) => (content(path, env) === undefined ? undefined : { hash_type: 'sha256', hsum: `hash of ${path}` }),
    hashAndStat: async (path, env) => (content(path, env) === undefined ? ['', null] : [{}, [33188, 1, 2]]),
    fileList: async (env, prefix) => Object.keys(FILES[env] ?? {}).filter((path) => path.startsWith(prefix)),
    fileListEmptyDirs: async (env, prefix) => (env === 'base' ? ['sub/empty'].filter((path) => path.startsWith(prefix)) : []),
    dirList: async () => ['st', 'sub'],
    symlinkList: async () => ({ 'link.txt': 'hello.txt' }),
    envs: async () => Object.keys(FILES),
    masterOpts: async () => ({}),
    cachePath,
    push: async (path, parts) => { pushed.push([path, parts]); return !path.endsWith('refused'); },
  };
  const bench = benchOf(cp, {
    opts: { cachedir, saltenv: null, ...opts },
    grains: { id: 'web1' },
    ports: {
      files,
      render: {
        engines: () => ['jinja'],
        template: async (text, _engine, { variables }) => {
          if (text.includes('{{bad')) throw new PythonError('salt.exceptions.SaltRenderError', 'Jinja syntax error');
          return text.replace('{{id}}', 'web1').replace('{{v}}', String(variables['v']));
        },
        pipe: () => Promise.reject(new Error('cp renders no data')),
      },
    },
  });
  return { ...bench, root, cachedir, pushed };
}

test('cp.get_file copies to a path, into a folder, or to the cache', async (t) => {
  const { call, root, cachedir } = await minion(t);
  assert.equal(await call('get_file', ['salt://hello.txt', join(root, 'got')]), join(root, 'got'));
  assert.equal(await readFile(join(root, 'got'), 'utf8'), 'hello file\n');
  assert.equal(await call('get_file', ['salt://hello.txt', `${root}/`]), join(root, 'hello.txt'));
  assert.equal(await call('get_file', ['salt://hello.txt', '']), join(cachedir, 'files/base/hello.txt'));
  assert.equal(await call('get_file', ['salt://dev.txt?saltenv=dev', join(root, 'dev')]), join(root, 'dev'));
});

test('cp.get_file answers what is missing: file, folder, kind of address', async (t) => {
  const { call, root } = await minion(t);
  assert.equal(await call('get_file', ['salt://none', join(root, 'x')]), '');
  assert.equal(await call('get_file', ['salt://hello.txt', join(root, 'no/x')]), false);
  assert.equal(await call('get_file', ['salt://hello.txt', join(root, 'no/x')], { makedirs: true }), join(root, 'no/x'));
  await assert.rejects(call('get_file', ['hello.txt', join(root, 'x')]), { className: 'salt.exceptions.MinionError', message: 'Unsupported path: hello.txt' });
});

test('cp.get_file renders its paths on demand', async (t) => {
  const { call, root } = await minion(t);
  assert.equal(await call('get_file', ['salt://hello.txt', join(root, '{{id}}')], { template: 'jinja' }), join(root, 'web1'));
  await assert.rejects(call('get_file', ['salt://hello.txt', 'x'], { template: 'nope' }), { message: 'Attempted to render file paths with unavailable engine nope' });
});

test('cp.get_template writes the rendered text', async (t) => {
  const { call, root } = await minion(t);
  await writeFile(join(root, 't.j2'), 'is {{v}}');
  assert.equal(await call('get_template', [join(root, 't.j2'), join(root, 'out')], { v: 'hey' }), join(root, 'out'));
  assert.equal(await readFile(join(root, 'out'), 'utf8'), 'is hey');
  assert.equal(await call('get_template', ['salt://none', join(root, 'out')]), '');
  assert.equal(await call('get_template', [join(root, 't.j2'), join(root, 'no/out')]), '');
  assert.equal(await call('get_template', [join(root, 't.j2'), join(root, 'out')], { template: 'nope' }), '');
  await writeFile(join(root, 'bad.j2'), '{{bad');
  await assert.rejects(call('get_template', [join(root, 'bad.j2'), join(root, 'out')]), /Jinja syntax error/);
});

test('cp.get_file_str gives text, False for a missing file', async (t) => {
  const { call, root } = await minion(t);
  assert.equal(await call('get_file_str', ['salt://hello.txt']), 'hello file\n');
  assert.equal(await call('get_file_str', ['salt://none']), false);
  await writeFile(join(root, 'local'), 'here');
  assert.equal(await call('get_file_str', [join(root, 'local')]), 'here');
});

test('cp.get_url takes master, local and plain paths', async (t) => {
  const { call, root, cachedir } = await minion(t);
  await writeFile(join(root, 'local'), 'here');
  assert.equal(await call('get_url', ['salt://hello.txt']), join(cachedir, 'files/base/hello.txt'));
  assert.equal(await call('get_url', ['salt://hello.txt', null]), 'hello file\n');
  assert.equal(await call('get_url', ['salt://none', null]), false);
  assert.equal(await call('get_url', [`file://${root}/local`, null]), 'here');
  assert.equal(await call('get_url', ['file:///no/such']), '/no/such');
  await assert.rejects(call('get_url', ['rel/path']), { message: "Path 'rel/path' is not absolute" });
  await assert.rejects(call('get_url', ['file:///no/such', null]), { className: 'FileNotFoundError', message: "[Errno 2] No such file or directory: '/no/such'" });
});

test('cp refuses foreign schemes without telling passwords', async (t) => {
  const { call } = await minion(t);
  await assert.rejects(call('get_url', ['ftp://kim:secret@192.0.2.1/x']), (error: Error) => error.message.startsWith('Could not retrieve ftp://<redacted>@192'));
  await assert.rejects(call('get_url', ['s3://bucket/x']), /^PythonError: Could not fetch from s3:\/\/bucket\/x/);
  await assert.rejects(call('get_url', ['foo://h/x']), { className: 'ValueError', message: 'Unsupported url scheme: foo://h/x' });
});

async function webServer(t: TestContext): Promise<{ url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers['if-none-match'] ?? request.headers.authorization ?? ''}`.trim());
    if (request.url === '/moved') response.writeHead(302, { location: '/a.txt' }).end();
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/a.txt' && request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
    else if (request.url?.startsWith('/a.txt')) response.writeHead(200, { etag: '"1"' }).end('hello web\n');
    else response.writeHead(404, 'File not found').end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

test('cp.get_url and cp.cache_file fetch from the web', async (t) => {
  const { call, root, cachedir } = await minion(t);
  const { url, seen } = await webServer(t);
  const copy = join(cachedir, 'extrn_files/base', url.slice(7).replace(':', ''), 'a.txt');
  assert.equal(await call('get_url', [`${url}/a.txt`]), copy);
  assert.equal(await readFile(copy, 'utf8'), 'hello web\n');
  assert.equal(await call('get_url', [`${url}/a.txt`, null]), 'hello web\n');
  assert.equal(await call('get_url', [`${url}/moved`, join(root, 'moved')]), join(root, 'moved'));
  assert.equal(await call('get_url', [`${url}/a.txt`, join(root, 'no/x')]), '');
  assert.equal(await call('get_url', [`${url}/a.txt`, `${root}/new/`], { makedirs: true }), join(root, 'new/a.txt'));
  seen.length = 0;
  assert.equal(await call('cache_file', [`${url}/a.txt`]), copy);
  assert.equal(await call('cache_file', [`${url}/a.txt`]), copy);
  assert.deepEqual(seen, ['/a.txt']);
});

test('cp.get_url says what went wrong in the web', async (t) => {
  const { call, root } = await minion(t);
  const { url } = await webServer(t);
  await assert.rejects(call('get_url', [`${url}/nope`, join(root, 'x')]), { className: 'salt.exceptions.MinionError', message: 'Error: HTTP 404: File not found reading /nope' });
  await assert.rejects(call('get_url', [`${url}/loop`, null]), { message: 'Error: Maximum (5) redirects followed reading /loop' });
  await assert.rejects(call('get_url', ['http://127.0.0.1:1/x', null]), { message: 'Error: [Errno 111] Connection refused reading /x' });
});

test('cp.cache_file asks with the tag of its copy, and skips what has the right digest', async (t) => {
  const { call, ctx, cachedir } = await minion(t);
  const { url, seen } = await webServer(t);
  for (let time = 0; time < 2; time++) {
    ctx.memory.clear();
    await call('cache_file', [`${url}/a.txt`], { use_etag: true });
  }
  ctx.memory.clear();
  const sha1 = 'sha1=38a7a5ea7a95bb85de8b8f2c3c2f2b8d2e9a0000';
  await call('cache_file', [`${url}/a.txt`], { source_hash: sha1 });
  assert.deepEqual(seen, ['/a.txt', '/a.txt "1"', '/a.txt']);
  const copy = join(cachedir, 'extrn_files/base', url.slice(7).replace(':', ''), 'a.txt');
  const { createHash } = await import('node:crypto');
  ctx.memory.clear();
  await call('cache_file', [`${url}/a.txt`], { source_hash: createHash('md5').update(await readFile(copy)).digest('hex') });
  assert.equal(seen.length, 3);
});

test('cp.cache_files, cache_dir and cache_master give paths', async (t) => {
  const { call, cachedir } = await minion(t);
  const at = (path: string): string => join(cachedir, 'files/base', path);
  assert.deepEqual(await call('cache_files', ['salt://sub/a.txt,salt://none']), [at('sub/a.txt'), false]);
  assert.deepEqual(await call('cache_dir', ['salt://sub']), [at('sub/a.txt'), at('sub/b.sh')]);
  assert.deepEqual(await call('cache_dir', ['salt://sub/'], { include_empty: true, exclude_pat: ['*.sh'] }), [at('sub/a.txt'), at('sub/empty')]);
  assert.deepEqual(await call('cache_dir', ['salt://sub'], { include_pat: 'E@\\.sh$' }), [at('sub/b.sh')]);
  await assert.rejects(call('cache_dir', ['sub']), { message: 'Unsupported path: sub' });
  assert.equal((await call('cache_master') as string[]).length, 6);
  assert.equal((await call('list_minion') as string[]).length, 6);
});

test('cp.get_dir copies a folder under its own name', async (t) => {
  const { call, root } = await minion(t);
  const wanted = ['sub/a.txt', 'sub/b.sh', 'sub/empty'].map((path) => join(root, 'to', path));
  assert.deepEqual(await call('get_dir', ['salt://sub/', join(root, 'to')]), wanted);
  assert.ok((await stat(join(root, 'to/sub/empty'))).isDirectory());
  assert.deepEqual(await call('get_dir', ['salt://none', join(root, 'to')]), []);
});

test('cp.cache_dest and is_cached know where copies lie', async (t) => {
  const { call, cachedir } = await minion(t);
  const at = (path: string): string => join(cachedir, path);
  assert.equal(await call('cache_dest', ['salt://sub/a.txt?saltenv=dev']), at('files/dev/sub/a.txt'));
  assert.equal(await call('cache_dest', ['http://user:pw@example.com:8080/a/b?x=1']), at('extrn_files/base/example.com8080/a/b-x=1'));
  assert.equal(await call('cache_dest', ['/x/y']), '/x/y');
  assert.equal(await call('cache_dest', ['ftp://h/../../x']), 'Invalid path');
  assert.equal(await call('is_cached', ['salt://sub/a.txt']), '');
  await call('cache_file', ['salt://sub/a.txt']);
  assert.equal(await call('is_cached', ['salt://sub/a.txt']), at('files/base/sub/a.txt'));
  assert.equal(await call('is_cached', ['sub/a.txt']), at('files/base/sub/a.txt'));
  assert.equal(await call('is_cached', ['salt://|sub/a.txt']), `|${at('files/base/sub/a.txt')}`);
  assert.equal(await call('is_cached', ['../../etc/passwd']), '');
});

test('cp.cache_local_file keeps a copy, and keeps it while it is the same', async (t) => {
  const { call, root, cachedir } = await minion(t);
  const source = join(root, 'file');
  await writeFile(source, 'one');
  const copy = join(cachedir, 'localfiles', source);
  assert.equal(await call('cache_local_file', [source]), copy);
  assert.equal(await call('cache_local_file', [source]), copy);
  await writeFile(source, 'two');
  assert.equal(await call('cache_local_file', [source]), copy);
  assert.equal(await readFile(copy, 'utf8'), 'two');
  assert.equal(await call('cache_local_file', ['/no/such']), '');
});

test('cp.hash_file and stat_file tell of master and local files', async (t) => {
  const { call, root } = await minion(t);
  const local = join(root, 'file');
  await writeFile(local, 'x', { mode: 0o600 });
  assert.deepEqual(await call('hash_file', ['salt://hello.txt']), { hash_type: 'sha256', hsum: 'hash of hello.txt' });
  assert.equal(await call('hash_file', ['salt://none']), '');
  assert.deepEqual(await call('hash_file', [local]), { hsum: '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', hash_type: 'sha256' });
  assert.deepEqual(await call('hash_file', ['/no/such']), [{}, null]);
  assert.equal(await call('stat_file', ['salt://hello.txt']), '0644');
  assert.equal(await call('stat_file', ['salt://hello.txt'], { octal: false }), 33188);
  assert.equal(await call('stat_file', ['salt://none']), null);
  assert.equal(await call('stat_file', [local]), '0600');
});

test('cp.list_* pass on what the master offers', async (t) => {
  const { call } = await minion(t, { saltenv: 'dev' });
  assert.deepEqual(await call('list_master'), ['dev.txt']);
  assert.deepEqual(await call('list_master', ['base', 'sub']), ['sub/a.txt', 'sub/b.sh', 'subway.txt']);
  assert.deepEqual(await call('list_states', ['base']), ['st', 'web']);
  assert.deepEqual(await call('list_master_dirs'), ['st', 'sub']);
  assert.deepEqual(await call('list_master_symlinks'), { 'link.txt': 'hello.txt' });
  assert.deepEqual(await call('envs'), ['base', 'dev']);
});

test('cp.push sends real files under a path the master can place', async (t) => {
  const { call, root, pushed } = await minion(t);
  const file = join(root, 'file');
  await writeFile(file, 'x');
  await symlink(file, join(root, 'link'));
  assert.equal(await call('push', [join(root, 'link')]), true);
  assert.equal(await call('push', [join(root, 'link')], { keep_symlinks: true, upload_path: '/up/./name' }), true);
  assert.deepEqual(pushed, [[file, file.split('/').slice(1)], [join(root, 'link'), ['up', 'name']]]);
  for (const bad of ['file', '/no/such', root, `${root}/../x`]) assert.equal(await call('push', [bad]), false);
  assert.equal(await call('push', [file], { upload_path: '../x' }), false);
  await copyFile(file, join(root, 'refused'));
  assert.equal(await call('push', [join(root, 'refused')]), false);
  assert.equal(await call('push', [file], { remove_source: true }), true);
  await assert.rejects(stat(file));
});

test('cp.push_dir sends what fits', async (t) => {
  const { call, root, pushed } = await minion(t);
  await mkdir(join(root, 'd/x'), { recursive: true });
  for (const file of ['d/2.log', 'd/x/1.txt']) await writeFile(join(root, file), '');
  assert.equal(await call('push_dir', [join(root, 'd')], { upload_path: '/up/' }), true);
  assert.equal(await call('push_dir', [join(root, 'd')], { glob: '*.log' }), true);
  assert.deepEqual(pushed.map(([, parts]) => parts.join('/')), ['up/2.log', 'up/x/1.txt', join(root, 'd/2.log').slice(1)]);
  assert.equal(await call('push_dir', [join(root, 'd')], { glob: 'none' }), false);
  assert.equal(await call('push_dir', ['rel']), false);
});

test('cp.recv writes whole files', async (t) => {
  const { call, root } = await minion(t);
  assert.deepEqual(await call('recv', [{ '/a/x.txt': 'hi' }, `${root}/`]), { [join(root, 'x.txt')]: true });
  assert.deepEqual(await call('recv', [{ '/a/x.txt': 'hi', '/b/y.txt': 'yo' }, join(root, 'one')]), { [join(root, 'one')]: true });
  assert.equal(await readFile(join(root, 'one'), 'utf8'), 'yo');
  assert.equal(await call('recv', [{ '/a/x.txt': 'hi' }, '/no/such/z']), 'Destination unavailable');
  assert.deepEqual(await call('recv', [{ '/a/z': 'hi' }, '/no/such/z']), { '/no/such/z': false });
});

test('cp.recv_chunked writes pieces and makes folders', async (t) => {
  const { call, root, retcode } = await minion(t);
  const piece = (text: string): string => gzipSync(text).toString('base64');
  const file = join(root, 'new/deep/file');
  assert.equal(await call('recv_chunked', [file, piece('one ')], { mode: 0o640 }), true);
  assert.equal(await call('recv_chunked', [file, piece('two ')], { append: true }), true);
  assert.equal(await call('recv_chunked', [file, Buffer.from('three').toString('base64'), true, false]), true);
  assert.equal(await readFile(file, 'utf8'), 'one two three');
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  assert.equal(await call('recv_chunked', [join(root, 'folder'), null]), true);
  assert.equal(await call('recv_chunked', [file, null]), 'Path exists and is a file');
  assert.equal(retcode(), 0);
  assert.equal(await call('recv_chunked', [root, piece('x')]), `[Errno 21] Is a directory: '${root}'`);
  assert.equal(retcode(), 1);
  assert.equal(await call('recv_chunked', [join(file, 'x'), null]), `[Errno 20] Not a directory: '${join(file, 'x')}'`);
});
