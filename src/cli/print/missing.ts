/**
 * What is said of a minion that did not answer. Where nothing more is known than its silence this is Salt's text to the letter;
 * else one plain sentence of the delivery record stands with it.
 *
 * Source: golden cli/salt-dead*, salt-tgt-compound-badparen (a minion that does not work on the job is told as silent).
 */
import { isNumber, isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';

export interface Missing {
  readonly why: string;
  /** As the frame of the master has it: state, at_ms, since_ms, heard_ms, pid, why, connected, gone_since_ms. */
  readonly record: PlainMap;
}

export const missingOf = (frame: PlainMap): Missing => ({
  why: String(frame['why']), record: isPlainMap(frame['record']) ? frame['record'] : {},
});

/** The whole text in place of the answer. */
export function missingText(missing: Missing, jid: string, nowMs = Date.now()): string {
  const sentence = missingSentence(missing, nowMs);
  const later = [
    'The minions may not have all finished running and any remaining minions will return upon completion. '
      + 'To look up the return data for this job later, run the following command:',
    '',
    `tsalt-run jobs.lookup_jid ${jid}`,
  ];
  const label = LABELS[missing.why] ?? 'No response';
  const mayReturn = label === 'No response';
  return [`Minion did not return. [${label}]`, ...(sentence === undefined ? [] : [sentence]), ...(mayReturn ? later : [])].join('\n');
}

const LABELS: Readonly<Record<string, string>> = { not_connected: 'Not connected', cancelled: 'Cancelled' };

/** Undefined when no more is known than silence. */
export function missingSentence({ why, record }: Missing, nowMs: number): string | undefined {
  const goneMs = ms(record['gone_since_ms']);
  const worked = workedText(record, nowMs);
  switch (String(record['state'] ?? '')) {
    case 'cancelled':
      return `The job was ended there${withReason(record)}, ${ago(record['at_ms'], nowMs)}.`;
    case 'refused':
      return `It refused the job${withReason(record)}.`;
    case 'not_connected':
      return goneMs === undefined ? undefined : `It is not connected since ${clock(goneMs)} (${span(nowMs - goneMs)}).`;
    case 'lost':
      if (why === 'not_connected' || goneMs !== undefined) {
        return `The connection was lost during the job${goneMs === undefined ? '' : `, ${ago(goneMs, nowMs)}`}${worked === '' ? '' : `; before, ${worked}`}.`;
      }
      return worked === '' ? undefined : `It answers that it does not work on the job any more; before, ${worked}.`;
    case 'running':
      return `It does not answer now; ${worked}.`;
    case 'received':
      return `It received the job ${ago(record['received_ms'], nowMs)} and has not said that it began.`;
    default:
      return why === 'no_response' && record['connected'] === true ? 'It is connected, but does not answer whether it works on the job.' : undefined;
  }
}

/** The facts for programs: of those only about whom more is known than silence. Undefined when there are none. */
export function missingFacts(missing: ReadonlyMap<string, Missing>, nowMs: number): PlainMap | undefined {
  const known = [...missing].filter(([, one]) => one.why !== 'no_response' && one.why !== 'not_connected' || missingSentence(one, nowMs) !== undefined);
  return known.length === 0 ? undefined : { missing: Object.fromEntries(known.map(([id, { why, record }]) => [id, { reason: why, ...record }])) };
}

/** That the minion was heard to work on the job, for how long, and as which process. */
function workedText(record: PlainMap, nowMs: number): string {
  const sinceMs = ms(record['since_ms']);
  const heardMs = ms(record['heard_ms']);
  if (heardMs === undefined) return '';
  const pid = record['pid'] === undefined ? '' : ` as PID ${String(record['pid'])}`;
  if (sinceMs === undefined && pid === '') return `it had received the job when it was last heard, ${ago(heardMs, nowMs)}`;
  const long = sinceMs === undefined ? '' : ` for ${span(heardMs - sinceMs)}`;
  return `it was running the job${long}${pid} when it was last heard, ${ago(heardMs, nowMs)}`;
}

const withReason = (record: PlainMap): string => (typeof record['why'] === 'string' ? ` (${record['why']})` : '');
const ms = (value: Value | undefined): number | undefined => (isNumber(value) ? Number(value) : undefined);

function ago(value: Value | undefined, nowMs: number): string {
  const atMs = ms(value);
  return atMs === undefined ? 'some time ago' : `${span(nowMs - atMs)} ago`;
}

/** `40 s`, `12 minutes`, `3 hours`, `5 days`. */
function span(lengthMs: number): string {
  const seconds = Math.max(0, Math.round(lengthMs / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} minutes`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`;
}

/** Local time, as people read clocks. */
const clock = (atMs: number): string => new Date(atMs).toLocaleString('sv-SE');
