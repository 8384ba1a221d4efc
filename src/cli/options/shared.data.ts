/** Options that several programs have. Source of flags, kinds and defaults: golden, cli/_options.json. */
import { choice, ending, float, integer, on, text, type OptionGroup, type OptionRow } from './option.js';

/** What every program understands. */
export const usual: readonly OptionRow[] = [
  ending('version', '--version', 'Show the version and end.'),
  ending('versions', '-V --versions-report', 'Show the versions of the program and of what it uses, and end.'),
  ending('help', '-h --help', 'Show this text and end.'),
  text('--saltfile', 'saltfile', 'Take options from this Saltfile. Default: the file Saltfile of the current directory, if any.'),
  text('-c --config-dir', 'config_dir', "Read the configuration from this directory. Default: '/etc/salt'."),
];

export const user = (doc: string): OptionRow => text('-u --user', 'user', doc);
export const hardCrash = on('--hard-crash', 'hard_crash', 'Show the whole error, with where it happened, instead of one sentence. Default: False.');
export const timeout = (seconds: number): OptionRow =>
  integer('-t --timeout', 'timeout', `How long to wait for answers, in seconds. Default: ${seconds}.`, { value: seconds });
export const strict = on('--strict', 'strict', 'Never end with 0 when something failed or somebody did not answer, also where Salt does.', { ours: true });
export const argsStdin = on('--args-stdin', 'args_stdin', 'Read more options and arguments from standard input, one a line.');
export const noParse = text('--no-parse', 'no_parse', 'Names of arguments, separated by commas, whose values stay text.', {
  metavar: 'argname1,argname2,...', value: '',
});
export const skipGrains = on('--skip-grains', 'skip_grains', 'Do not collect grains.');
export const outputDiff = on('--output-diff', 'state_output_diff', 'Show only states that changed something.');

export const executors: readonly OptionRow[] = [
  text('--module-executors', 'module_executors', 'Executors to use instead of those the minion is configured with.', { metavar: 'EXECUTOR_LIST' }),
  text('--executor-opts', 'executor_opts', 'Options for the executors.'),
];

export const daemon: readonly OptionRow[] = [
  on('-d --daemon', 'daemon', 'Go on in the background.'),
  text('--pid-file', 'pidfile', 'Write the process id to this file.'),
  on('--disable-keepalive', 'disable_keepalive', 'Do not start the program again when it ends unexpectedly.'),
];

/** `salt-key` has no `-a` here, which is its `--accept`. */
export const externalAuth = (flags = '-a --auth --eauth --external-auth'): OptionGroup => ({
  title: 'External Authentication',
  rows: [
    text(flags, 'eauth', 'Log in with this authentication system.', { value: '' }),
    on('-T --make-token', 'mktoken', 'Ask for a token and keep it, so that later calls need no password.'),
    text('--username', 'username', 'Who logs in.'),
    text('--password', 'password', 'Password of that user.'),
  ],
});

export const target: OptionGroup = {
  title: 'Target Options',
  doc: 'How the target is meant.',
  rows: [
    on('-H --hosts', 'list_hosts', 'List the hosts of the roster.'),
    on('-E --pcre', 'pcre', 'The target is a regular expression of minion ids.'),
    on('-L --list', 'list', 'The target is a list of minion ids, separated by commas or blanks.'),
    on('-G --grain', 'grain', 'The target is a grain and a glob: "os:Arch*".'),
    on('-P --grain-pcre', 'grain_pcre', 'The target is a grain and a regular expression: "os:Arch.*".'),
    on('-N --nodegroup', 'nodegroup', 'The target is the name of a group in the configuration of the master.'),
    on('-R --range', 'range', 'The target is a range expression such as %cluster.'),
  ],
};

export const extendedTarget: OptionGroup = {
  ...target,
  rows: [
    ...target.rows,
    on('-C --compound', 'compound', "The target joins several kinds with 'and', 'or', 'not': \"G@os:Debian and web* or E@db[0-9]\"."),
    on('-I --pillar', 'pillar_target', 'The target is a pillar key and a glob: "role:production*".'),
    on('-J --pillar-pcre', 'pillar_pcre', 'The target is a pillar key and a regular expression: "role:prod.*".'),
    on('-S --ipcidr', 'ipcidr', 'The target is an address or a network, such as 192.168.0.0/24.'),
  ],
};

export const additionalTarget: OptionGroup = {
  title: 'Additional Target Options',
  doc: 'More about the target.',
  rows: [text('--delimiter', 'delimiter', "What separates the levels of a grain or pillar key in the target. Default: ':'.", { value: ':' })],
};

export const output = (...more: readonly OptionRow[]): OptionGroup => ({
  title: 'Output Options',
  doc: 'How results are shown.',
  rows: [
    text('--out --output', 'output', 'Show results with this outputter, such as json, yaml, nested, txt, highstate.'),
    integer('--out-indent --output-indent', 'output_indent', 'Indent by so many blanks; a negative number puts all on one line. Not every outputter indents.'),
    text('--out-file --output-file', 'output_file', 'Write results to this file.'),
    on('--out-file-append --output-file-append', 'output_file_append', 'Write to the end of that file.'),
    on('--no-color --no-colour', 'no_color', 'Use no colours.'),
    on('--force-color --force-colour', 'force_color', 'Use colours also where there is no terminal.'),
    text('--state-output --state_output', 'state_output', "How much to show of each state: 'full', 'terse', 'mixed', 'changes' or 'filter'."),
    text('--state-verbose --state_verbose', 'state_verbose', 'Whether to show states that succeeded without changes: True or False.'),
    ...more,
  ],
});

/** The order in which a wrong level is answered (observed). */
const CONSOLE_LEVELS = ['all', 'debug', 'error', 'critical', 'garbage', 'info', 'profile', 'quiet', 'trace', 'warning'];
const FILE_LEVELS = ['all', 'garbage', 'trace', 'debug', 'profile', 'info', 'warning', 'error', 'critical', 'quiet'];
const LEVELS = "One of 'all', 'garbage', 'trace', 'debug', 'profile', 'info', 'warning', 'error', 'critical', 'quiet'. Levels below 'info' may show confidential data.";

/** `fileOption` is the option of the configuration that names the log file of the program. */
export const logging = (fileOption: string, file: string, consoleFlags = '-l --log-level'): OptionGroup => ({
  title: 'Logging Options',
  doc: 'These come before what the configuration says.',
  rows: [
    choice(consoleFlags, 'log_level', `What to say on standard error. ${LEVELS} Default: 'warning'.`, { choices: CONSOLE_LEVELS }),
    text('--log-file', fileOption, `File of the log. Default: '${file}'.`),
    choice('--log-file-level', 'log_level_logfile', `What to write to that file. ${LEVELS} Default: 'warning'.`, { choices: FILE_LEVELS }),
  ],
});

export const profiling: OptionGroup = {
  title: 'Profiling support',
  rows: [
    text('--profiling-path', 'profiling_path', 'Directory for the measurements. Default: /tmp/stats.', { value: '/tmp/stats' }),
    on('--enable-profiling', 'profiling_enabled', 'Measure where time is spent.'),
  ],
};

export const batchWait = float('--batch-wait', 'batch_wait', 'Wait so many seconds after a minion is done before the next one begins.', { value: 0 });
