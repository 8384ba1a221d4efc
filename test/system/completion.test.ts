/** Completion as shells do it: the real bash, zsh and fish with our scripts, on a key store and a configuration. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { repository } from '../support/fleet/salt-venv.js';

const scripts = join(repository, 'conf/completion');
let dir: string;

before(() => {
  dir = mkdtempSync(join(tmpdir(), 'complete-'));
  for (const folder of ['conf', 'pki/minions', 'pki/minions_pre']) mkdirSync(join(dir, folder), { recursive: true });
  for (const name of ['minions/web1', 'minions/web2', 'minions/db1', 'minions_pre/new1']) writeFileSync(join(dir, 'pki', name), '');
  writeFileSync(join(dir, 'conf/master'), `root_dir: ${dir}\npki_dir: ${dir}/pki\nnodegroups: {lab: "web*"}\n`);
});
after(() => rmSync(dir, { recursive: true, force: true }));

function run(argv: readonly string[], input?: string): string {
  const [program = '', ...words] = argv;
  const env = { ...process.env, PATH: `${join(repository, 'bin')}:${process.env['PATH'] ?? ''}`, SALT_CONFIG_DIR: join(dir, 'conf'), HOME: dir };
  const { stdout, stderr, error } = spawnSync(program, words, { env, encoding: 'utf8', timeout: 60_000, ...(input === undefined ? {} : { input }) });
  assert.equal(error, undefined, String(error));
  assert.equal(stderr, '');
  return stdout;
}
const missing = (shell: string): string | false => (spawnSync(shell, ['-c', 'true']).status === 0 ? false : `${shell} is not installed`);

/** Line, and what may come next. */
const LINES: readonly (readonly [string, readonly string[]])[] = [
  ['tsalt web', ['web1', 'web2']],
  ['tsalt -N ', ['lab']],
  ['tsalt -L web1,w', ['web1,web2']],
  ['tsalt --state-output te', ['terse', 'terse_id']],
  ['tsalt web1 test.pin', ['test.ping']],
  ['tsalt web1 test.sleep ', ['length=']],
  ['tsalt --out js', ['json']],
  ['tsalt --stat', ['--state-output', '--state-verbose', '--state_output', '--state_verbose', '--static']],
  ['tsalt-run jobs.list_jobs_f', ['jobs.list_jobs_filter']],
  ['tsalt-call test.pin', ['test.ping']],
  ['tsalt-key -a ', ['new1']],
  ['tsalt-key -l re', ['rej', 'rejected']],
];

for (const [line, wanted] of LINES) {
  test(`bash: ${line}`, () => {
    const typed = line.endsWith(' ') ? '' : line.split(' ').at(-1);
    const said = run(['bash', '-c', [
      `source '${scripts}/tsalt.bash'`, `COMP_LINE='${line}'`, 'COMP_POINT=${#COMP_LINE}', `_tsalt "\${COMP_LINE%% *}" '${typed}' ''`, 'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('; ')]);
    assert.deepEqual(said.trim().split('\n').filter((word) => wanted.includes(word)), wanted);
    if (!line.includes('--stat')) assert.deepEqual(said.trim().split('\n'), wanted);
  });

  test(`fish: ${line}`, { skip: missing('fish') }, () => {
    const said = run(['fish', '-c', `source ${scripts}/tsalt.fish; complete -C '${line}'`]);
    assert.deepEqual(said.trim().split('\n').map((word) => word.split('\t')[0]).filter((word) => wanted.includes(word ?? '')), wanted);
  });
}

test('zsh puts in what is left of a name', { skip: missing('zsh') }, () => {
  const said = run(['zsh', '-f', '-c', [
    'zmodload zsh/zpty', 'zpty z zsh -f -i', `zpty -w z "fpath=(${scripts} \\$fpath); autoload -Uz compinit; compinit -D -u; PS1=prompt'>'"`,
    'zpty -r -m z seen "*prompt>*"', "zpty -w -n z $'tsalt-run jobs.list_jobs_f\\t'", 'zpty -r -m z seen "*jobs_filter*"', 'print -r -- $seen', 'zpty -d z',
  ].join('\n')]);
  assert.match(said, /jobs\.list_jobs_filter/);
});

test('a program that is not ours, a line that makes no sense, a broken configuration: no word and no error', () => {
  const complete = (...words: string[]): string => run([process.execPath, join(repository, 'bin/tsalt-complete'), ...words]);
  assert.equal(complete('rm', '-r', ''), '');
  assert.equal(complete(), '');
  assert.equal(complete('tsalt', '--no-such', 'web1', 'no.such', ''), '');
  assert.equal(complete('tsalt', '-c', '/none', 'we'), '');
});
