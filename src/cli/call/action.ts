/** From the command line of `tsalt-call` to its request. Source: golden cli/call-*. */
import { SignInError } from '../../bus/channel/sign-in-error.js';
import { RequestTimeoutError } from '../../bus/transport/contract.js';
import type { StateProgress } from '../../kernel/contract/state-engine.js';
import { createSys } from '../../kernel/sys/sys.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { openLocalMinion, type LocalMinion } from '../../minion/local-minion.js';
import { isWatched, openContext, type CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { helpText, usageLine } from '../help.js';
import type { Run } from '../run-program.js';
import { askedOutputter } from '../print/display.js';
import { parseWords } from '../words.js';
import { runCall } from './run-call.js';

/** Source: read, Salt 3008.3. */
const NOT_ACCEPTED = 'Minion failed to authenticate with the master, has the minion key been accepted?';
const NOT_ACCEPTED_EXIT = 2;

export async function callAction(run: Run): Promise<number> {
  const { line } = run;
  const { values } = line;
  const on = (dest: string): boolean => values[dest] === true;
  const [fun, ...words] = line.words;
  if (fun === undefined && !on('grains_run') && !on('doc')) {
    process.stdout.write(helpText(line.table, process.stdout.columns));
    process.stderr.write(`${usageLine(line.table)}\n${line.table.name}: error: Requires function, --grains or --doc\n`);
    return EXIT.usage;
  }
  const context = await openContext(run, { role: 'minion', logName: 'tsalt.call', overrides: overrides(values) });
  const local = on('local') || context.opts['file_client'] === 'local';
  using watched = await watchStates(context, fun);
  let minion: LocalMinion;
  try {
    minion = await openLocalMinion({
      opts: context.opts, sys: createSys({ immediate: true }), log: context.log, distDir: context.distDir, local, skipGrains: on('skip_grains'),
      progress: watched?.progress,
    });
  } catch (error) {
    if (!(error instanceof SignInError) && !(error instanceof RequestTimeoutError)) throw error;
    if (error instanceof SignInError && error.why === 'pending') {
      context.print(NOT_ACCEPTED);
      return NOT_ACCEPTED_EXIT;
    }
    const remedy = error instanceof RequestTimeoutError ? ': does the master run, and is `master` of the configuration right? --local needs none' : '';
    context.complain(`[ERROR   ] ${error.message}${remedy}`);
    return EXIT.failed;
  }
  await using opened = minion;
  if (on('grains_run')) return await showGrains(context, opened);
  if (on('doc')) return await showDocs(context, opened, fun ?? '');
  const noParse = String(values['no_parse'] ?? '').split(',');
  return await runCall({
    fun: fun ?? '', ...parseWords(words, { noParse }), words, local, metadata: on('print_metadata'), retcodePassthrough: on('retcode_passthrough'),
    returners: await returnersOf(context), outputter: askedOutputter(line),
  }, { ...context, onAnswer: () => watched?.[Symbol.dispose]() }, opened);
}

/** On a terminal a line tells which state a run is at. */
async function watchStates(context: CliContext, fun: string | undefined): Promise<(Disposable & { readonly progress: StateProgress }) | undefined> {
  if (fun?.startsWith('state.') !== true || !isWatched(context)) return undefined;
  const [{ liveText }, { stateLine }, { toldStates }] = await Promise.all([
    import('../print/live-line.js'), import('../print/state-line.js'), import('../../sls/state/running-state.js'),
  ]);
  const line = stateLine(liveText(process.stderr, true), 'state');
  return { progress: toldStates((state) => line.at(state)), [Symbol.dispose]: () => line[Symbol.dispose]() };
}

/** Those of the line, else those of the configuration. */
async function returnersOf({ line, opts }: CliContext): Promise<readonly string[]> {
  const asked = line.values['return'] || opts['return'];
  return asked ? (await import('../../minion/job/returners.js')).returnerNames('', asked) : [];
}

/** Options of the line that stand for options of the configuration. */
function overrides(values: Readonly<PlainMap>): PlainMap {
  const given: PlainMap = {};
  if (values['local'] === true) given['file_client'] = 'local';
  if (typeof values['id'] === 'string' && values['id'] !== '') given['id'] = values['id'];
  if (typeof values['master'] === 'string' && values['master'] !== '') given['master'] = values['master'];
  if (Array.isArray(values['file_root'])) given['file_roots'] = { base: values['file_root'] };
  if (Array.isArray(values['pillar_root'])) given['pillar_roots'] = { base: values['pillar_root'] };
  return given;
}

async function showGrains(context: CliContext, minion: LocalMinion): Promise<number> {
  const output = context.line.given.has('output') ? String(context.line.values['output']) : 'grains';
  await context.show({ local: await minion.grains() }, output === 'grains' ? null : output);
  return EXIT.ok;
}

async function showDocs(context: CliContext, minion: LocalMinion, name: string): Promise<number> {
  const session = minion.host.session({ signal: context.signal });
  const docs = await session.call('sys.doc', name === '' ? [] : [name]) as PlainMap;
  for (const [fun, text] of Object.entries(docs).sort(([a], [b]) => (a < b ? -1 : 1))) context.printRaw(`${fun}:\n${String(text)}\n\n`);
  return EXIT.ok;
}
