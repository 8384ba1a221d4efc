/** What the states of containers change, on a real Podman service. */
import { dockerSuite, there, wish } from '../support/docker-states.js';
import { IMAGE } from '../support/servers/podman.js';
import { stateContract } from './states.js';

const { skip, open } = await dockerSuite();

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
  failing: [],
});
