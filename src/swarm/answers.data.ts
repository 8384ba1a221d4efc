/** What the minions of a swarm answer, by function. */
import type { PlainMap, Value } from '../kernel/std/value.js';

export interface Question {
  readonly fun: string;
  readonly arg: readonly Value[];
  readonly id: string;
  readonly grains: PlainMap;
}

const STATES = 20;

/** The form of a state run in which nothing was to be done. */
function highstate(): PlainMap {
  return Object.fromEntries(Array.from({ length: STATES }, (_none, at): [string, Value] => {
    const path = `/etc/swarm/part${at}.conf`;
    return [`file_|-part ${at}_|-${path}_|-managed`, {
      name: path, changes: {}, result: true, comment: `File ${path} is in the correct state`, __run_num__: at, __id__: `part ${at}`, __sls__: 'swarm',
      start_time: '12:00:00.000000', duration: 4.321,
    }];
  }));
}

export const ANSWERS: Readonly<Record<string, (question: Question) => Value>> = {
  'test.ping': () => true,
  'test.echo': ({ arg }) => arg[0] ?? '',
  'test.arg': ({ arg }) => ({ args: [...arg], kwargs: {} }),
  'test.version': () => '3008.3',
  'test.sleep': () => true,
  'cmd.run': ({ id }) => `output of ${id}`,
  'grains.items': ({ grains, id }) => ({ ...grains, id }),
  'grains.get': ({ grains, id, arg }) => ({ ...grains, id })[String(arg[0])] ?? '',
  'network.ip_addrs': () => ['10.0.0.1'],
  'saltutil.find_job': () => ({}),
  'saltutil.refresh_pillar': () => true,
  'state.apply': highstate,
  'state.highstate': highstate,
};
