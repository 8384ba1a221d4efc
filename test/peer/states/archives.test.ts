/** States of archives, beside those of real Salt. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { saltFolder } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-states-archives-')));
after(() => rmSync(base, { recursive: true, force: true }));
const files = join(base, 'files');
mkdirSync(files);
const folder = saltFolder(base, { file_roots: { base: [files] } });
const isRoot = process.getuid?.() === 0;
const tree = join(base, 'tree');
mkdirSync(join(tree, 'top', "it's $(id)"), { recursive: true });
writeFileSync(join(tree, 'top', 'one'), 'one\n', { mode: 0o640 });
writeFileSync(join(tree, 'top', "it's $(id)", 'two'), 'two\n');
symlinkSync('one', join(tree, 'top', 'link'));
writeFileSync(join(tree, 'loose'), 'loose\n');
const pack = (...argv: [string, ...string[]]): void => void execFileSync(argv[0], argv.slice(1), { cwd: tree, stdio: 'pipe' });
pack('tar', '-czf', join(files, 'a b.tar.gz'), 'top');
pack('tar', '-cJf', join(files, 'x.txz'), 'top');
pack('tar', '-cf', join(files, 'bomb.tar'), 'top', 'loose');
const hasZip = spawnSync('zip', ['-v']).status === 0;
if (hasZip) {
  pack('zip', '-qry', join(files, 'z.zip'), 'top');
  pack('zip', '-qrP', 'secret', join(files, 'locked.zip'), 'top');
} else {
  execFileSync('python3', ['-c', 'import sys, shutil; shutil.make_archive(sys.argv[1], "zip", sys.argv[2], "top")', join(files, 'z'), tree]);
}
writeFileSync(join(files, 'broken.tar'), 'no archive');
const sum = createHash('sha256').update(readFileSync(join(files, 'a b.tar.gz'))).digest('hex');

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);
const out = join(base, 'out');
const prepare = (): void => {
  rmSync(out, { recursive: true, force: true });
  rmSync(join(base, 'var'), { recursive: true, force: true });
  mkdirSync(join(out, 'clash', 'top', 'one'), { recursive: true });
  mkdirSync(join(out, 'extra', 'top'), { recursive: true });
  writeFileSync(join(out, 'extra', 'top', 'more'), 'x');
};

test('archive: the same results', { skip: skipWithoutSalt }, async () => {
  const local = join(files, 'a b.tar.gz');
  const extract = (name: string, more: Record<string, unknown>): StateCall => ['archive.extracted', { name: join(out, name), ...more } as StateCall[1]];
  await compareStates(folder, thrice([
    extract('one', { source: local }), extract('two/deep', { source: 'salt://a b.tar.gz' }), extract('three', { source: 'salt://x.txz', trim_output: 2 }), extract('four', { source: join(files, 'bomb.tar') }),
    extract('four', { source: join(files, 'bomb.tar'), enforce_toplevel: false }), extract('five', { source: join(files, 'z.zip') }), extract('six', { source: local, options: 'z --strip-components=1' }),
    extract('clash', { source: local }), extract('clash', { source: local, clean: true }), extract('extra', { source: local, clean: true, overwrite: true }), extract('extra', { source: local, clean_parent: true, overwrite: true }),
    extract('one', { source: local, source_hash: `sha256=${sum}`, overwrite: true }), extract('seven', { source: local, source_hash: `sha256=${sum.replace(/^./, (c) => (c === '0' ? '1' : '0'))}` }),
    extract('eight', { source: 'salt://none.tar' }), extract('eight', { source: join(files, 'none.tar') }), extract('eight', { source: join(files, 'broken.tar') }), extract('eight', { source: local, archive_format: 'odd' }),
    extract('eight', { source: '/etc/passwd' }), extract('eight', { source: local, password: 'x' }), extract('eight', { source: local, if_missing: local }), extract('eight', { source: local, if_missing: 'relative' }),
    ['archive.extracted', { name: 'relative', source: local }], ['archive.extracted', { name: local, source: local }], extract('eight', { source: local, skip_verify: true, skip_files_list_verify: true }),
    extract('eight', { source: local, user: 'tsalt-none' }), extract('eight', { source: local, clean: true, clean_parent: true }), extract('eight', { source: local, enforce_ownership_on: '/etc' }),
    extract('nine', { source: 'salt://a b.tar.gz', source_hash: `sha256=${sum}`, source_hash_update: true, keep: false }), extract('ten', { source: local, keep: true, keep_source: true, options: '--bad-option' }),
    ...(isRoot ? [extract('owned', { source: local, user: 'daemon', group: 'bin' }), extract('owned', { source: local, user: 'daemon', enforce_ownership_on: join(out, 'owned', 'top', 'one') })] : []),
    ...(hasZip ? [extract('locked', { source: join(files, 'locked.zip') }), extract('locked', { source: join(files, 'locked.zip'), password: 'secret' })] : []),
  ]), {
    prepare,
    comparable: (answer) => JSON.parse(JSON.stringify(answer).replaceAll(/"pid":\d+/g, '"pid":0')) as unknown,
  });
});
