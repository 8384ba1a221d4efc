/** Plays the calls of `orchestrate.json`: runners, jobs and pauses, with the events that came meanwhile. Source: `record_orch.py`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusEvent } from '../../../src/bus/event/bus.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../src/kernel/std/value.js';
import { Lab, mapOf } from './lab.js';
import { filled } from './minion.js';

export interface LabCall {
  readonly via: 'runner' | 'local' | 'sleep';
  readonly fun?: string;
  readonly tgt?: string;
  readonly tgt_type?: string;
  readonly args?: readonly Value[];
  readonly kwargs?: PlainMap;
  readonly wait?: boolean;
  readonly seconds?: number;
  readonly events?: boolean;
}

export interface LabCase {
  readonly tree?: Readonly<Record<string, string>>;
  readonly pillar?: PlainMap;
  readonly calls: readonly LabCall[];
}

/** Events may come so long after the answer. */
const SETTLE_MS = 1000;
/** Tags that the recorder left out, and events of ours. */
const UNHEARD = /^(?:minion\/refresh|salt\/auth|minion_ping|salt\/stats|20|tsalt\/)/;
const WITH_DATA = /state_result|\/prog\/|^salt\/run\/|^my\//;

/** One answer for each call, in the form of the recording but not yet without what differs from run to run. */
export async function playInLab(recording: LabCase, lab: Lab): Promise<PlainMap[]> {
  lab.layOut(filled(recording.tree ?? {}, lab.work) as Record<string, string>, recording.pillar === undefined ? undefined : filled(recording.pillar, lab.work));
  const answers: PlainMap[] = [];
  for (const call of recording.calls) answers.push(await answer(filled(call as unknown as PlainMap, lab.work) as unknown as LabCall, lab));
  return answers;
}

async function answer(call: LabCall, lab: Lab): Promise<PlainMap> {
  if (call.via === 'sleep') {
    await sleep((call.seconds ?? 0) * 1000);
    return {};
  }
  // What still comes of the call before is not of this one.
  if (call.events === true) await sleep(SETTLE_MS);
  lab.hearing.clear();
  const ret = call.via === 'runner' ? await runner(call, lab) : await job(call, lab);
  if (call.events !== true) return { ret };
  await sleep(SETTLE_MS);
  return { ret, events: inOrder(lab.hearing.events.filter(({ tag }) => !UNHEARD.test(tag)).map(shown)) };
}

async function runner({ fun = '', args = [], kwargs = {} }: LabCall, lab: Lab): Promise<Value> {
  for await (const frame of lab.ask('runner', { fun, arg: args, kwarg: kwargs, wait: true })) {
    if (frame['kind'] === 'result') return withoutCaller(mapOf(frame['data']));
    if (frame['kind'] === 'refused' || frame['kind'] === 'not_called') throw new Error(`${fun} was not called: ${JSON.stringify(frame)}`);
  }
  throw new Error(`${fun} gave no answer`);
}

/** The recorder called from Python, our lab as a command line does: that names the user, and gives an orchestration its id. */
function withoutCaller({ jid: _jid, user: _user, _stamp, outputter: _outputter, fun_args: args, ...data }: PlainMap): PlainMap {
  return { ...data, ...(isList(args ?? null) ? { fun_args: withoutId(args as readonly Value[]) } : {}) };
}

function withoutId(args: readonly Value[]): Value[] {
  return args.flatMap((arg) => {
    if (!isPlainMap(arg) || !('orchestration_jid' in arg)) return [arg];
    const { orchestration_jid: _id, ...rest } = arg;
    return Object.keys(rest).length === 0 ? [] : [rest];
  });
}

async function job({ fun = '', tgt = '', tgt_type = 'glob', args = [], kwargs = {}, wait }: LabCall, lab: Lab): Promise<Value> {
  const arg = [...args, ...(Object.keys(kwargs).length === 0 ? [] : [{ ...kwargs, __kwarg__: true }])];
  const answers: PlainMap = {};
  for await (const frame of lab.ask('publish', { fun, arg, tgt, tgt_type, timeout_ms: 20_000, gather_timeout_ms: 5000, kwargs: {} })) {
    if (frame['kind'] === 'published' && wait === false) return frame['jid'] ?? null;
    if (frame['kind'] !== 'return') continue;
    const { return: ret = null, out, retcode = 0, jid = '' } = mapOf(frame['load']);
    answers[String(frame['id'])] = { ret, ...(out === undefined ? {} : { out }), retcode, jid };
  }
  return answers;
}

function shown({ tag, data }: BusEvent): PlainMap {
  if (!WITH_DATA.test(tag)) return { tag };
  const { _stamp, ...rest } = data;
  if (!tag.startsWith('salt/run/')) return { tag, data: rest };
  const { outputter: _outputter, ...told } = rest;
  return { tag, data: { ...told, ...('user' in told ? { user: 'UNKNOWN' } : {}), ...(isList(told['fun_args'] ?? null) ? { fun_args: withoutId(told['fun_args'] as readonly Value[]) } : {}) } };
}

/** Returns of several minions come in the order of chance. */
function inOrder(events: readonly PlainMap[]): PlainMap[] {
  const sorted: PlainMap[] = [];
  let returns: PlainMap[] = [];
  const flush = (): void => {
    sorted.push(...returns.sort((a, b) => (String(a['tag']) < String(b['tag']) ? -1 : 1)));
    returns = [];
  };
  for (const event of events) {
    if (/\/ret\/[^/]+$/.test(String(event['tag']))) returns.push(event);
    else {
      flush();
      sorted.push(event);
    }
  }
  flush();
  return sorted;
}
