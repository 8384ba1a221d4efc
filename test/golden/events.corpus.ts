/**
 * Plays recorded scenarios with our master, minions and programs, and compares what the bus carried.
 * `GOLDEN_ONLY` (a regular expression over names) plays a part; what a scenario needs is made for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { differenceOf, isWanted, pendingFor, readCases, type CaseResult, type Corpus } from './corpus.js';
import { EventFleet } from './events/fleet.js';
import { comparable, isRepeatedState, normalise, orders, type Scenario, type TaggedEvent } from './events/recording.js';
import { inOrder, type Way } from './events/scenarios.js';

const NAME = 'events';
/** Longest time after the last command until all is heard. */
const HEARD_WITHIN_MS = 6000;
/** What must not come is waited for so long. */
const SILENCE_MS = 300;
const LOOK_EVERY_MS = 50;

export const corpus: Corpus = {
  name: NAME,
  async *run(dir) {
    const scenarios = readCases(dir).map(({ content }) => content as Scenario).filter(({ name }) => isWanted(name));
    for (const { name } of scenarios) {
      const missing = pendingFor(NAME, name);
      if (missing !== undefined) yield { id: name, outcome: 'pending', detail: missing };
    }
    const playable = scenarios.filter(({ name }) => pendingFor(NAME, name) === undefined);
    if (playable.length === 0) return;
    await using fleet = await EventFleet.start(dir);
    for (const [scenario, way] of inOrder(playable)) yield judge(scenario.name, await play(scenario, way, fleet));
  },
};

/** Gives what differs. */
async function play(scenario: Scenario, way: Way, fleet: EventFleet): Promise<string[]> {
  try {
    await way.before?.(fleet);
    fleet.hearing.clear();
    if (way.act !== undefined) await way.act(fleet);
    else for (const command of scenario.commands) await fleet.run(command);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error), fleet.lastWords()];
  }
  const find = (): string[] => compare(scenario.events, fleet.hearing.events, way.heeded ?? [], fleet.root);
  for (const end = Date.now() + HEARD_WITHIN_MS; Date.now() < end && find().length > 0; ) await sleep(LOOK_EVERY_MS);
  await sleep(SILENCE_MS);
  const faults = find();
  await way.after?.(fleet);
  return faults;
}

function compare(recorded: readonly TaggedEvent[], heard: readonly TaggedEvent[], heeded: readonly string[], root: string): string[] {
  const theirs = normalise(recorded, '/ROOT');
  const ours = normalise(heard, root);
  const [wanted, found] = [comparable(theirs, heeded), comparable(ours, heeded)];
  const faults = [
    ...without(wanted, found).map((line) => `not heard: ${line}`), ...without(found, wanted).filter((line) => !isRepeatedState(line)).map((line) => `heard too much: ${line}`),
  ];
  if (faults.length > 0) return faults;
  const [wantedOrder, foundOrder] = [orders(theirs), orders(ours)];
  return wantedOrder.join('\n') === foundOrder.join('\n') ? [] : [`another order, wanted:\n${wantedOrder.join('\n')}\nfound:\n${foundOrder.join('\n')}`];
}

/** Those of `lines` that `others` does not have, each counted. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function judge(name: string, faults: readonly string[]): CaseResult {
  if (faults.length === 0) return { id: name, outcome: 'passed' };
  const listed = differenceOf(NAME, name);
  return listed === undefined ? { id: name, outcome: 'failed', detail: faults.join('\n') } : { id: name, outcome: 'listed', detail: listed };
}
