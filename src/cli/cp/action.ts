/** From the command line of `tsalt-cp` to its jobs. Source: golden cli/cp-*. */
import { MasterUnreachableError } from '../../client/door.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { openContext, type CliContext } from '../context.js';
import { EXIT } from '../exit-code.js';
import { helpText } from '../help.js';
import { withLogin } from '../login/login.js';
import { UsageError } from '../parsed-line.js';
import { askedOutputter } from '../print/display.js';
import type { Run } from '../run-program.js';
import { publishedTarget } from '../salt/published-target.js';
import { targeted } from '../salt/preview.js';
import { NO_MINIONS } from '../salt/texts.js';
import { targetKind } from '../target-kind.js';
import { askMinions, RefusedError, type Audience } from './ask-minions.js';
import { sendPieces, type Progress } from './send-pieces.js';
import { NotWholeError, readWhole, sendWhole } from './send-whole.js';
import { gatherSources, namedPaths, NoSuchSourceError } from './sources.js';

export async function cpAction(run: Run): Promise<number> {
  const [target, ...words] = run.line.words;
  const dest = words.pop();
  if (target === undefined || dest === undefined) {
    process.stdout.write(helpText(run.line.table, process.stdout.columns));
    throw new UsageError('Insufficient arguments');
  }
  const context = await withLogin(await openContext(run, { role: 'client', logName: 'tsalt.cp' }));
  if (context === undefined) return EXIT.failed;
  try {
    const audience = publishedTarget(target, targetKind(context.line), context.opts);
    const chunked = context.line.values['chunked'] === true;
    const paths = namedPaths(words);
    const outcome = chunked ? await inPieces(context, audience, paths, dest) : await whole(context, audience, paths, dest);
    if (!outcome.isEmpty) await context.show(outcome.shown, askedOutputter(context.line));
    return context.line.values['strict'] === true && outcome.failed ? EXIT.failed : EXIT.ok;
  } catch (error) {
    if (error instanceof NotWholeError || error instanceof RefusedError) {
      context.print(error.message);
      return EXIT.failed;
    }
    if (error instanceof NoSuchSourceError) {
      context.complain(error.message);
      return EXIT.badTarget;
    }
    if (!(error instanceof MasterUnreachableError)) throw error;
    context.complain(error.reason === 'not_running' ? 'The salt master could not be contacted. Is master running?' : error.message);
    return EXIT.failed;
  }
}

interface Outcome {
  readonly shown: PlainMap;
  readonly isEmpty: boolean;
  /** Something did not reach somebody. */
  readonly failed: boolean;
}

const NOBODY: Outcome = { shown: {}, isEmpty: true, failed: true };

async function whole(context: CliContext, audience: Audience, paths: readonly string[], dest: string): Promise<Outcome> {
  const { contents, absent } = readWhole(paths);
  for (const path of absent) context.complain(`${path} does not exist: it is not sent`);
  const { returns, missing } = await sendWhole(askMinions(context, timeoutMs(context)), audience, contents, dest);
  if (returns.size === 0 && missing.length === 0) return nobody(context);
  for (const id of missing) context.complain(`${id} did not return`);
  return outcomeOf(returns, absent.length > 0 || missing.length > 0);
}

async function inPieces(context: CliContext, { tgt, tgtType }: Audience, paths: readonly string[], dest: string): Promise<Outcome> {
  const sources = gatherSources(paths, dest);
  const minions = await targeted(context, { tgt, tgtType, kwargs: {} });
  if (minions.length === 0) return nobody(context);
  const live = process.stderr.isTTY === true && process.stdout.isTTY === true;
  const placed = await sendPieces(askMinions(context, timeoutMs(context)), minions, sources, {
    pieceBytes: Math.max(1024, Number(context.opts['salt_cp_chunk_size']) || 98304),
    compressed: context.line.values['gzip'] !== false,
    onProgress: (progress) => { if (live) context.complainRaw(`\r\u001b[K${progressText(progress)}`); },
  });
  if (live) context.complainRaw('\r\u001b[K');
  const silent = minions.filter((id) => !placed.has(id));
  for (const id of silent) context.complain(`${id} did not return`);
  return outcomeOf(placed, silent.length > 0);
}

function nobody(context: CliContext): Outcome {
  context.print(NO_MINIONS);
  return NOBODY;
}

function outcomeOf(returns: ReadonlyMap<string, Value>, incomplete: boolean): Outcome {
  const isDone = (ret: Value): boolean => isPlainMap(ret) && Object.values(ret).every((value) => value === true);
  return { shown: Object.fromEntries(returns), isEmpty: false, failed: incomplete || ![...returns.values()].every(isDone) };
}

const timeoutMs = ({ opts }: CliContext): number => Number(opts['timeout'] ?? 5) * 1000;

function progressText({ path, file, files, sentBytes, bytes }: Progress): string {
  const percent = bytes === 0 ? 100 : Math.floor((100 * sentBytes) / bytes);
  return `${path}: ${percent} % (file ${file} of ${files})`;
}
