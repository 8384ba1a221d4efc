/** Command line of `tsalt-swarm`, which real Salt has no like of. */
import { choice, ending, float, integer, on, text, type ProgramTable } from './option.js';
import { hardCrash } from './shared.data.js';

export const swarmTable: ProgramTable = {
  name: 'tsalt-swarm',
  usage: '[options]',
  description: 'Plays many minions in one process, to see how many a master can serve. Each has its own key, session and connections. '
    + 'For masters that serve nothing else: the keys of these minions are no secrets.',
  rows: [
    ending('version', '--version', 'Show the version and end.'),
    ending('help', '-h --help', 'Show this text and end.'),
    integer('-n --number', 'number', 'How many minions. Default: 100.', { value: 100 }),
    text('--prefix', 'prefix', "Their ids begin with this and end with a number. Default: 'swarm'.", { value: 'swarm' }),
    text('-m --master', 'master', "Address of the master. Default: '127.0.0.1'.", { value: '127.0.0.1' }),
    integer('--ret-port', 'ret_port', 'Port for requests. Default: 4506.', { value: 4506 }),
    integer('--publish-port', 'publish_port', 'Port for publications. Default: as the master says.'),
    text('--seed', 'seed', 'Make the keys from this text, so that the next run with it plays the same minions. Default: new keys each time.'),
    float('-d --duration', 'duration', 'End after so many seconds. Default: 0, not before Ctrl-C.', { value: 0 }),
    float('-t --timeout', 'timeout', 'How long the master may take for a reply, in seconds. Default: 60.', { value: 60 }),
    integer('--at-once', 'at_once', 'How many minions may ask something at the same time. Default: 500.', { value: 500 }),
    choice('--out', 'out', 'How to print the summary: text or json. Default: text.', { choices: ['text', 'json'], value: 'text' }),
    on('-q --quiet', 'quiet', 'Do not tell on standard error how it goes.'),
    hardCrash,
  ],
  groups: [{
    title: 'Work',
    doc: 'Jobs are answered in any case: common functions as a minion would, others with a constant.',
    rows: [
      integer('--answer-bytes', 'answer_bytes', 'Length of the answer to functions that are not known. Default: 0, which answers True.', { value: 0 }),
      integer('--answer-delay', 'answer_delay', 'Milliseconds from a job to its answer. Default: 0.', { value: 0 }),
      float('--events', 'events', 'Events that all together send in a second. Default: 0.', { value: 0 }),
      float('--pillars', 'pillars', 'Pillar requests of all together in a second. Default: 0.', { value: 0 }),
      float('--storm', 'storm', 'All sign in again at once, each time after so many seconds. Default: 0, never.', { value: 0 }),
    ],
  }],
};
