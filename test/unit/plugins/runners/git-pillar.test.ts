import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import gitPillar from '../../../../src/plugins/runners/git_pillar.js';
import { GitRepository } from '../../../support/git-repository.js';
import { benchOf } from '../bench.js';

test('git_pillar.update fetches the remotes of the external pillar git, and tells what was new', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tsalt-git-pillar-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const repository = await GitRepository.create(join(folder, 'repo'));
  await repository.commit({ 'top.sls': '{}\n' });
  const url = `file://${repository.folder}`;
  const gone = `file://${folder}/gone`;
  let forgotten = 0;
  const opts = { cachedir: join(folder, 'cache'), ext_pillar: [{ cmd_yaml: 'true' }, { git: [{ [`master ${url}`]: [{ name: 'mine' }] }] }, { git: [`dev ${gone}`] }] };
  const { call, logged } = benchOf(gitPillar, { opts, ports: { pillar: { forget: () => Promise.resolve(void forgotten++) } } });
  const [ours, other] = [`master ${url}`, `dev ${gone}`];
  assert.deepEqual(await call('update'), { [ours]: true, [other]: false });
  assert.deepEqual(logged, ['error git pillar: the remote cannot be fetched']);
  assert.equal(forgotten, 1);
  assert.deepEqual(await call('update', [], { repo: 'mine' }), { [ours]: null });
  assert.equal(forgotten, 1);
  await repository.commit({ 'new.sls': '{}\n' });
  assert.deepEqual(await call('update', ['master', url]), { [ours]: true });
  for (const [branch, repo] of [['master', gone], ['none', null], [null, 'none']] as const) {
    await assert.rejects(call('update', [branch, repo]), { className: 'salt.exceptions.SaltRunnerError', message: 'Specified git branch/repo not found in ext_pillar config' });
  }
});

test('git_pillar.update without remotes', async () => {
  for (const opts of [{}, { ext_pillar: [{ cmd_yaml: 'true' }] }]) {
    await assert.rejects(benchOf(gitPillar, { opts }).call('update'), { className: 'salt.exceptions.SaltRunnerError', message: 'No git_pillar remotes are configured' });
  }
});
