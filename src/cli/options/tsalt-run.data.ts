/** Command line of `tsalt-run`. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { on, text, type ProgramTable } from './option.js';
import { argsStdin, externalAuth, hardCrash, logging, noParse, output, profiling, skipGrains, strict, timeout, usual } from './shared.data.js';

export const runTable: ProgramTable = {
  name: 'tsalt-run',
  usage: '[options] <function> [arguments]',
  description: 'tsalt-run is the frontend command for executing Salt Runners. Salt Runners are modules used to execute convenience functions on the Salt Master',
  rows: [
    ...usual,
    timeout(1),
    argsStdin,
    text('--jid', 'jid', 'Use this job id.'),
    hardCrash,
    noParse,
    on('-d --doc --documentation', 'doc', 'Show the documentation of a runner or of one function, or of all.'),
    on('--async', 'async', 'Start the runner and do not wait for its result.'),
    skipGrains,
    strict,
  ],
  groups: [
    externalAuth(),
    output(on('--quiet', 'quiet', 'Do not show the result.')),
    profiling,
    logging('log_file', '/var/log/salt/master'),
  ],
};
