/** The same state tree applied by `salt-call --local` and by `tsalt-call --local` gives equal returns. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { repository, saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { comparable } from './states/comparable.js';
import { CALLS, TREE } from './states/tree.data.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'peer-states-')));
after(() => rmSync(root, { recursive: true, force: true }));

const PROGRAMS = { real: [saltProgram('salt-call')], ours: [process.execPath, join(repository, 'bin', 'tsalt-call')] } as const;

/** Each has a configuration, a cache and a folder of its own. */
function prepare(name: keyof typeof PROGRAMS): string {
  const folder = join(root, name);
  for (const part of ['conf', 'out', 'srv']) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'conf', 'minion'), JSON.stringify({ id: 'web1', root_dir: folder, file_client: 'local', file_roots: { base: [join(folder, 'srv')] }, pillar_roots: { base: [] } }));
  for (const [path, text] of Object.entries(TREE)) {
    mkdirSync(dirname(join(folder, 'srv', path)), { recursive: true });
    writeFileSync(join(folder, 'srv', path), text.replaceAll('@OUT@', join(folder, 'out')));
  }
  return folder;
}

function call(name: keyof typeof PROGRAMS, words: readonly string[]): { code: number | null; value: unknown } {
  const folder = join(root, name);
  const [program, ...args] = PROGRAMS[name];
  const done = spawnSync(program, [...args, '-c', join(folder, 'conf'), '--local', '--out=json', ...words], {
    encoding: 'utf8', timeout: 120_000, env: { ...process.env, HOME: folder, LC_ALL: 'C.UTF-8' },
  });
  assert.equal(done.error, undefined);
  const value: unknown = done.stdout.trim() === '' ? done.stderr.split('\n').filter((line) => line.trim() !== '').at(-1) : JSON.parse(done.stdout);
  return { code: done.status, value: comparable(value, [folder]) };
}

if (skipWithoutSalt === false) for (const name of ['real', 'ours'] as const) prepare(name);

for (const words of CALLS) {
  test(`tsalt-call answers as salt-call: ${words.join(' ')}`, { skip: skipWithoutSalt }, () => {
    assert.deepEqual(call('ours', words), call('real', words));
  });
}
