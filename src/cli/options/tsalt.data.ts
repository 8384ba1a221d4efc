/** Command line of `tsalt`. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { integer, off, on, text, type ProgramTable } from './option.js';
import {
  additionalTarget, argsStdin, batchWait, executors, extendedTarget, externalAuth, hardCrash, logging, noParse, output, outputDiff, strict, timeout, usual,
} from './shared.data.js';

export const tsaltTable: ProgramTable = {
  name: 'tsalt',
  usage: "[options] '<target>' <function> [arguments]",
  description: 'Salt allows for commands to be executed across a swath of remote systems in parallel, so they can be both controlled and queried with ease.',
  rows: [
    ...usual,
    ...executors,
    timeout(5),
    argsStdin,
    hardCrash,
    noParse,
    on('-s --static', 'static', 'Show all results in one piece when the last one is there.'),
    on('-p --progress', 'progress', 'Show how far the job is.'),
    on('--failhard', 'failhard', 'End a batch with the first failure.'),
    on('--async', 'async', 'Start the job and do not wait for results.'),
    integer('--subset', 'subset', 'Run on so many minions of the target, chosen at random among those that have the function.', { value: 0 }),
    on('-v --verbose', 'verbose', 'Show the job id, and who is asked whether the job still runs.'),
    off('--hide-timeout', 'show_timeout', 'Do not show minions that did not answer.'),
    on('--show-jid', 'show_jid', 'Show the job id.'),
    text('-b --batch --batch-size', 'batch', 'Run on so many minions at a time: a number, or a share such as 25%.', { value: '' }),
    batchWait,
    integer('--batch-safe-limit', 'batch_safe_limit', 'Run in batches when the target has at least so many minions.', { value: 0 }),
    text('--batch-safe-size', 'batch_safe_size', 'How many minions at a time such a batch has.', { value: 8 }),
    text('--return', 'return', 'Send results to these returners too, separated by commas.', { metavar: 'RETURNER', value: '' }),
    text('--return_config', 'return_config', 'Use this alternative configuration of the returner.', { metavar: 'RETURNER_CONF', value: '' }),
    text('--return_kwargs', 'return_kwargs', 'Options for the returner.', { metavar: 'RETURNER_KWARGS', value: {} }),
    on('-d --doc --documentation', 'doc', 'Show the documentation of a module or function, or of all.'),
    text('--args-separator', 'args_separator', 'What separates the arguments of several functions. Default: a comma.', { value: ',' }),
    on('--summary', 'cli_summary', 'Show a summary of the job at its end.'),
    text('--metadata', 'metadata', 'Give the job this mark, by which it can be found later.', { value: '' }),
    on('--start-event', 'start_event', 'Ask minions for an event salt/job/<jid>/start/<id> when they begin.'),
    outputDiff,
    on('--config-dump', 'config_dump', 'Show the configuration of the master.'),
    on('--preview-target', 'preview_target', 'Show which minions the target means, and do nothing.'),
    strict,
  ],
  groups: [extendedTarget, additionalTarget, externalAuth(), output(), logging('log_file', '/var/log/salt/master')],
};
