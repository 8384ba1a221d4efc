/** States of images, networks and volumes, on a real Podman service; and all of them without one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerSuite, lostSuite, SECOND, there, wish, type DockerStates } from '../support/docker-states.js';
import { IMAGE } from '../support/servers/podman.js';
import { stateContract } from './states.js';

const { skip, open } = await dockerSuite();

function buildFolder({ folder }: DockerStates): void {
  writeFileSync(join(folder, 'Dockerfile'), `FROM ${IMAGE}\nLABEL made=here\n`);
}

/** The archive of an image that is not there any more. */
async function savedImage(s: DockerStates): Promise<void> {
  buildFolder(s);
  await s.call('build', [s.folder], { repository: 'tsalt.test/second', tag: '1' });
  await s.call('save', [SECOND, join(s.folder, 'saved.tar')], { overwrite: true });
  await s.call('rmi', [SECOND]);
}

stateContract({
  name: 'docker_image', open, skip,
  changing: [
    { title: 'one goes', fun: 'docker_image.absent', prepare: async (s) => void await s.call('tag', [IMAGE, 'tsalt.test/second', '1']), args: () => ({ name: SECOND }), foretold: null },
    { title: 'one is built', fun: 'docker_image.present', prepare: buildFolder, args: (s) => ({ name: 'tsalt.test/second', tag: 1, build: s.folder }), foretold: null },
    { title: 'one is loaded', fun: 'docker_image.present', prepare: savedImage, args: (s) => ({ name: 'tsalt.test/second', tag: 1, load: join(s.folder, 'saved.tar') }), foretold: null },
  ],
  idle: [
    { title: 'one that is there', fun: 'docker_image.present', args: () => ({ name: 'tsalt.test/busybox', tag: 1 }) },
    { title: 'one that is not there', fun: 'docker_image.absent', args: () => ({ name: 'tsalt.test/none' }) },
  ],
  failing: [
    { title: 'one that nobody has', fun: 'docker_image.present', args: () => ({ name: 'blocked.test/none:1' }), comment: /^Encountered error pulling blocked\.test\/none:1: .*registry blocked\.test is blocked/ },
    { title: 'no tag for what is built', fun: 'docker_image.present', args: () => ({ name: 'x', build: '/none' }), comment: /^The 'tag' argument is required if any one of 'build', 'load', or 'sls' is used\.$/ },
    { title: 'two sources', fun: 'docker_image.present', args: () => ({ name: 'x', tag: 1, build: '/none', load: '/none' }), comment: /^Only one of 'build', 'load', or 'sls' is permitted\.$/ },
    { title: 'a folder that is not there', fun: 'docker_image.present', args: () => ({ name: 'x', tag: 1, build: '/none' }), comment: /^Encountered error building \/none as x:1: Build failed for \/none: tar: / },
    { title: 'an archive that is not there', fun: 'docker_image.present', args: () => ({ name: 'x', tag: 1, load: '/none.tar' }), comment: /^Encountered error loading \/none\.tar as x:1: Source file \/none\.tar does not exist$/ },
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
  name: 'docker states without a service', open: (await lostSuite()).open, changing: [],
  failing: [
    { title: 'a container', fun: 'docker_container.running', args: wish(), comment: /^The container service cannot be reached: connect ENOENT / },
    { title: 'a container that shall go', fun: 'docker_container.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'an image', fun: 'docker_image.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'a network', fun: 'docker_network.absent', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
    { title: 'a volume', fun: 'docker_volume.present', args: () => ({ name: 'web' }), comment: /cannot be reached/ },
  ],
});
