/** The external sources that read files, ask databases and web servers; whoever answers here is real, or speaks the protocol. */
import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from '../../../../src/kernel/sys/sqlite.js';
import { GitRepository } from '../../../support/git-repository.js';
import { everybody, PillarFolder } from '../../../support/pillar-tree.js';

const extPillar = (...sources: object[]) => ({ ext_pillar: sources as never });

test('nodegroups: the groups that the minion is in, under a key of choice', async () => {
  const folder = new PillarFolder();
  const groups = { nodegroups: { web: 'm1 or m2', db: 'L@x,y', both: 'N@web and G@os:TestOS' } };
  const { pillar } = await folder.compile({ ...groups, ...extPillar({ nodegroups: { pillar_name: 'groups' } }, { nodegroups: null }) });
  assert.deepEqual(pillar, { groups: ['web', 'both'], nodegroups: ['web', 'both'] });
});

test('file_tree: hosts win over groups, files are bytes unless they are rendered, line breaks at the end go', async () => {
  const folder = new PillarFolder().write({
    'ft/hosts/m1/a/own.txt': 'own\n', 'ft/hosts/m1/a/both.txt': 'host', 'ft/nodegroups/web/a/both.txt': 'group', 'ft/nodegroups/web/g': 'g\n\n', 'ft/hosts/m2/x': 'not mine',
  });
  const tree = { root_dir: join(folder.dir, 'ft') };
  const groups = { nodegroups: { web: 'm1', db: 'm2' } };
  const { pillar } = await folder.compile({ ...groups, ...extPillar({ file_tree: tree }) });
  assert.deepEqual(pillar, { a: { 'both.txt': Buffer.from('host'), 'own.txt': Buffer.from('own') }, g: Buffer.from('g\n') });
  const kept = await folder.compile({ ...groups, ...extPillar({ file_tree: { ...tree, keep_newline: ['a/*'] } }) });
  assert.deepEqual(kept.pillar['a'], { 'both.txt': Buffer.from('host'), 'own.txt': Buffer.from('own\n') });
  folder.write({ 'ft/hosts/m1/data.yml': '#!jinja|yaml\nwho: {{ grains.id }}\n' });
  const rendered = await folder.compile(extPillar({ file_tree: { ...tree, template: true, render_default: 'jinja' } }));
  assert.deepEqual(rendered.pillar['data.yml'], { who: 'm1' });
});

test('stack: layers see each other, choose by facts, and say how they merge', async () => {
  const folder = new PillarFolder().write({
    'stack/core.cfg': 'core.yml\ncommon/*.yml\n{# chosen by id #}minions/{{ minion_id }}.yml\nmissing.yml\n',
    'stack/core.yml': 'users: [tom, root]\nlimits: {cpu: 1, mem: 2}\ndrop: x\nfrom: {{ __grains__.os }}\n',
    'stack/common/a.yml': 'users: [mat]\nseen: {{ stack.users | join(",") }}\nlimits: {__: merge-first, cpu: 9, disk: 3}\n',
    'stack/common/b.yml': '__: remove\ndrop:\n',
    'stack/minions/m1.yml': 'users:\n  - __: overwrite\n  - only\nnested: {{ __stack__["traverse"](stack, "limits:cpu") }}\nup: {{ __salt__["test.echo"]("called") }}\n',
    'stack/dev.cfg': '- dev.yml\n', 'stack/dev.yml': 'env: {{ pillarenv }}\nfiles: {{ pillar.base }}\n',
    'base/top.sls': everybody('p'), 'base/p.sls': 'base: from files\n',
  });
  const cfg = (name: string): string => join(folder.dir, 'stack', name);
  const { pillar } = await folder.compile(extPillar({ stack: cfg('core.cfg') }, { stack: { 'grains:os': { TestOS: cfg('dev.cfg'), Other: '/nowhere' } } }));
  assert.deepEqual(pillar, {
    base: 'from files', users: ['only'], limits: { cpu: 1, mem: 2, disk: 3 }, from: 'TestOS', seen: 'tom,root', nested: 1, up: 'called', env: 'None', files: 'from files',
  });
  const wrong = await folder.compile(extPillar({ stack: { 'nothing:x': {} } }));
  assert.match(String((wrong.pillar['_errors'] as string[])[0]), /^Failed to load ext_pillar stack: Unknown traverse option "nothing", should be one of /);
  folder.write({ 'stack/core.yml': 'secret: hunter2\n  bad: [\n' });
  const broken = await folder.compile(extPillar({ stack: cfg('core.cfg') }));
  assert.match(String((broken.pillar['_errors'] as string[])[0]), /Stack pillar yaml parsing error in .*core\.yml:\n/);
  assert.doesNotMatch(JSON.stringify([broken.pillar, broken.log]), /hunter2/);
});

