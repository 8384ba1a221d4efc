/** Recorded scenarios of events, and how an event is made comparable; see the README beside the recordings. */
import { hostname } from 'node:os';
import type { PlainMap, Value } from '../../../src/kernel/std/value.js';
import { isList, isPlainMap } from '../../../src/kernel/std/value.js';
import { withoutTracebacks } from '../cli/normalise.js';

export interface TaggedEvent {
  readonly tag: string;
  readonly data: PlainMap;
}

export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly commands: readonly string[];
  readonly events: readonly TaggedEvent[];
}

/** Sets, given in the order of chance. */
const SETS = new Set(['present', 'new', 'lost']);
/** Of this machine, in the id of the master and the names of its keys. */
const OWN_NAME = new RegExp(`\\b${hostname().replaceAll('.', '\\.')}(?=_master|\\.p(?:em|ub)$)`, 'g');
const JID = /(?<!\d)2\d{19}(?!\d)/g;
/** Values that differ from run to run, by the key they stand under. */
const BY_KEY: Readonly<Record<string, Value>> = {
  _stamp: '2026-01-01T00:00:00.000000+00:00', ts: 1_700_000_000, pub: '<PEM public key>', duration: 1.234, start_time: '00:00:00.000000', pid: 1000,
  __pub_pid: 1000, created: 1_700_000_000.5, last_progress: 1_700_000_000.5,
  '1m': 0.5, '5m': 0.5, '15m': 0.5, '1-min': 0.5, '5-min': 0.5, '15-min': 0.5,
};

/** All questions "do you still work on it?", and all runs of a scheduled job: how often they come is up to the clock. */
const QUESTION = `20260101${'9'.repeat(12)}`;
const SCHEDULED = `20260101${'8'.repeat(12)}`;
const BY_PACE: readonly string[] = [QUESTION, SCHEDULED];

/**
 * The events of one run without what differs from run to run. Job ids get numbers by what happened under them, not by the order in which
 * they appeared: which of two jobs is first is chance.
 */
export function normalise(events: readonly TaggedEvent[], root: string): TaggedEvent[] {
  const plain = events.map((event) => withoutChance(event, root));
  const numbers = numberJobs(plain);
  return plain.map((event) => withTexts(event, (text) => text.replace(JID, (jid) => numbers.get(jid) ?? jid)));
}

function withoutChance({ tag, data }: TaggedEvent, root: string): TaggedEvent {
  const text = (given: string): string => given
    .replaceAll(root, '/ROOT')
    .replace(OWN_NAME, 'HOST')
    .replace(/started at \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/, 'started at Thu Jan  1 00:00:00 2026')
    .replace(/\bat pid \d+/g, 'at pid 1000')
    .replace(/^(salt\/beacon\/.*\/)\d{4}-\d\d-\d\dT[\d:.]+$/, '$1 at a time')
    .replace(/^(Passed invalid arguments to [^\n]*)\n[^]*$/, '$1 (documentation of the function follows)');
  return withTexts({ tag, data: withPlaces(data) }, (given) => withoutTracebacks(text(given)));
}

/** Numbers from 1 on, in the order of what stands in the events that name a job. */
function numberJobs(events: readonly TaggedEvent[]): Map<string, string> {
  const numbers = new Map<string, string>();
  for (const { data } of events) {
    if (typeof data['jid'] !== 'string') continue;
    if (data['fun'] === 'saltutil.find_job') numbers.set(data['jid'], QUESTION);
    else if (typeof data['schedule'] === 'string') numbers.set(data['jid'], SCHEDULED);
  }
  const lines = events.map(({ tag, data }) => `${tag} ${JSON.stringify(sorted(data))}`);
  const jids = [...new Set(lines.flatMap((line) => line.match(JID) ?? []))].filter((jid) => !numbers.has(jid));
  const story = (jid: string): string => lines.filter((line) => line.includes(jid)).map((line) => line.replace(JID, (other) => (other === jid ? 'this' : 'other'))).sort().join('\n');
  const stories = jids.map((jid) => [story(jid), jid] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [at, [, jid]] of stories.entries()) numbers.set(jid, `20260101${String(at + 1).padStart(12, '0')}`);
  return numbers;
}

