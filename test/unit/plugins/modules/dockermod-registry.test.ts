/** Images to a registry and back, with a name and a password: a real registry, a real Podman service. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { isPlainMap, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';
import { createSys } from '../../../../src/kernel/sys/sys.js';
import { listeningLog, neverAborted, testHost } from '../../../support/module-host.js';
import { openRegistry, PASSWORD, skipWithoutRegistry, USER } from '../../../support/servers/docker-registry.js';
import { IMAGE, openPodman } from '../../../support/servers/podman.js';
import { runState } from '../../../support/state-calls.js';

const registry = skipWithoutRegistry === false ? await openRegistry() : undefined;
const podman = registry === undefined ? { skip: String(skipWithoutRegistry) } : await openPodman(registry.place);
const skip = 'skip' in podman ? podman.skip : false;
after(async () => {
  if ('url' in podman) await podman[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
});

const log = listeningLog();
const place = registry?.place ?? '';
const name = `${place}/team/box:1`;

/** A minion that knows this password; undefined: none. */
async function minion(password?: string): Promise<AsyncDisposable & { call(fun: string, args?: readonly Value[], kwargs?: PlainMap): Promise<PlainMap>; state(fun: string, args: PlainMap): Promise<PlainMap> }> {
  const registries = password === undefined ? {} : { 'docker-registries': { [place]: { username: USER, password } } };
  // Who ran `docker login` on this machine is no part of the test.
  const sys = { ...createSys(), env: { ...process.env, DOCKER_CONFIG: '/nonexistent' } };
  const host = await testHost({ sys, log, opts: { 'docker.url': 'url' in podman ? podman.url : '', ...registries } });
  const session = (): ReturnType<typeof host.session> => host.session({ signal: neverAborted() });
  return {
    async call(fun, args = [], kwargs = {}) {
      const answer = await session().call(`docker.${fun}`, args, kwargs);
      return isPlainMap(answer) ? answer : { answer };
    },
    state: (fun, args) => runState(session(), [fun, args]),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

const errorsOf = (work: Promise<PlainMap>): Promise<string> => work.then((answer) => JSON.stringify(answer['Errors'] ?? null), String);

test('docker.login says which registries take us', { skip }, async () => {
  await using good = await minion(PASSWORD);
  assert.deepEqual(await good.call('login'), { retcode: 0, Errors: [], Results: { [place]: true } });
  const { retcode, Errors } = await good.call('login', ['other']);
  assert.deepEqual([retcode, Errors], [1, ["No match found for registry 'other'"]]);
  await using wrong = await minion('wrong');
  const refused = await wrong.call('login', [place]);
  assert.deepEqual([refused['retcode'], refused['Results']], [1, { [place]: false }]);
  assert.match(String((refused['Errors'] as string[])[0]), /^Error \d+: .*unauthorized/i);
});

test('docker.push and pull go to the registry and back with the password of the configuration, and fail without it', { skip }, async () => {
  await using good = await minion(PASSWORD);
  await using nobody = await minion();
  await good.call('tag', [IMAGE, `${place}/team/box`, '1']);
  assert.match(await errorsOf(nobody.call('push', [name])), /unauthorized|authentication required/);
  const pushed = await good.call('push', [name]);
  assert.equal(pushed['retcode'], 0, JSON.stringify(pushed));
  await good.call('rmi', [name]);
  assert.deepEqual(await good.call('resolve_image_id', [name]), { answer: false });
  assert.match(await errorsOf(nobody.call('pull', [name])), /unauthorized|authentication required/);
  const pulled = await good.call('pull', [name]);
  assert.equal(pulled['retcode'], 0, JSON.stringify(pulled));
  assert.notDeepEqual(await good.call('resolve_image_id', [name]), { answer: false });
  assert.match(await errorsOf(good.call('pull', [`${place}/team/box:none`])), /manifest unknown|not found/);
  await good.call('rmi', [name]);
});

test('docker_image.present pulls once; a container pulls what it needs', { skip }, async () => {
  await using good = await minion(PASSWORD);
  const first = await good.state('docker_image.present', { name: `${place}/team/box`, tag: 1 });
  assert.deepEqual([first['result'], first['comment']], [true, `Image '${name}' was pulled`], JSON.stringify(first));
  assert.notDeepEqual(first['changes'], {});
  const second = await good.state('docker_image.present', { name: `${place}/team/box`, tag: 1 });
  assert.deepEqual([second['result'], second['comment'], second['changes']], [true, `Image ${name} already present`, {}]);
  const forced = await good.state('docker_image.present', { name: `${place}/team/box`, tag: 1, force: true });
  assert.deepEqual([forced['result'], forced['comment'], forced['changes']], [true, `Image '${name}' was pulled, but there were no changes`, {}]);
  await good.call('rmi', [name]);
  assert.equal((await good.call('run_container', [name], { command: 'echo from afar', auto_remove: true }))['Logs'], 'from afar\n');
});

test('nobody told the password', { skip }, () => {
  assert.equal(JSON.stringify(log.lines).includes(PASSWORD), false);
});
