/** States of Docker hold what every state must, on a real Podman service. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { isList, isPlainMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { IMAGE, openPodman } from '../support/servers/podman.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateSystem } from './states.js';

const podman = await openPodman();
const skip = 'skip' in podman ? podman.skip : false;
const root = mkdtempSync(join(tmpdir(), 'ts-docker-states-'));
const hostAt = (url: string): ReturnType<typeof testHost> => testHost({ sys: createSys(), opts: { 'docker.url': url, cachedir: root } });
const host = await hostAt('url' in podman ? podman.url : '');
const lost = await hostAt(`unix://${root}/nobody.sock`);
after(async () => {
  await host[Symbol.asyncDispose]();
  await lost[Symbol.asyncDispose]();
  if ('url' in podman) await podman[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

interface Service extends StateSystem {
  call(fun: string, args: readonly Value[], kwargs?: PlainMap): Promise<Value>;
}

const rowsOf = (answer: Value): PlainMap[] => (isList(answer) ? answer.filter(isPlainMap) : []);

async function picture(): Promise<unknown> {
  if (!('url' in podman)) return [];
  const containers = rowsOf(await podman.ask('/containers/json?all=1')).map(({ Id, Names, State }) => [Id, Names, State]);
  const networks = rowsOf(await podman.ask('/networks')).map(({ Name, IPAM, Labels, Containers }) => [Name, IPAM, Labels, Containers]);
  const volumes = await podman.ask('/volumes');
  return [containers, networks, isPlainMap(volumes) ? rowsOf(volumes['Volumes'] ?? []) : [], rowsOf(await podman.ask('/images/json')).map(({ RepoTags }) => RepoTags)];
}

const openOn = (on: typeof host) => (): Promise<Service> => Promise.resolve({
  call: (fun, args, kwargs = {}) => on.session({ signal: neverAborted() }).call(`docker.${fun}`, args, kwargs),
  run: (fun, args, options) => runState(on.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
  picture,
  async [Symbol.asyncDispose]() {
    if (!('url' in podman)) return;
    await podman.clear();
    for (const name of ['tsalt.test/second:1']) await host.session({ signal: neverAborted() }).call('docker.resolve_tag', [name]).then((tag) => (tag === false ? null : host.session({ signal: neverAborted() }).call('docker.rmi', [name], { force: true })));
  },
});
const open = openOn(host);

const SLEEP = { command: 'sleep 600', stop_signal: 'KILL' };
const wish = (more: PlainMap = {}) => (): PlainMap => ({ name: 'web', image: IMAGE, ...SLEEP, environment: [{ WORD: "it's $(x)" }], labels: ['a=b'], binds: '/tmp:/data:ro', ...more });
const there = (more: PlainMap = {}, bg = true) => async (s: Service): Promise<void> => {
  const { name, image, ...options } = wish(more)();
  await s.call(bg ? 'run_container' : 'create', [image ?? ''], { name: name ?? null, ...options, ...bg ? { bg: true } : {} });
};

stateContract({
  name: 'docker_container', open, skip,
  changing: [
    { title: 'a new one', fun: 'docker_container.running', args: wish(), foretold: null },
    { title: 'a new one that does not run', fun: 'docker_container.running', args: wish({ start: false }), foretold: null },
    { title: 'other words', fun: 'docker_container.running', prepare: there({ environment: { WORD: 'old' } }), args: wish(), foretold: null },
    { title: 'one that stopped', fun: 'docker_container.running', prepare: there({}, false), args: wish() },
    { title: 'one stops', fun: 'docker_container.stopped', prepare: there(), args: () => ({ name: 'web', shutdown_timeout: 0 }) },
    { title: 'one goes', fun: 'docker_container.absent', prepare: there({}, false), args: () => ({ name: 'web' }) },
    { title: 'one that runs goes by force', fun: 'docker_container.absent', prepare: there(), args: () => ({ name: 'web', force: true }) },
    {
      title: 'one runs to its end', fun: 'docker_container.run', args: () => ({ name: 'once', image: IMAGE, command: 'echo done', rm: true }), foretold: null,
      repeats: 'it runs each time',
    },
  ],
  idle: [
    { title: 'one as wished', fun: 'docker_container.running', prepare: there(), args: wish() },
    { title: 'one that does not run', fun: 'docker_container.stopped', prepare: there({}, false), args: () => ({ name: 'web' }) },
    { title: 'one that is not there', fun: 'docker_container.absent', args: () => ({ name: 'web' }) },
  ],
  failing: [
    { title: 'no image', fun: 'docker_container.running', args: () => ({ name: 'web' }), comment: /^The 'image' argument is required$/ },
    { title: 'an image that nobody has', fun: 'docker_container.running', args: wish({ image: 'localhost:1/none:1' }), comment: /^Failed to pull localhost:1\/none:1: .*connection refused/ },
    { title: 'an option as a name', fun: 'docker_container.running', args: wish({ name: '--privileged' }), comment: /^'--privileged' is no name of a container$/ },
    { title: 'a path as a name', fun: 'docker_container.absent', args: () => ({ name: '../../images/x', force: true }), comment: /is no name of a container$/ },
    { title: 'an option as an image', fun: 'docker_container.running', args: wish({ image: '-v /:/host' }), comment: /is no name of an image$/ },
    { title: 'ports that are none', fun: 'docker_container.running', args: wish({ port_bindings: 'http:80' }), comment: /^Failed to translate input\. Additional info follows:\n\ninvalid:\n[^]*'http' is non-numeric or an invalid port range/ },
    { title: 'a program that is not there', fun: 'docker_container.running', args: wish({ command: '/no/such' }), comment: /Failed to start container 'web': 'Error \d+: .*no such file/i },
    { title: 'a network that is not there', fun: 'docker_container.running', args: wish({ networks: ['none-such'] }), comment: /^The following networks are not present: none-such$/ },
    { title: 'one that is absent', fun: 'docker_container.stopped', args: () => ({ name: 'web' }), comment: /^The following container\(s\) are absent: web$/ },
    { title: 'one that runs', fun: 'docker_container.absent', prepare: there(), args: () => ({ name: 'web' }), comment: /^Container is running, set force to True to forcibly remove it$/ },
    { title: 'a bad end', fun: 'docker_container.run', args: () => ({ name: 'once', image: IMAGE, command: 'false', auto_remove: true }), comment: /^Container ran and exited with a return code of 1$/ },
  ],
});

stateContract({
  name: 'docker_image', open, skip,
  changing: [{
    title: 'one goes', fun: 'docker_image.absent', prepare: async (s) => void await s.call('tag', [IMAGE, 'tsalt.test/second', '1']), args: () => ({ name: 'tsalt.test/second:1' }), foretold: null,
  }],
  idle: [
    { title: 'one that is there', fun: 'docker_image.present', args: () => ({ name: 'tsalt.test/busybox', tag: 1 }) },
    { title: 'one that is not there', fun: 'docker_image.absent', args: () => ({ name: 'tsalt.test/none' }) },
  ],
  failing: [
    { title: 'one that nobody has', fun: 'docker_image.present', args: () => ({ name: 'localhost:1/none:1' }), comment: /^Encountered error pulling localhost:1\/none:1: .*connection refused/ },
    { title: 'an option as a name', fun: 'docker_image.present', args: () => ({ name: '--all' }), comment: /^'--all' is no name of an image$/ },
    { title: 'one in use', fun: 'docker_image.absent', prepare: there(), args: () => ({ name: IMAGE }), comment: /^None of the specified images were removed\. The following errors were encountered: .*in use/ },
  ],
});

stateContract({
  name: 'docker_network', open, skip,
  changing: [
    { title: 'a new one', fun: 'docker_network.present', args: () => ({ name: 'net', subnet: '198.51.100.0/24', labels: ['a=b'] }) },
    { title: 'another pool', fun: 'docker_network.present', prepare: async (s) => void await s.call('create_network', ['net'], { subnet: '198.51.100.0/24' }), args: () => ({ name: 'net', subnet: '203.0.113.0/24' }), foretold: null },
    { title: 'other labels', fun: 'docker_network.present', prepare: async (s) => void await s.call('create_network', ['net'], { labels: 'a=b' }), args: () => ({ name: 'net', labels: 'a=c' }), foretold: null },
    { title: 'one goes', fun: 'docker_network.absent', prepare: async (s) => void await s.call('create_network', ['net']), args: () => ({ name: 'net' }) },
  ],
  idle: [
    { title: 'one as wished', fun: 'docker_network.present', prepare: async (s) => void await s.call('create_network', ['net'], { subnet: '198.51.100.0/24', labels: 'a=b' }), args: () => ({ name: 'net', ipam_pools: [{ subnet: '198.51.100.0/24' }], labels: { a: 'b' } }) },
    { title: 'one that is not there', fun: 'docker_network.absent', args: () => ({ name: 'net' }) },
  ],
  failing: [
    { title: 'no such driver', fun: 'docker_network.present', args: () => ({ name: 'net', driver: 'pigeon' }), comment: /^Failed to create network 'net': Error \d+: .*pigeon/ },
    { title: 'a pool that is none', fun: 'docker_network.present', args: () => ({ name: 'net', subnet: 'x' }), comment: /'x' is not a valid subnet/ },
    { title: 'a path as a name', fun: 'docker_network.present', args: () => ({ name: '../x' }), comment: /is no name of a network$/ },
  ],
});

stateContract({
  name: 'docker_volume', open, skip,
  changing: [
    { title: 'a new one', fun: 'docker_volume.present', args: () => ({ name: 'vol', driver: 'local' }), foretold: null },
    { title: 'one goes', fun: 'docker_volume.absent', prepare: async (s) => void await s.call('create_volume', ['vol']), args: () => ({ name: 'vol' }) },
  ],
  idle: [
    { title: 'one that is there', fun: 'docker_volume.present', prepare: async (s) => void await s.call('create_volume', ['vol']), args: () => ({ name: 'vol' }) },
    { title: 'one that is not there', fun: 'docker_volume.absent', args: () => ({ name: 'vol' }) },
  ],
  failing: [
    { title: 'no such driver', fun: 'docker_volume.present', args: () => ({ name: 'vol', driver: 'pigeon' }), comment: /^Failed to create volume 'vol': Error \d+: .*pigeon/ },
    { title: 'another driver', fun: 'docker_volume.present', prepare: async (s) => void await s.call('create_volume', ['vol']), args: () => ({ name: 'vol', driver: 'other' }), comment: /does not match specified driver \('other'\) and force is False$/ },
  ],
});

stateContract({
  name: 'docker states without a service', open: openOn(lost), changing: [],
  failing: [
    { title: 'a container', fun: 'docker_container.running', args: wish(), comment: /^The container service cannot be reached: connect ENOENT / },
    { title: 'a container that shall go', fun: 'docker_container.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'an image', fun: 'docker_image.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'a network', fun: 'docker_network.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'a volume', fun: 'docker_volume.present', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
  ],
});
