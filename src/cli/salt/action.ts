/** From the command line of `tsalt` to its request. Source: golden cli/salt-*. */
import { YamlError } from '../../kernel/yaml/error.js';
import { loadYaml } from '../../kernel/yaml/load.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { askedOutputter } from '../print/display.js';
import { openContext, type CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { helpText } from '../help.js';
import { UsageError } from '../parsed-line.js';
import { withLogin, type LoggedIn } from '../login/login.js';
import type { Run } from '../run-program.js';
import { targetKind } from '../target-kind.js';
import { MasterUnreachableError } from '../../client/door.js';
import { CompoundCommandError, readCommand, type Command } from './compound-command.js';
import { jobHost } from './job-host.js';
import { publishedTarget, UnknownNodegroupError } from './published-target.js';
import type { BatchRequest } from './run-batch.js';
import { runSalt, type SaltHost, type SaltRequest } from './run-salt.js';
import { noPublisherText, TOO_MANY } from './texts.js';

/** Source: golden cli/salt-auth-unknown. */
const LOGIN_FAILED = 2;
const MASTER_GONE = 'The salt master could not be contacted. Is master running?';

export async function saltAction(run: Run): Promise<number> {
  const { line } = run;
  const [target, ...words] = line.values['doc'] === true ? documentationWords(line.words) : line.words;
  if (target === undefined) return usage(run, '\nCannot execute command without defining a target.\n\n');
  if (words.length === 0 && line.values['preview_target'] !== true) {
    return usage(run, '\nIncomplete options passed.\n\n');
  }
  const opened = await openContext(run, { role: 'client', logName: 'tsalt' });
  try {
    const logged = await withLogin(opened);
    if (logged === undefined) {
      opened.complain('ERROR: Authentication failed');
      return LOGIN_FAILED;
    }
    const context = logged;
    const request = requestOf(context, target, words);
    if (line.values['preview_target'] === true) return await (await import('./preview.js')).previewTarget(context, request);
    run.onInterrupt = () => '\nThe job goes on; look at it with: tsalt-run jobs.active';
    const host = { ...jobHost(run, context), ...await overviewOf(request, context) };
    const batch = await batchOf(context, request);
    if (batch !== undefined) return await (await import('./run-batch.js')).runBatch(request, batch, host);
    if (isDocumentation(request)) return await (await import('./documentation.js')).showDocumentation(context, request);
    const subset = request.async || request.static ? 0 : Number(line.values['subset'] ?? 0);
    return await runSalt(subset > 0 ? await (await import('./subset.js')).subsetOf(request, subset, context) : request, host);
  } catch (error) {
    if (error instanceof CompoundCommandError) {
      opened.complain(error.message);
      return EXIT.badTarget;
    }
    if (error instanceof UnknownNodegroupError) {
      opened.print(error.message);
      return line.values['strict'] === true ? EXIT.failed : EXIT.ok;
    }
    // Of a master that is there but may not be asked, or breaks off, the frame of the command tells.
    if (!(error instanceof MasterUnreachableError) || error.reason !== 'not_running') throw error;
    opened.log.debug({ err: error }, error.message);
    opened.log.notice('error', noPublisherText(String(opened.opts['sock_dir'])));
    opened.print(MASTER_GONE);
    return line.values['strict'] === true ? EXIT.failed : EXIT.ok;
  }
}

/** `-d` is the function `sys.doc` of one name at most, on every minion unless there is a target. */
function documentationWords([target = '*', ...names]: readonly string[]): string[] {
  const words = names[0] === 'sys.doc' ? names.slice(1) : names;
  if (words.length > 1) throw new UsageError('You can only get documentation for one method at one time.');
  return [target, 'sys.doc', ...words];
}

/** A plan is shown for all minions together, unless their answers are wanted in one piece. */
async function overviewOf({ command, async: isAsync, static: isStatic, outputter }: SaltRequest, context: CliContext): Promise<Pick<SaltHost, 'overview'>> {
  if (command.fun !== 'state.plan' || isAsync || isStatic) return {};
  return { overview: (await import('../print/plan-overview.js')).planOverview(context, outputter) };
}

/** Documentation is shown as one text for all minions, unless nobody waits for it. */
const isDocumentation = ({ command, async: isAsync }: SaltRequest): boolean => command.fun === 'sys.doc' && !isAsync;

/** How the job runs in batches: asked for, or since the target is too large; undefined when it does not. */
async function batchOf(context: CliContext & LoggedIn, request: SaltRequest): Promise<BatchRequest | undefined> {
  const { opts } = context;
  const { batch_safe_limit: limit = 0, batch_safe_size: safeSize = 8, batch_wait: wait = 0 } = opts;
  const more = { waitMs: (Number(wait) || 0) * 1000, failhard: isTruthy(opts['failhard']) };
  if (isTruthy(opts['batch'])) return { size: opts['batch'] ?? null, ...more };
  if (request.static || !(Number(limit) > 1)) return undefined;
  const { targeted } = await import('./preview.js');
  if ((await targeted(context, request)).length < Number(limit)) return undefined;
  context.print(TOO_MANY);
  return { size: safeSize, ...more };
}

function usage(run: Run, text: string): number {
  process.stdout.write(helpText(run.line.table, process.stdout.columns));
  process.stderr.write(text);
  return EXIT.badTarget;
}

function requestOf(context: CliContext, target: string, words: readonly string[]): SaltRequest {
  const { line, opts } = context;
  const { values } = line;
  const on = (dest: string): boolean => values[dest] === true;
  const noParse = String(values['no_parse'] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
  const command: Command = words.length === 0
    ? { fun: '', arg: [] }
    : readCommand(words, { separator: String(values['args_separator'] ?? ','), noParse });
  const { tgt, tgtType } = publishedTarget(target, targetKind(line), opts);
  const timeout = Number(opts['timeout'] ?? 5);
  return {
    tgt, tgtType, command,
    ret: String(values['return'] ?? ''),
    timeoutMs: timeout * 1000,
    gatherTimeoutMs: Number(opts['gather_job_timeout'] ?? 10) * 1000,
    kwargs: travelling(values),
    async: on('async'), static: on('static'), verbose: on('verbose'), showJid: on('show_jid') || opts['show_jid'] === true,
    summary: isTruthy(opts['cli_summary']), showTimeout: values['show_timeout'] !== false, strict: on('strict'),
    outputter: askedOutputter(line),
  };
}

/** @throws UsageError */
function yamlOf(option: string, text: string): Value {
  try {
    return loadYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new UsageError(`option ${option}: '${text}' is not YAML: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`);
  }
}

/** Options that go to the minions with the job. */
function travelling(values: Readonly<PlainMap>): PlainMap {
  const kwargs: PlainMap = {};
  const take = (dest: string, name: string, value: Value = values[dest] ?? null): void => {
    if (isTruthy(value)) kwargs[name] = value;
  };
  take('delimiter', 'delimiter');
  take('return_config', 'ret_config');
  take('start_event', 'start_event');
  const retKwargs = values['return_kwargs'];
  take('return_kwargs', 'ret_kwargs', typeof retKwargs === 'string' ? yamlOf('--return_kwargs', retKwargs) : (retKwargs ?? null));
  const metadata = values['metadata'];
  if (typeof metadata === 'string' && metadata !== '') kwargs['metadata'] = yamlOf('--metadata', metadata);
  const executors = values['module_executors'];
  if (typeof executors === 'string' && executors !== '') kwargs['module_executors'] = executors.split(',');
  const executorOpts = values['executor_opts'];
  if (typeof executorOpts === 'string' && executorOpts !== '') kwargs['executor_opts'] = yamlOf('--executor-opts', executorOpts);
  return kwargs;
}