test('sqlite3: rows become nested mappings, by position and by name', async () => {
  const folder = new PillarFolder().write({ 'base/top.sls': '{}' });
  const path = join(folder.dir, 'pillar.db');
  const database = openDatabase(path);
  database.exec("create table t (m text, a text, b text, d int); insert into t values ('m1','web','http',80),('m1','web','https',443),('m1','db','sql',null),('m2','x','y',1)");
  database.close();
  const opts = { sqlite3: { pillar: { database: path } } };
  const { pillar } = await folder.compile({ ...opts, ...extPillar(
    { sqlite3: ['select a, b, d from t where m = ?'] },
    { sqlite3: { ports: { query: 'select a, d from t where m = ?', as_list: true, ignore_null: true }, whole: ['select a, b, d from t where m = ?', 1] } },
  ) });
  assert.deepEqual(pillar, {
    web: { http: 80, https: 443 }, db: { sql: null }, ports: { web: [80, 443] }, whole: { web: { b: 'https', d: 443 }, db: { b: 'sql', d: null } },
  });
  const missing = await folder.compile({ sqlite3: { pillar: { database: `${path}.not` } }, ...extPillar({ sqlite3: 'select 1' }) });
  assert.deepEqual(missing.pillar['_errors'], [`Failed to load ext_pillar sqlite3: There is no SQLite database ${path}.not`]);
});

for (const [name, driver] of [['postgres', 'pg'], ['mysql', 'mysql2/promise']] as const) {
  test(`${name}: without its driver the error names the package`, async () => {
    const installed = await import(driver).then(() => true, () => false);
    const { pillar } = await new PillarFolder().compile(extPillar({ [name]: 'select 1' }));
    const [error] = pillar['_errors'] as string[];
    // With the driver nobody answers at the address, which is another error.
    assert.match(String(error), installed ? /^Failed to load ext_pillar / : new RegExp(`^Failed to load ext_pillar ${name}: .* needs the npm package '${driver}'`));
  });
}

