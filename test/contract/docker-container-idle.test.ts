/** States of containers with nothing to do, and those that fail, on a real Podman service. */
import { dockerSuite, there, wish } from '../support/docker-states.js';
import { IMAGE } from '../support/servers/podman.js';
import { stateContract } from './states.js';

const { skip, open } = await dockerSuite();

stateContract({
  name: 'docker_container', open, skip,
  changing: [],
  idle: [
    { title: 'one as wished', fun: 'docker_container.running', prepare: there(), args: wish() },
    { title: 'one that does not run', fun: 'docker_container.stopped', prepare: there({}, false), args: () => ({ name: 'web' }) },
    { title: 'one that is not there', fun: 'docker_container.absent', args: () => ({ name: 'web' }) },
  ],
  failing: [
    { title: 'no image', fun: 'docker_container.running', args: () => ({ name: 'web' }), comment: /^The 'image' argument is required$/ },
    { title: 'an image that nobody has', fun: 'docker_container.running', args: wish({ image: 'blocked.test/none:1' }), comment: /^Failed to pull blocked\.test\/none:1: .*registry blocked\.test is blocked/ },
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
