/**
 * `tsalt`: asks the master to publish a job and shows each answer the moment it comes. The master does the waiting.
 *
 * Source: golden cli/salt-*; wire-protocol section 9.
 */
import { join } from 'node:path';
import { askMaster, DOOR_NAME } from '../../client/door.js';
import { proofOf } from '../login/proof.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { EXIT } from '../exit-code.js';
import type { Command } from './compound-command.js';
import type { Overview } from '../print/overview.js';
import { noLiveLine, type LiveLine, type StatesAt } from '../print/live-line.js';
import { AbsentReturners } from '../print/absent-returners.js';
import { missingFacts, missingOf, missingText, type Missing } from '../print/missing.js';
import { executingText, FAILED, NO_MINIONS, NO_RETURN, summaryText } from './texts.js';

export interface SaltRequest {
  readonly tgt: Value;
  readonly tgtType: string;
  readonly command: Command;
  readonly ret: string;
  readonly timeoutMs: number | undefined;
  readonly gatherTimeoutMs: number | undefined;
  /** Options that travel: delimiter, metadata, ret_config, ret_kwargs, module_executors, start_event, ... */
  readonly kwargs: PlainMap;
  readonly async: boolean;
  readonly static: boolean;
  readonly verbose: boolean;
  readonly showJid: boolean;
  readonly summary: boolean;
  readonly showTimeout: boolean;
  /** Outputter asked for on the command line. */
  readonly outputter: string | null;
  /** Never 0 when something failed, also where Salt ends with 0. */
  readonly strict: boolean;
}

/** How answers are shown. */
export type ShowRequest = Pick<SaltRequest, 'async' | 'static' | 'verbose' | 'showJid' | 'summary' | 'outputter' | 'strict'>;

export interface SaltHost {
  readonly opts: Readonly<PlainMap>;
  /** A token or a login, where the key of the local user is not the proof. */
  readonly login?: PlainMap | undefined;
  readonly signal: AbortSignal;
  /** A line of results. */
  print(text: string): void;
  /** A line about the run, on standard error. */
  complain(text: string): void;
  /** Return data through an outputter. */
  show(data: Value, outputter: string | null, options?: { retcode?: number }): Promise<void>;
  /** Told the id of the job as soon as there is one. */
  readonly onJob?: (jid: string) => void;
  readonly live?: LiveLine;
  /** Hears every answer, and has the last word. */
  readonly overview?: Overview | undefined;
  /** Somebody reads standard error: what Salt is silent about may be said there. */
  readonly isRead?: boolean;
}

interface Tally {
  readonly absent: AbsentReturners;
  readonly all: Map<string, { ret: Value; out: string | undefined; retcode: number }>;
  readonly missing: Map<string, Missing>;
  readonly failed: string[];
  /** Of whom one of several functions failed: to Salt their job is done. */
  readonly failedInPart: string[];
  /** Who took the job, as far as known. */
  readonly received: Set<string>;
  /** Of those that run states and have not answered. */
  readonly states: Map<string, StatesAt>;
  jid: string;
  targeted: number;
}

/** Gives the exit code. @throws MasterUnreachableError */
export async function runSalt(request: SaltRequest, host: SaltHost): Promise<number> {
  const proof = proofOf(host);
  const load = publishLoad(request);
  const path = join(String(host.opts['sock_dir']), DOOR_NAME);
  return showJob(askMaster(path, { op: 'publish', ...proof, load }, host.signal), request, host);
}

/** Shows the frames of one job to their end, and gives the exit code. */
export async function showJob(frames: AsyncIterable<PlainMap>, request: ShowRequest, host: SaltHost): Promise<number> {
  const tally: Tally = { absent: new AbsentReturners(), all: new Map(), missing: new Map(), failed: [], failedInPart: [], received: new Set(), states: new Map(), jid: '0', targeted: 0 };
  const live = host.live ?? noLiveLine;
  try {
    for await (const frame of frames) {
      if (frame['kind'] !== 'noted') live.erase();
      const ended = await take(frame, request, host, tally);
      if (ended !== undefined) return ended;
      const { targeted, received, all, failed, states } = tally;
      live.show({ targeted, received: received.size, returned: all.size, failed: failed.length, states });
    }
  } finally {
    live.erase();
  }
  return finish(request, host, tally);
}

/** The request to the master. */
export function publishLoad(request: SaltRequest): PlainMap {
  return {
    tgt: request.tgt, tgt_type: request.tgtType, fun: request.command.fun, arg: request.command.arg, ret: request.ret, jid: '',
    kwargs: request.kwargs, wait: !request.async,
    ...(request.timeoutMs === undefined ? {} : { timeout_ms: request.timeoutMs }),
    ...(request.gatherTimeoutMs === undefined ? {} : { gather_timeout_ms: request.gatherTimeoutMs }),
  };
}

/** Shows one frame; a number ends the command with that exit code. */
async function take(frame: PlainMap, request: ShowRequest, host: SaltHost, tally: Tally): Promise<number | undefined> {
  switch (String(frame['kind'])) {
    case 'refused':
      host.print(isPlainMap(frame['error']) ? String(frame['error']['message']) : 'Refused');
      return typeof frame['exit_code'] === 'number' ? frame['exit_code'] : request.strict ? EXIT.failed : EXIT.ok;
    case 'no_minions':
      host.print(NO_MINIONS);
      if (request.async) {
        host.print('Executed command with job ID: 0');
        return request.strict ? EXIT.noMinions : EXIT.ok;
      }
      if (request.static) await host.show({}, request.outputter);
      host.complain(NO_RETURN);
      return EXIT.noMinions;
    case 'no_job':
      host.complain(`[ERROR   ] The master knows no job ${String(frame['jid'])}; tsalt-run jobs.list_jobs lists those it knows`);
      return EXIT.failed;
    case 'published':
      tally.jid = String(frame['jid']);
      tally.targeted = lengthOf(frame['minions']) + lengthOf(frame['missing']);
      host.onJob?.(tally.jid);
      announce(request, host, tally.jid);
      return request.async ? EXIT.ok : undefined;
    case 'return':
      await takeReturn(frame, request, host, tally);
      return undefined;
    case 'missing':
      await takeMissing(frame, request, host, tally);
      return undefined;
    case 'noted':
      takeNote(frame, tally);
      return undefined;
    default:
      return undefined;
  }
}

