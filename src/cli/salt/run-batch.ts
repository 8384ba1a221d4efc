/**
 * `tsalt -b`: asks the master to run a job on a few minions at a time, and shows what happens. The master runs the batch.
 *
 * Source: golden cli/salt-batch-*, salt-dead-batch; read, Salt 3008.3 (order of the fields of a return).
 */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { repr } from '../../kernel/std/python-text.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { EXIT } from '../exit-code.js';
import { publishLoad, tellAbsent, type SaltHost, type SaltRequest } from './run-salt.js';
import { AbsentReturners } from '../print/absent-returners.js';
import { badBatchText, NO_MATCH, NO_MINIONS, NO_RETURN } from './texts.js';

export interface BatchRequest {
  /** A number or a share such as `25%`. */
  readonly size: Value;
  readonly waitMs: number;
  readonly failhard: boolean;
}

export interface BatchHost extends SaltHost {
  readonly log: { notice(level: 'error', text: string): void };
}

interface Shown {
  readonly absent: AbsentReturners;
  /** With `--static`: all returns, shown at the end. */
  readonly all: PlainMap;
  /** The largest. */
  retcode: number;
  /** Who was asked and did not answer. */
  silent: number;
}

/** Gives the exit code. @throws MasterUnreachableError */
export async function runBatch(request: SaltRequest, batch: BatchRequest, host: BatchHost): Promise<number> {
  const proof = proofOf(host);
  const load: PlainMap = { ...publishLoad(request), batch: { size: batch.size, wait_ms: batch.waitMs, failhard: batch.failhard } };
  const shown: Shown = { absent: new AbsentReturners(), all: {}, retcode: 0, silent: 0 };
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  for await (const frame of askMaster(path, { op: 'publish', ...proof, load }, host.signal)) {
    const ended = await take(frame, request, host, shown);
    if (ended !== undefined) return ended;
  }
  await host.overview?.end();
  tellAbsent(shown.absent, request, host);
  const isFailed = request.strict && (shown.absent.any || shown.silent > 0 || shown.retcode !== 0);
  if (!request.static) return (shown.retcode & 0xff) || (isFailed ? EXIT.failed : EXIT.ok);
  await host.show(shown.all, request.outputter);
  if (Object.keys(shown.all).length === 0) return noReturn(host);
  return isFailed ? EXIT.failed : EXIT.ok;
}

/** Shows one frame; a number ends the command with that exit code. */
async function take(frame: PlainMap, request: SaltRequest, host: BatchHost, shown: Shown): Promise<number | undefined> {
  const isQuiet = request.static && !request.async;
  switch (String(frame['kind'])) {
    case 'refused': {
      const { name = '', message = 'Refused' } = isPlainMap(frame['error']) ? frame['error'] : {};
      host.print(String(message));
      // Salt ends with 0 where somebody may not; a batch that broke is ours to tell.
      return request.strict || name === 'BatchError' ? EXIT.failed : EXIT.ok;
    }
    case 'bad_batch':
      host.log.notice('error', badBatchText(String(frame['error'])));
      return EXIT.failed;
    case 'no_minions':
      host.print(NO_MINIONS);
      if (!isQuiet) host.print(NO_MATCH);
      return nothing(request, host);
    case 'batch_empty':
      if (request.async) host.print(NO_MATCH);
      return nothing(request, host);
    case 'batch_begun':
      if (!request.async) host.onJob?.(String(frame['jid']));
      shown.silent += textsOf(frame['down']).length;
      for (const id of textsOf(frame['down'])) host.overview?.missing(id);
      if (!isQuiet) for (const id of textsOf(frame['down'])) host.print(`Minion ${id} did not respond. No job will be sent.`);
      if (!request.async) return undefined;
      host.print(`Executed batch command with job ID: ${String(frame['jid'])}`);
      return EXIT.ok;
    case 'batch_next':
      if (!isQuiet) host.print(`\nExecuting run on ${repr(textsOf(frame['minions']))}\n`);
      return undefined;
    case 'return':
      await takeReturn(frame, request, host, shown);
      return undefined;
    case 'missing':
      // Only the piece at the end tells who was silent.
      shown.silent += 1;
      host.overview?.missing(String(frame['id']));
      shown.all[String(frame['id'])] = {};
      return undefined;
    case 'batch_halted':
      host.log.notice('error', frame['reason'] === 'failhard' ? 'Batch run stopped due to failhard' : `Batch run stopped: ${String(frame['reason'])}`);
      return undefined;
    default:
      return undefined;
  }
}

async function takeReturn(frame: PlainMap, request: SaltRequest, host: BatchHost, shown: Shown): Promise<void> {
  const id = String(frame['id']);
  const load = isPlainMap(frame['load']) ? frame['load'] : {};
  const ret = load['return'] ?? null;
  shown.absent.note(id, load);
  shown.retcode = Math.max(shown.retcode, codeOf(load['retcode']));
  if (request.static) {
    shown.all[id] = ret;
    return;
  }
  const out = typeof load['out'] === 'string' ? load['out'] : null;
  host.overview?.returned(id, ret, out ?? undefined);
  if (host.overview?.replacesAnswers === true) return;
  const { retcode = 0, jid = '' } = load;
  await host.show({ retcode, jid, [id]: ret }, request.outputter ?? out);
}

async function nothing(request: SaltRequest, host: SaltHost): Promise<number> {
  if (request.async) return EXIT.ok;
  if (request.static) await host.show({}, request.outputter);
  return noReturn(host);
}

function noReturn(host: SaltHost): number {
  host.complain(NO_RETURN);
  return EXIT.noMinions;
}

/** The largest for several functions. */
function codeOf(retcode: Value | undefined): number {
  if (isPlainMap(retcode)) return Math.max(0, ...Object.values(retcode).map(codeOf));
  return Math.trunc(Number(retcode ?? 0)) || 0;
}

const textsOf = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
