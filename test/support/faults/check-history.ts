/**
 * Decides from a history whether the promises were kept: nothing lost, nothing twice, order of states kept.
 *
 * A part is one job on one minion. What is promised, and by which test it is proven: `docs/decisions/faults.md`.
 */
import { valueOf, type Fact, type Happening } from './history.js';

/** Of `/proc/uptime`, read by two programs. */
const CLOCK_SECONDS = 0.05;

/** States of the delivery record in the order in which they may follow each other; those of one line exclude each other. */
const STATES: readonly (readonly string[])[] = [
  ['published'], ['received'], ['running'], ['returned', 'failed', 'refused', 'not_connected', 'lost', 'cancelled'],
];
/** A minion that could not be reached may still turn up. */
const PROVISIONAL = new Set(['not_connected', 'lost']);

type Of<W extends Happening['what']> = Fact & { readonly what: W };

interface Part {
  readonly jid: string;
  readonly id: string;
  readonly facts: readonly Fact[];
}

/** Each broken promise as a sentence; empty when all were kept. The history must be complete: no job runs, no return waits. */
export function checkHistory(history: readonly Fact[]): string[] {
  return [...jobFaults(history), ...partsOf(history).flatMap((part) => partFaults(part, history))];
}

function jobFaults(history: readonly Fact[]): string[] {
  const asked = new Set(ofKind(history, 'asked').map(({ jid }) => jid));
  const unknown = new Set(history.flatMap((fact) => ('jid' in fact && !asked.has(fact.jid) ? [fact.jid] : [])));
  const refused = new Set(ofKind(history, 'not_published').map(({ jid }) => jid));
  const run = new Set([...ofKind(history, 'started'), ...ofKind(history, 'stored')].map(({ jid }) => jid));
  return [
    ...[...unknown].map((jid) => `${jid}: nobody asked for it`),
    ...[...refused].filter((jid) => run.has(jid)).map((jid) => `${jid}: the master said that it is not published, and it ran`),
  ];
}

function partsOf(history: readonly Fact[]): Part[] {
  const parts = new Map<string, { jid: string; id: string; facts: Fact[] }>();
  const part = (jid: string, id: string): { facts: Fact[] } => {
    const key = `${jid} ${id}`;
    const known = parts.get(key) ?? { jid, id, facts: [] };
    parts.set(key, known);
    return known;
  };
  for (const fact of history) {
    if ('id' in fact && 'jid' in fact) part(fact.jid, fact.id).facts.push(fact);
    else if (fact.what === 'published') for (const id of fact.minions) part(fact.jid, id).facts.push(fact);
  }
  return [...parts.values()];
}

function partFaults(part: Part, history: readonly Fact[]): string[] {
  const faults = [...twice(part), ...lost(part, history), ...invented(part, history), ...disorder(part, history)];
  return faults.map((fault) => `${part.jid} on ${part.id}: ${fault}`);
}

/** Nothing twice. */
function* twice({ facts }: Part): Generator<string> {
  for (const what of ['started', 'done', 'shown', 'stored'] as const) {
    const { length } = ofKind(facts, what);
    if (length > 1) yield `${what} ${length} times`;
  }
  const lives = ofKind(facts, 'event').map(({ life }) => life);
  if (new Set(lives).size < lives.length) yield `its return was an event ${lives.length} times in one life of the master`;
}

/** Nothing lost: what was done is stored, what was acknowledged or shown is stored, and of every part somebody can say what became of it. */
function* lost({ id, facts }: Part, history: readonly Fact[]): Generator<string> {
  const isStored = ofKind(facts, 'stored').length > 0;
  for (const what of ['acknowledged', 'shown', 'event'] as const) {
    if (!isStored && ofKind(facts, what).length > 0) yield `${what}, and not stored`;
  }
  const [started] = ofKind(facts, 'started');
  const diedLater = started !== undefined && ofKind(history, 'died').some((fact) => fact.id === id && fact.at + CLOCK_SECONDS >= started.at);
  if (isStored) return;
  if (ofKind(facts, 'done').length > 0 && !diedLater) yield 'done, and not stored';
  else if (started !== undefined && !diedLater) yield 'started on a minion that lives, and not stored';
  else if (ofKind(facts, 'published').length > 0 && !isAccounted(facts)) yield 'published, and nobody says what became of it';
}

/** The last state of the delivery record, or the answer to who asked. */
function isAccounted(facts: readonly Fact[]): boolean {
  const state = ofKind(facts, 'record').at(-1)?.state;
  return ofKind(facts, 'missing').length > 0 || (state !== undefined && rankOf(state) === STATES.length - 1);
}

/** What is stored is what the job gave, and a success needs a job that was done. */
function* invented({ jid, id, facts }: Part, history: readonly Fact[]): Generator<string> {
  const [stored] = ofKind(facts, 'stored');
  for (const { what, success, text } of [...ofKind(facts, 'stored'), ...ofKind(facts, 'shown')]) {
    if (success && text !== valueOf(jid, id)) yield `${what} with the answer of another: ${JSON.stringify(text.slice(0, 200))}`;
  }
  if (stored === undefined) return;
  const isDone = ofKind(facts, 'done').length > 0;
  if (stored.success && !isDone) yield 'stored as a success, and never done';
  const hasDied = ofKind(history, 'died').some((fact) => fact.id === id);
  if (!stored.success && isDone && !hasDied) yield `done, and stored as a failure: ${JSON.stringify(stored.text.slice(0, 200))}`;
}

/** Order of states. */
function* disorder({ jid, facts }: Part, history: readonly Fact[]): Generator<string> {
  const asked = ofKind(history, 'asked').find((fact) => fact.jid === jid);
  const steps = [asked, ...(['started', 'done', 'event'] as const).map((what) => ofKind(facts, what)[0])].filter((fact) => fact !== undefined);
  for (const [at, later] of steps.entries()) {
    const earlier = steps[at - 1];
    if (earlier !== undefined && later.at + CLOCK_SECONDS < earlier.at) yield `${later.what} at ${later.at}, before ${earlier.what} at ${earlier.at}`;
  }
  const shown = ofKind(facts, 'shown')[0];
  const done = ofKind(facts, 'done')[0];
  if (shown?.success === true && done !== undefined && shown.at + CLOCK_SECONDS < done.at) yield 'shown before it was done';
  const states = ofKind(facts, 'record').map(({ state }) => state);
  for (const [at, state] of states.entries()) {
    const before = states[at - 1];
    if (before === undefined || before === state) continue;
    if (rankOf(state) < 0) yield `the record has an unknown state: ${state}`;
    const isBack = rankOf(state) < rankOf(before) || (rankOf(state) === rankOf(before) && !PROVISIONAL.has(before));
    if (isBack) yield `the record went from ${before} to ${state}`;
  }
}

const rankOf = (state: string): number => STATES.findIndex((names) => names.includes(state));

function ofKind<W extends Happening['what']>(facts: readonly Fact[], what: W): Of<W>[] {
  return facts.filter((fact): fact is Of<W> => fact.what === what);
}
