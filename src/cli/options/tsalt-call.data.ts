/** Command line of `tsalt-call`. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { choice, integer, list, on, text, type ProgramTable } from './option.js';
import { argsStdin, executors, hardCrash, logging, noParse, output, outputDiff, profiling, skipGrains, usual } from './shared.data.js';

export const callTable: ProgramTable = {
  name: 'tsalt-call',
  usage: '[options] <function> [arguments]',
  description: 'tsalt-call is used to execute module functions locally on a Salt Minion',
  rows: [
    ...usual,
    text('--proxyid', 'proxyid', 'Work as the proxy minion with this id.'),
    ...executors,
    text('--cachedir', 'cachedir', "Keep files that are worth keeping here. Default: '/var/cache/salt/'.", { value: '/var/cache/salt/' }),
    argsStdin,
    hardCrash,
    noParse,
    on('-g --grains', 'grains_run', 'Show the grains of this machine.'),
    list('-m --module-dirs', 'module_dirs', 'One more directory with modules; may be given several times.', { value: [] }),
    on('-d --doc --documentation', 'doc', 'Show the documentation of a module or function, or of all.'),
    text('--master', 'master', 'Use this master.', { value: '' }),
    text('--return', 'return', 'Send the result to these returners too, separated by commas.', { metavar: 'RETURNER', value: '' }),
    on('--local', 'local', 'Work without a master.'),
    list('--file-root', 'file_root', 'Directory with state files, instead of those of the configuration; for --local.'),
    list('--pillar-root', 'pillar_root', 'Directory with pillar files, instead of those of the configuration; for --local.'),
    list('--states-dir', 'states_dir', 'One more directory with state modules.'),
    on('--retcode-passthrough', 'retcode_passthrough', 'End with the exit code of the function.'),
    on('--metadata', 'print_metadata', 'Show more than the bare result.'),
    text('--set-metadata', 'metadata', 'Give the job this mark, by which it can be found later.'),
    text('--id', 'id', 'Work under this minion id.', { value: '' }),
    skipGrains,
    on('--refresh-grains-cache', 'refresh_grains_cache', 'Collect grains anew even when they are kept.'),
    on('--no-return-event', 'no_return_event', 'Do not send the result to the master as an event.'),
    integer('-t --timeout', 'auth_timeout', 'How long to wait for the master at sign-in, in seconds. Default: 60.', { value: 60 }),
    outputDiff,
    text('--priv', 'user', 'Work as this user.'),
    on('-r --resources', 'resources_dispatch', 'Run on the resources that this minion manages.'),
    text('--tgt', 'resources_tgt', "Which resources, with --resources. Default: '*'.", { metavar: 'TGT', value: '*' }),
    choice('--tgt-type', 'resources_tgt_type', 'How that target is meant. Default: glob.', {
      metavar: 'TYPE', choices: ['glob', 'list', 'compound', 'grain', 'grain_pcre', 'pcre'], value: 'glob',
    }),
  ],
  groups: [output(), profiling, logging('log_file', '/var/log/salt/minion')],
};
