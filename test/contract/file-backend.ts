/** What every backend of the file server must hold, over one and the same tree. Called once for each backend. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { FileBackend, ServedFile } from '../../src/kernel/contract/file-backend.js';
import { ServedFiles } from '../../src/kernel/sys/tree/served-files.js';
import { compareText } from '../../src/kernel/std/python-order.js';

/** The tree that a backend shows in its environment, below its prefix. */
export const TREE: Readonly<Record<string, string>> = {
  'a b/ünï.txt': 'name\n', 'empty': '', 'web/files/deep.conf': 'deep\n', 'web/init.sls': 'web: {}\n', 'zwölf': '12\n',
};

export interface OfferedBackend {
  readonly backend: FileBackend;
  readonly saltenv: string;
  /** Before each path, with its slash; empty text for none. */
  readonly prefix: string;
  close(): Promise<void>;
}

const HOSTILE = [
  '', '.', '..', '../x', 'web/../../x', 'web/..', '/etc/passwd', 'web/init.sls\0', '\0', 'web/init.sls/', 'web', 'web/', 'missing', 'x'.repeat(300), `${'d/'.repeat(2100)}x`,
  '%2e%2e/x', '..%2f', '-x', '--upload-pack=x', 'web/init.sls/more', '\ud800', '.git/config', 'HEAD',
];

export function fileBackendContract(name: string, open: () => Promise<OfferedBackend>): void {
  let offered: OfferedBackend;
  before(async () => {
    offered = await open();
  });
  after(() => offered.close());
  const find = (path: string) => offered.backend.findFile(offered.prefix + path, offered.saltenv);

  // What a backend does not do itself its host does.
  const usual = new ServedFiles({ hashType: 'sha256', bufferBytes: 1_048_576 });
  const read = async (found: ServedFile, loc: number): Promise<Buffer> => Buffer.from(await (offered.backend.serveFile?.(found, loc) ?? usual.read(found, loc)));

  test(`${name} names its environment`, async () => {
    assert.ok((await offered.backend.envs()).includes(offered.saltenv));
  });

  test(`${name} finds each file, reads it from any place and knows its hash and mode`, async () => {
    for (const [path, text] of Object.entries(TREE)) {
      const found = await find(path);
      assert.ok(found !== undefined, path);
      assert.equal((await read(found, 0)).toString(), text);
      assert.equal((await read(found, 2)).toString(), Buffer.from(text).subarray(2).toString());
      assert.equal((await read(found, 1_000_000)).length, 0);
      assert.deepEqual({ ...await (offered.backend.fileHash?.(found) ?? usual.hash(found)) }, { hash_type: 'sha256', hsum: createHash('sha256').update(text).digest('hex') });
      assert.equal(await readFile(found.path, 'utf8'), text);
      if (found.stat !== undefined) assert.equal((found.stat[0] ?? 0) & 0o170000, 0o100000);
    }
  });

  test(`${name} finds nothing for names that lead out, are no files or are hostile`, async () => {
    for (const path of HOSTILE) assert.equal(await find(path), undefined, JSON.stringify(path.slice(0, 40)));
    for (const env of ['', '..', '../base', '/', 'none', '\0', '__proto__', 'constructor', '--all', 'HEAD', 'refs/heads/master']) {
      assert.equal(await offered.backend.findFile(`${offered.prefix}web/init.sls`, env), undefined, env);
      assert.deepEqual([...await offered.backend.fileList(env)], [], env);
      assert.deepEqual([...await offered.backend.dirList(env)], [], env);
    }
  });

  test(`${name} lists files and folders once, sorted`, async () => {
    const files = Object.keys(TREE).map((path) => offered.prefix + path).sort(compareText);
    assert.deepEqual([...await offered.backend.fileList(offered.saltenv)], files);
    const dirs = [...await offered.backend.dirList(offered.saltenv)];
    assert.deepEqual(dirs, [...dirs].sort(compareText));
    for (const dir of ['a b', 'web', 'web/files']) assert.ok(dirs.includes(offered.prefix + dir), dir);
    assert.deepEqual([...await offered.backend.fileListEmptydirs?.(offered.saltenv) ?? []], []);
    assert.deepEqual({ ...await offered.backend.symlinkList?.(offered.saltenv) }, {});
  });

  test(`${name} gives lists that callers cannot harm each other by`, async () => {
    const one = await offered.backend.fileList(offered.saltenv);
    const other = await offered.backend.fileList(offered.saltenv);
    assert.deepEqual(one, other);
  });

  test(`${name} is updated without change and goes on serving`, async () => {
    const facts = await offered.backend.update?.({ remotes: [], signal: AbortSignal.timeout(30_000) });
    if (facts !== undefined) assert.equal(typeof facts.changed, 'boolean');
    assert.ok(await find('web/init.sls') !== undefined);
  });
}
