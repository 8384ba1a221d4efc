/** People who are not root: our command line and that of real Salt, with logins and tokens, on our master. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { runCommand } from '../support/fleet/program.js';
import { repository, saltProgram, skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const PASSWORD = 'correct-horse';
const site = new Site();
let master: MasterHost;

const as = (user: string, password = PASSWORD): string[] => ['-a', 'file', `--username=${user}`, `--password=${password}`];

async function run(program: string, words: readonly string[]): Promise<{ stdout: string; code: number }> {
  const env = { HOME: site.dir, LC_ALL: 'C.UTF-8' };
  // Real Salt writes what it sends into its log, which would be that of the master.
  const argv = program.startsWith('tsalt') ? [process.execPath, join(repository, 'bin', program)] : [saltProgram(program), `--log-file=${join(site.dir, 'salt.log')}`];
  const { stdout, code } = await runCommand([...argv, '-c', master.configDir, ...words], { env });
  return { stdout, code };
}

site.setUp('our master with two minions', async () => {
  const users = site.write('users', `ann:${PASSWORD}\nbob:${PASSWORD}\n`, 0o600);
  master = await MasterHost.prepare(site, 'tsalt', 'master', {
    external_auth: { file: { '^filename': users, ann: ['.*', '@runner', '@wheel'], bob: [{ 'web*': ['test.*'] }, '@jobs'] } },
    token_expire_user_override: true, log_level_logfile: 'trace',
  });
  await master.start();
  const bus = await master.hear();
  await enrol(master, bus, [new MinionHost(site, 'tsalt', 'web1', master), new MinionHost(site, 'tsalt', 'db1', master)]);
});

for (const [title, tool, skip] of [['tsalt', 'tsalt', false], ['real salt', 'salt', skipWithoutSalt]] as const) {
  site.test(`${title} with a login`, async () => {
    assert.equal((await run(tool, [...as('bob'), 'web1', 'test.ping'])).stdout, 'web1:\n    True\n');
    assert.equal((await run(tool, [...as('bob'), '*', 'test.ping'])).stdout, 'Authorization error occurred.\n');
    assert.equal((await run(tool, [...as('bob'), 'web1', 'cmd.run', 'id'])).stdout, 'Authorization error occurred.\n');
    assert.equal((await run(tool, [...as('bob'), 'web1', 'test.ping,cmd.run', ',', 'id'])).stdout, 'Authorization error occurred.\n');
    assert.equal((await run(tool, [...as('bob', 'wrong'), 'web1', 'test.ping'])).stdout, 'Authentication error occurred.\n');
  }, { skip });
}

site.test('runners', async () => {
  assert.match((await run('tsalt-run', [...as('bob'), 'jobs.list_jobs', '--out=json'])).stdout, /test\.ping/);
  assert.equal((await run('tsalt-run', [...as('bob'), 'test.arg', '1'])).stdout, 'Authentication failure of type "eauth" occurred for user bob.\n');
  assert.equal((await run('tsalt-run', [...as('ann'), 'test.arg', '1'])).stdout, 'args:\n    - 1\nkwargs:\n    ----------\n');
});

site.test('a token is kept for the user, serves, is listed and revoked', async () => {
  const file = join(site.dir, '.config', 'salt', 'salt_token');
  const other = join(site.dir, 'salt_token');
  assert.equal((await run('tsalt', ['-T', ...as('bob'), 'web1', 'test.ping'])).stdout, 'web1:\n    True\n');
  const path = existsSync(file) ? file : other;
  const token = readFileSync(path, 'utf8');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const asBob = ['-a', 'file'];
  assert.equal((await run('tsalt', [...asBob, 'web1', 'test.ping'])).stdout, 'web1:\n    True\n');
  assert.equal((await run('tsalt', [...asBob, 'db1', 'test.ping'])).stdout, 'Authorization error occurred.\n');
  const listed = JSON.parse((await run('tsalt-run', ['auth.list_tokens', '--out=json'])).stdout) as Record<string, { name: string }>;
  assert.deepEqual(Object.values(listed).map(({ name }) => name), ['bob']);
  assert.equal(Object.keys(listed).includes(token), false);
  assert.match((await run('tsalt-run', ['auth.del_token', token])).stdout, /True/);
  assert.equal((await run('tsalt', [...asBob, 'web1', 'test.ping'])).stdout, 'Authentication error occurred.\n');
});

site.test('the runner makes tokens, and no event, log or file of the master tells passwords and tokens', async () => {
  await using bus = await master.hear();
  const made = JSON.parse((await run('tsalt-run', ['auth.mk_token', 'eauth=file', 'username=bob', `password=${PASSWORD}`, 'token_expire=60', '--out=json'])).stdout) as { token: string; start: number; expire: number };
  assert.match(made.token, /^[0-9a-f]{64}$/);
  assert.equal(Math.round(made.expire - made.start), 60);
  const { data } = await bus.heard('salt/run/*/ret');
  assert.equal(JSON.stringify(data).includes(made.token), false);
  assert.equal(JSON.stringify(data).includes(PASSWORD), false);
  for (const folder of ['log', 'cache/tokens']) {
    for (const name of readdirSync(join(master.dir, folder))) {
      const text = `${name} ${readFileSync(join(master.dir, folder, name), 'utf8')}`;
      for (const secret of [PASSWORD, made.token]) assert.equal(text.includes(secret), false, `${folder}/${name}`);
    }
  }
  assert.match(readFileSync(join(master.dir, 'log', 'master'), 'utf8'), /access refused/);
});

site.test('auth.explain says which rule it is', async () => {
  const explain = async (...words: string[]): Promise<{ decision: string; rule: string }> => {
    const { stdout } = await run('tsalt-run', ['auth.explain', ...words, '--out=json']);
    return JSON.parse(stdout) as { decision: string; rule: string };
  };
  const allowed = await explain('bob', 'local', 'test.ping', 'web1');
  assert.deepEqual([allowed.decision, allowed.rule], ['allowed', 'external_auth:file:bob: web*: test.*']);
  assert.equal((await explain('bob', 'local', 'test.ping', '*')).decision, 'refused');
  assert.equal((await explain('bob', 'runner', 'jobs.list_jobs')).rule, 'external_auth:file:bob: @jobs');
  assert.equal((await explain('eve', 'wheel', 'key.list_all')).decision, 'refused');
});