function takeNote({ id, states }: PlainMap, tally: Tally): void {
  tally.received.add(String(id));
  if (!isPlainMap(states) || tally.all.has(String(id))) return;
  tally.states.set(String(id), { at: Number(states['at']), of: Number(states['of']), failed: Number(states['failed']) });
}

function announce(request: ShowRequest, host: SaltHost, jid: string): void {
  if (request.async) host.print(`Executed command with job ID: ${jid}`);
  else if (request.verbose) host.print(executingText(jid));
  else if (request.showJid) host.print(`jid: ${jid}`);
}

async function takeReturn(frame: PlainMap, request: ShowRequest, host: SaltHost, tally: Tally): Promise<void> {
  const id = String(frame['id']);
  const load = isPlainMap(frame['load']) ? frame['load'] : {};
  const ret = load['return'] ?? null;
  const retcode = codeOf(load['retcode'], load['success']);
  const out = typeof load['out'] === 'string' ? load['out'] : undefined;
  // Of what is shown at once nothing is kept: answers of many minions would fill the memory.
  tally.all.set(id, { ret: request.static ? ret : null, out, retcode });
  tally.absent.note(id, load);
  tally.received.add(id);
  tally.states.delete(id);
  if (retcode !== 0) tally.failed.push(id);
  else if (worstOf(load['retcode']) !== 0) tally.failedInPart.push(id);
  host.overview?.returned(id, ret, out);
  if (isShownAtOnce(request, host)) await host.show({ [id]: ret }, request.outputter ?? out ?? null, { retcode });
}

async function takeMissing(frame: PlainMap, request: ShowRequest, host: SaltHost, tally: Tally): Promise<void> {
  const id = String(frame['id']);
  const missing = missingOf(frame);
  tally.missing.set(id, missing);
  tally.states.delete(id);
  host.overview?.missing(id);
  if (!isShownAtOnce(request, host)) return;
  await host.show({ [id]: missingText(missing, tally.jid) }, request.outputter, { retcode: 1 });
}

async function finish(request: ShowRequest, host: SaltHost, tally: Tally): Promise<number> {
  if (request.static) {
    const out = [...tally.all.values()][0]?.out;
    await host.show(Object.fromEntries([...tally.all].map(([id, { ret }]) => [id, ret])), request.outputter ?? out ?? null);
  }
  if (tally.all.size + tally.missing.size > 0) await host.overview?.end();
  // For programs the facts stand apart, on standard error, in one line.
  const facts = request.outputter === 'json' || host.opts['output'] === 'json' ? missingFacts(tally.missing, Date.now()) : undefined;
  if (facts !== undefined) host.complain(JSON.stringify(facts));
  if (request.summary) {
    const { targeted, missing, failed, all } = tally;
    host.print(summaryText({ targeted, missing: [...missing.keys()], failed, returned: all.size, verbose: request.verbose }));
  }
  if (tally.all.size === 0 && tally.missing.size === 0) {
    host.complain(NO_RETURN);
    return EXIT.noMinions;
  }
  tellAbsent(tally.absent, request, host);
  if (!hasFailed(request, tally)) return EXIT.ok;
  host.complain(FAILED);
  return EXIT.failed;
}

/** Source: golden cli/salt-return-nosuch: a program that reads standard error hears nothing of it, unless it asked for more than Salt says. */
export function tellAbsent(absent: AbsentReturners, { verbose, strict }: Pick<SaltRequest, 'verbose' | 'strict'>, host: SaltHost): void {
  if (host.isRead === true || verbose || strict) for (const line of absent.lines()) host.complain(line);
}

/** Results in one piece and jobs of several functions never fail in Salt. Source: golden salt-state-fail-all, salt-dead-json-static, salt-multi-fun-oneerr. */
function hasFailed({ static: isStatic, strict }: ShowRequest, { failed, failedInPart, missing, absent }: Tally): boolean {
  const isFailed = failed.length > 0 || missing.size > 0;
  return strict ? isFailed || failedInPart.length > 0 || absent.any : isFailed && !isStatic;
}

const lengthOf = (value: Value | undefined): number => (Array.isArray(value) ? value.length : 0);

/** Else at the end, in one piece. */
const isShownAtOnce = (request: ShowRequest, { overview }: SaltHost): boolean => !request.static && overview?.replacesAnswers !== true;

/** The largest code of several functions. */
function worstOf(retcode: Value | undefined): number {
  return isPlainMap(retcode) ? Math.max(0, ...Object.values(retcode).map((code) => Math.abs(Number(code) || 0))) : 0;
}

/** One code: a job of several functions counts as done whatever its parts gave. */
function codeOf(retcode: Value | undefined, success: Value | undefined): number {
  if (isPlainMap(retcode)) return 0;
  const code = Number(retcode ?? 0) || 0;
  return code === 0 && success === false ? 1 : code;
}
