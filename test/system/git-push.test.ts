/** The example of a git server that tells of its pushes: web hook, event, reaction, update of that one remote. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { loadYaml } from '../../src/kernel/yaml/load.js';
import { ApiHost } from '../support/fleet/api.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { repository } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';
import { GitRepository } from '../support/git-repository.js';

const HOOK = 'salt/netapi/hook/git/push';
const site = new Site();
const repositories = new Map<string, GitRepository>();
let api: ApiHost;
let master: MasterHost;
let hearing: Hearing;

/** The example as it stands, with repositories, ports and folders of this test. */
async function exampleConfig(): Promise<PlainMap & { rest_cherrypy: PlainMap; git_hook_secret: string }> {
  const text = readFileSync(join(repository, 'srv/master.d/git-push.conf'), 'utf8')
    .replaceAll('https://git.example.org', `file://${site.dir}`).replaceAll('/srv/reactor', join(repository, 'srv/reactor'));
  const config = loadYaml(text) as PlainMap & { rest_cherrypy: PlainMap; git_hook_secret: string };
  const { ssl_crt: _crt, ssl_key: _key, ...options } = config.rest_cherrypy;
  return { ...config, rest_cherrypy: { ...options, ...await ApiHost.options() }, fileserver_events: true };
}

let config: Awaited<ReturnType<typeof exampleConfig>>;

site.setUp('two repositories, a master that serves them, and the API', async () => {
  for (const name of ['states', 'formulas']) {
    const made = await GitRepository.create(join(site.dir, `team/${name}.git`));
    await made.git('checkout', '--quiet', '-b', 'main');
    await made.commit({ 'first.sls': 'first\n' });
    repositories.set(name, made);
  }
  config = await exampleConfig();
  master = await MasterHost.prepare(site, 'tsalt', 'm', config);
  await master.start();
  hearing = await master.hear();
  api = await ApiHost.start(site, master, config.rest_cherrypy);
  await until('both repositories', async () => (await files()).length === 2);
});

async function files(): Promise<readonly Value[]> {
  const { stdout } = await master.tsalt('tsalt-run', 'fileserver.file_list', 'backend=git', '--out=json');
  return JSON.parse(stdout) as Value[];
}

/** What a git server sends. */
function push(name: string, secret: string): Promise<{ readonly status: number }> {
  const body = JSON.stringify({ ref: 'refs/heads/main', repository: { full_name: name } });
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return api.send('/hook/git/push', { body, headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature } });
}

site.test('a push is fetched at once, and of that repository alone; without the secret nothing is', async () => {
  for (const made of repositories.values()) await made.commit({ 'second.sls': 'second\n' });
  hearing.clear();
  assert.equal((await push('team/states', 'not the secret')).status, 200);
  assert.equal((await api.send('/hook/git/push', { body: { repository: { full_name: 'team/states' } } })).status, 200);
  assert.equal((await push('team/unknown', config.git_hook_secret)).status, 200);
  assert.equal((await push('team/formulas', config.git_hook_secret)).status, 200);
  const { data } = await hearing.heard('salt/fileserver/gitfs/update');
  assert.equal(data['changed'], true);
  assert.equal(hearing.events.filter(({ tag }) => tag === HOOK).length, 4);
  assert.deepEqual(await files(), ['first.sls', 'lib/first.sls', 'lib/second.sls']);
  const runs = hearing.events.filter(({ tag, data: run }) => tag.endsWith('/new') && run['fun'] === 'runner.fileserver.update');
  assert.deepEqual(runs.map(({ data: run }) => run['fun_args']), [[{ backend: 'git', remotes: 'formulas' }]]);
});

site.test('the other one when it is told of', async () => {
  await push('team/states', config.git_hook_secret);
  await until('the file of the push', async () => (await files()).includes('second.sls'));
});