/** Every text of an event through a function; values that stand under a key of chance are fixed. */
function withTexts({ tag, data }: TaggedEvent, text: (given: string) => string): TaggedEvent {
  const value = (given: Value, key?: string): Value => {
    if (key !== undefined && Object.hasOwn(BY_KEY, key)) return BY_KEY[key] ?? null;
    if (typeof given === 'string') return text(given);
    if (isList(given)) return key !== undefined && SETS.has(key) ? given.map(String).sort((a, b) => (a < b ? -1 : 1)) : given.map((item) => value(item));
    return isPlainMap(given) ? Object.fromEntries(Object.entries(given).map(([name, item]) => [text(name), value(item, name)])) : given;
  };
  return { tag: text(tag), data: value(data) as PlainMap };
}

/** The state of a batch names its minions in the order of chance, and when each began: here they are called by their places. */
function withPlaces(data: PlainMap): PlainMap {
  const { state } = data;
  if (!isPlainMap(state) || !isList(state['all_minions'])) return data;
  const all = state['all_minions'].map(String);
  const place = (id: string): string => (all.includes(id) ? `minion ${all.indexOf(id)}` : id);
  const places = (ids: Value | undefined): Value => (isList(ids) ? ids.map((id) => place(String(id))) : (ids ?? null));
  const byPlace = (of: Value | undefined, pick = (value: Value): Value => value): Value =>
    isPlainMap(of) ? Object.fromEntries(Object.entries(of).map(([id, value]) => [place(id), pick(value)])) : (of ?? null);
  const seconds = (value: Value): Value => (Number(value) > 1_500_000_000 ? 1_700_000_000.5 : value);
  return {
    ...data,
    state: {
      ...state, all_minions: places(all), pending: places(state['pending']), active: byPlace(state['active'], seconds),
      done: byPlace(state['done']), failed: byPlace(state['failed']),
    },
  };
}

/** A state that is told again and again; what it was in between is chance. */
export const isRepeatedState = (line: string): boolean => line.startsWith('salt/presence/present ');

/** Tags of what comes and goes with the clock: heeded only where the scenario is about it. */
const BY_CLOCK = ['salt/auth', 'salt/presence/'];
/** How often a beacon tells is up to the clock. */
const BEACON = 'salt/beacon/';

/**
 * What two runs must share: each event as a line of text with sorted keys. Repetitions of what comes by the clock, and of
 * the question whether a job still runs, and of scheduled jobs, are left out; across jobs and minions the order is chance, so the lines are sorted.
 */
export function comparable(events: readonly TaggedEvent[], heeded: readonly string[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    // Events of ours, which real Salt has not.
    if (event.tag.startsWith('tsalt/')) continue;
    const clock = BY_CLOCK.find((prefix) => event.tag.startsWith(prefix));
    if (clock !== undefined && !heeded.includes(clock)) continue;
    const line = `${event.tag} ${JSON.stringify(sorted(event.data))}`;
    const isRepeatable = clock !== undefined || event.tag.startsWith(BEACON) || BY_PACE.some((jid) => event.tag.includes(jid));
    if (!isRepeatable || !lines.includes(line)) lines.push(line);
  }
  return lines.sort();
}

/** The kinds of events of each job, in their order. */
export function orders(events: readonly TaggedEvent[]): string[] {
  const byJob = new Map<string, string[]>();
  for (const { tag } of events) {
    const jid = /20260101\d{12}/.exec(tag)?.[0];
    if (jid === undefined || (BY_PACE.includes(jid) && byJob.get(jid)?.includes(tag))) continue;
    byJob.set(jid, [...(byJob.get(jid) ?? []), tag]);
  }
  return [...byJob.values()].map((tags) => tags.filter((tag) => !/\/(ret|prog)\//.test(tag)).concat(tags.some((tag) => tag.includes('/ret/')) ? ['ret'] : []).join(' > ')).sort();
}

function sorted(value: Value): unknown {
  if (isList(value)) return value.map(sorted);
  if (!isPlainMap(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