async function webServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('http_json and http_yaml: id and grains in the address, login and headers sent, a login not sent elsewhere', async () => {
  const seen: string[] = [];
  const other = await webServer((request, response) => {
    seen.push(`other ${request.headers.authorization ?? 'no login'}`);
    response.end('{"from": "other"}');
  });
  const url = await webServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization ?? 'no login'} ${String(request.headers['x-token'] ?? '')}`.trimEnd());
    if (request.url === '/moved') response.writeHead(302, { location: `${other}/x` }).end();
    else response.end(request.url?.startsWith('/yaml') === true ? 'who: [yaml]\n' : '{"who": "json", "n": 1.0}');
  });
  const { pillar } = await new PillarFolder().compile(extPillar(
    { http_json: { url: `${url}/%s/<os>`, with_grains: true, username: 'u', password: 'pw', header_dict: { 'X-Token': 't' } } },
    { http_yaml: `${url}/yaml` }, { http_json: { url: `${url}/moved`, username: 'u', password: 'pw' } },
  ));
  assert.equal(pillar['from'], 'other');
  assert.deepEqual(pillar['who'], ['yaml']);
  const login = `Basic ${Buffer.from('u:pw').toString('base64')}`;
  assert.deepEqual(seen, [`/m1/TestOS ${login} t`, '/yaml no login', `/moved ${login}`, 'other no login']);
});

test('http: what is no success, no JSON, no web address or never comes is an error that tells no content', async () => {
  const url = await webServer((request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/404') response.writeHead(404).end('secret page');
    else response.end('secret { not json');
  });
  const folder = new PillarFolder().write({ 'base/top.sls': everybody('p'), 'base/p.sls': 'rest: goes on\n' });
  const { pillar, log } = await folder.compile(extPillar(
    { http_json: `${url}/404` }, { http_json: `${url}/text?token=hunter2` }, { http_json: 'file:///etc/passwd' }, { http_json: { url: `${url}/hang`, timeout: 1 } },
  ));
  assert.equal(pillar['rest'], 'goes on');
  assert.deepEqual((pillar['_errors'] as string[]).map((error) => error.replace(url, 'URL')), [
    'Failed to load ext_pillar http_json: URL/404 answers 404', 'Failed to load ext_pillar http_json: The answer is no JSON',
    'Failed to load ext_pillar http_json: The address of an external pillar is neither http nor https',
    'Failed to load ext_pillar http_json: URL/hang cannot be reached: The operation was aborted due to timeout',
  ]);
  assert.doesNotMatch(JSON.stringify([pillar, log]), /secret|hunter2/);
});

/** Speaks enough of Redis for one database of given answers. */
async function redisServer(answers: Readonly<Record<string, string>>): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const server = createTcp((socket) => {
    socket.on('data', (data) => {
      const words = data.toString().split('\r\n').filter((_, at) => at >= 2 && at % 2 === 0);
      const line = words.join(' ').trim();
      seen.push(line);
      // In pieces: an answer may come in any.
      for (const byte of answers[line] ?? '-ERR unknown\r\n') socket.write(byte);
    });
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  after(() => server.close());
  return { port: (server.address() as AddressInfo).port, seen };
}

test('redis: values by type, JSON, login, and errors in the words of the server', async () => {
  const { port, seen } = await redisServer({
    'AUTH pw': '+OK\r\n', 'SELECT 2': '+OK\r\n', 'TYPE m1': '+hash\r\n', 'HGETALL m1': '*4\r\n$1\r\na\r\n$2\r\nü\r\n$1\r\nb\r\n$0\r\n\r\n', 'GET m1': '$10\r\n{"x": 1.5}\r\n',
  });
  const opts = { 'redis.host': '127.0.0.1', 'redis.port': port, 'redis.db': 2, 'redis.password': 'pw' };
  const folder = new PillarFolder();
  const { pillar } = await folder.compile({ ...opts, ...extPillar({ redis: { function: 'key_value', pillar_key: 'r' } }, { redis: { function: 'key_json' } }) });
  assert.equal(pillar['_errors'], undefined);
  assert.equal(JSON.stringify(pillar['r']), '{"a":"ü","b":""}');
  assert.ok('x' in pillar);
  assert.deepEqual(seen.slice(0, 4), ['AUTH pw', 'SELECT 2', 'TYPE m1', 'HGETALL m1']);
  const refused = await folder.compile({ ...opts, 'redis.password': 'other', ...extPillar({ redis: { function: 'key_json' } }) });
  assert.deepEqual(refused.pillar['_errors'], ['Failed to load ext_pillar redis: Redis refuses: ERR unknown']);
});

test('git: branches are environments, files of one environment see each other, a rewritten or broken remote leaves the last good state', async () => {
  const folder = new PillarFolder();
  const repository = await GitRepository.create(join(folder.dir, 'remote'));
  await repository.commit({ 'top.sls': everybody('p'), 'p.sls': 'k: one\nid: {{ grains.id }}\n', 'sub/top.sls': everybody('p'), 'sub/p.sls': 'sub: yes\n' });
  const opts = { git_pillar_update_interval: 0, git_pillar_base: 'master', git_pillar_branch: 'master' };
  const source = extPillar({ git: [`master file://${repository.folder}`, { [`master file://${repository.folder}`]: [{ root: 'sub' }] }] });
  assert.deepEqual((await folder.compile({ ...opts, ...source })).pillar, { k: 'one', id: 'm1', sub: true });
  await repository.commit({ 'p.sls': 'k: two\n' });
  assert.deepEqual((await folder.compile({ ...opts, ...source })).pillar, { k: 'two', sub: true });
  renameSync(repository.folder, join(folder.dir, 'gone'));
  const gone = await folder.compile({ ...opts, ...source });
  assert.deepEqual(gone.pillar, { k: 'two', sub: true });
  assert.ok(gone.log.some(({ level, text }) => level === 'error' && text === 'git pillar cannot be fetched: the last good state is used'));
});

test('git: an address that is an option or a program is refused, and nothing is started', async () => {
  for (const url of ['ext::sh -c touch', '--upload-pack=touch', 'ssh://-oProxyCommand=touch/x']) {
    const { pillar } = await new PillarFolder().compile(extPillar({ git: [{ [`master ${url}`]: [] }] }));
    assert.match(String((pillar['_errors'] as string[])[0]), /^Failed to load ext_pillar git: (Refused the git address|A remote of the external pillar git)/, url);
  }
});
