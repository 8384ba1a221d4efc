/** Containers, images, networks and volumes, on a real Podman service. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isPlainMap, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../../../support/module-host.js';
import { IMAGE, openPodman } from '../../../support/servers/podman.js';

const podman = await openPodman();
const skip = 'skip' in podman ? podman.skip : false;
const host = await testHost({ sys: createSys(), opts: 'url' in podman ? { 'docker.url': podman.url } : {} });
after(async () => {
  await host[Symbol.asyncDispose]();
  if ('url' in podman) await podman[Symbol.asyncDispose]();
});

const call = (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<Value> => host.session({ signal: neverAborted() }).call(`docker.${fun}`, args, kwargs);
const ask = async (fun: string, args: readonly Value[] = [], kwargs: PlainMap = {}): Promise<PlainMap> => {
  const answer = await call(fun, args, kwargs);
  assert.ok(isPlainMap(answer), `${fun} gives a map`);
  return answer;
};
const SLEEP = { command: 'sleep 600', stop_signal: 'KILL' };

test('docker tells about the service, its images and their names', { skip }, async () => {
  const version = await ask('version');
  assert.match(String(version['ApiVersion']), /^1\.\d+$/);
  assert.equal((version['ApiVersionInfo'] as number[])[0], 1);
  assert.equal((await ask('info'))['OSType'], 'linux');
  assert.deepEqual(await call('list_tags'), [IMAGE]);
  const id = await call('resolve_image_id', [IMAGE]);
  const images = await ask('images', [], { verbose: true });
  assert.deepEqual(Object.keys(images), [id]);
  assert.match(String((images[String(id)] as PlainMap)['Size_Human']), / [KM]iB$/);
  assert.match(String((images[String(id)] as PlainMap)['Time_Created_Local']), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+$/);
  assert.equal(await call('resolve_tag', [String(id)]), IMAGE);
  assert.equal(await call('resolve_image_id', ['tsalt.test/none']), false);
  assert.equal((await call('history', [IMAGE]) as Value[]).length, 1);
});

test('docker.run_container runs to the end, gives both outputs and the exit code, and leaves nothing when it shall not', { skip }, async () => {
  const ran = await ask('run_container', [IMAGE], { name: 'once', command: ['sh', '-c', 'echo out; echo "it\'s $WORD" >&2; exit 3'], environment: { WORD: 'a "b" $(c)' }, auto_remove: true });
  assert.equal(ran['ExitCode'], 3);
  assert.deepEqual(String(ran['Logs']).split('\n').toSorted(), ['', 'it\'s a "b" $(c)', 'out']);
  assert.equal(ran['Name'], 'once');
  assert.equal(await call('exists', ['once']), false);
  await assert.rejects(ask('run_container', [IMAGE], { name: 'never', command: '/no/such/program', auto_remove: true }), /Error \d+: .*no such (file|program)/i);
  assert.equal(await call('exists', ['never']), false);
});

test('docker: a container lives: made, started, asked, paused, stopped, renamed, removed', { skip }, async () => {
  const made = await ask('create', [IMAGE], { name: 'life', ...SLEEP, labels: ['role=web', 'plain'], ulimits: 'nofile=512:512', port_bindings: '127.0.0.1:8080:80', mem_limit: '64m' });
  assert.equal(made['Name'], 'life');
  assert.equal(await call('state', ['life']), 'stopped');
  const { Config, HostConfig } = await ask('inspect_container', ['life']) as { Config: PlainMap; HostConfig: PlainMap };
  assert.deepEqual(Config['Cmd'], ['sleep', '600']);
  assert.deepEqual(Config['Labels'], { role: 'web', plain: '' });
  assert.deepEqual(HostConfig['PortBindings'], { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] });
  assert.equal(HostConfig['Memory'], 64 * 1024 * 1024);
  assert.deepEqual(await call('rm', ['life']), [made['Id']]);

  await ask('run_container', [IMAGE], { name: 'life', ...SLEEP, bg: true, hostname: 'inside' });
  assert.deepEqual(await call('start', ['life']), { result: false, state: { old: 'running', new: 'running' }, comment: "Container 'life' already running" });
  assert.deepEqual(await call('list_containers'), ['life']);
  const [row] = Object.values(await ask('ps', [], { verbose: true })) as PlainMap[];
  assert.ok(row !== undefined);
  assert.deepEqual(row['Names'], ['/life']);
  assert.equal(((row['Info'] as PlainMap)['Config'] as PlainMap)['Hostname'], 'inside');
  assert.equal(typeof await call('pid', ['life']), 'number');
  assert.ok((await call('top', ['life']) as PlainMap[]).some((process) => Object.values(process).some((value) => String(value).includes('sleep'))));
  assert.deepEqual((await call('depends', [IMAGE]) as PlainMap)['Containers'], ['life']);
  assert.equal(await call('rename', ['life', 'second']), true);
  await assert.rejects(call('rm', ['second']), /is running, use force=True to forcibly remove this container/);
  assert.deepEqual(await call('kill', ['second']), { result: true, state: { old: 'running', new: 'stopped' } });
  assert.deepEqual(await call('start', ['second']), { result: true, state: { old: 'stopped', new: 'running' } });
  assert.deepEqual(await call('restart', ['second'], { timeout: 0 }), { result: true, state: { old: 'running', new: 'running' }, restarted: true });
  assert.deepEqual(await call('stop', ['second'], { timeout: 0 }), { result: true, state: { old: 'running', new: 'stopped' } });
  assert.deepEqual((await ask('wait', ['second'], { ignore_already_stopped: true }))['result'], true);
  assert.equal((await call('rm', ['second']) as Value[]).length, 1);
});

test('docker.run and its sisters run programs inside; quotes, dollars and input reach them as they are', { skip }, async () => {
  await ask('run_container', [IMAGE], { name: 'inside', ...SLEEP, bg: true });
  assert.equal(await call('run', ['inside', "echo 'it''s' $((1 + 1)); echo two >&2"]), 'its 2\ntwo');
  assert.deepEqual(await ask('run_all', ['inside', 'cat; exit 4'], { stdin: 'a $(b) "c"' }).then(({ pid: _pid, ...rest }) => rest), { retcode: 4, stdout: 'a $(b) "c"', stderr: '' });
  assert.equal(await call('retcode', ['inside', 'false']), 1);
  assert.equal(await call('run_stdout', ['inside', 'echo $HOME; echo error >&2']), '');
  assert.equal(await call('run_stderr', ['inside', 'echo error >&2']), 'error');
  assert.equal(await call('run', ['inside', "echo '$(id)'"], { python_shell: false }), '$(id)');
  assert.deepEqual(Object.keys(await ask('diff', ['inside'])).filter((kind) => !['Added', 'Changed'].includes(kind)), []);
  await call('rm', ['inside'], { force: true });
  await assert.rejects(call('run', ['inside', 'true']), /Error 404: no container with name or ID "inside" found: no such container$/);
});

test('docker.logs gives the lines that are asked for', { skip }, async () => {
  await ask('run_container', [IMAGE], { name: 'lines', command: ['sh', '-c', 'for i in 1 2 3; do echo $i; done; echo e >&2'] });
  assert.equal(await call('logs', ['lines'], { stderr: false }), '1\n2\n3\n');
  assert.equal(await call('logs', ['lines'], { stdout: false }), 'e\n');
  assert.match(String(await call('logs', ['lines'], { tail: 1, timestamps: true })), /^\d{4}-\d\d-\d\dT\S+ \S+\n$/);
  await assert.rejects(call('logs', ['lines'], { stream: true }), /The 'stream' argument is not supported/);
  await call('rm', ['lines']);
});

test('docker: images get names and lose them; one in use stays, and says why', { skip }, async () => {
  await call('create', [IMAGE], { name: 'user', ...SLEEP });
  assert.equal(await call('tag', [IMAGE, 'tsalt.test/other', '2']), true);
  assert.deepEqual(await call('rmi', ['tsalt.test/other:2']), { Layers: [], Tags: ['tsalt.test/other:2'], retcode: 0 });
  const refused = await ask('rmi', [IMAGE]);
  assert.equal(refused['retcode'], 1);
  assert.match((refused['Errors'] as string[]).join('; '), /in use|container/);
  const { Id } = await ask('commit', ['user', 'tsalt.test/made', 'a'], { message: 'by a test', author: 'ann' });
  assert.match(String(Id), /^(sha256:)?[0-9a-f]{64}$/);
  assert.deepEqual(((await ask('rmi', ['tsalt.test/made:a']))['Tags']), ['tsalt.test/made:a']);
  await call('rm', ['user']);
});

test('docker: networks and volumes come and go; containers join', { skip }, async () => {
  await ask('create_network', ['net'], { subnet: '198.51.100.0/24', labels: 'a=b', internal: true });
  assert.deepEqual((await call('networks', [], { names: 'net' }) as PlainMap[]).map(({ Name }) => Name), ['net']);
  assert.equal(((await ask('inspect_network', ['net']))['IPAM'] as { Config: PlainMap[] }).Config[0]?.['Subnet'], '198.51.100.0/24');
  await ask('create', [IMAGE], { name: 'joiner', ...SLEEP, network_mode: 'net' });
  const { Networks } = (await ask('inspect', ['joiner']))['NetworkSettings'] as { Networks: PlainMap };
  assert.deepEqual(Object.keys(Networks), ['net']);
  await call('rm', ['joiner']);
  assert.equal(await call('remove_network', ['net']), true);
  assert.equal((await ask('create_volume', ['vol'], { driver: 'local' }))['Name'], 'vol');
  await ask('run_container', [IMAGE], { command: ['sh', '-c', 'echo kept > /data/file'], binds: 'vol:/data', rm: true });
  assert.equal((await ask('run_container', [IMAGE], { command: 'cat /data/file', binds: ['vol:/data:ro'], rm: true }))['Logs'], 'kept\n');
  assert.deepEqual(((await ask('volumes'))['Volumes'] as PlainMap[]).map(({ Name }) => Name), ['vol']);
  assert.equal(await call('remove_volume', ['vol']), true);
  await assert.rejects(call('inspect', ['nothing']), /Error 404: No such image\/container\/volume\/network: nothing/);
});

test('docker.pull tells what the registry or the service said', { skip }, async () => {
  const failure = await call('pull', ['localhost:1/none:1']).then((answer) => String((answer as PlainMap)['Errors']), String);
  assert.match(failure, /connection refused/);
});

test('docker.prune removes what nobody uses, volumes only when asked', { skip }, async () => {
  await ask('run_container', [IMAGE], { name: 'old', command: 'true' });
  await ask('create_volume', ['kept']);
  const pruned = await ask('prune', [], { containers: true });
  assert.deepEqual(Object.keys(pruned), ['containers']);
  assert.equal(await call('exists', ['old']), false);
  assert.deepEqual(Object.keys(await ask('prune', [], { volumes: true })), ['volumes']);
});
