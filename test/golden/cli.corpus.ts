/**
 * Plays recorded command lines of real Salt against our programs: real processes on a set-up like the recorded one.
 * `GOLDEN_ONLY` (a regular expression over case names) plays a part.
 */
import { join } from 'node:path';
import { playApi, type ApiRecording } from './cli/api.js';
import { differences } from './cli/compare.js';
import { Fleet } from './cli/fleet.js';
import { makeKeyStore } from './cli/key-store.js';
import { normaliser } from './cli/normalise.js';
import { runOurs, runShell, type Recording } from './cli/recording.js';
import { prepareCase } from './cli/setups.js';
import { differenceOf, isWanted, pendingFor, readCases, type CaseResult, type Corpus } from './corpus.js';

const NAME = 'cli';
/** In this order: what is looked up in a group must not have been left there by one before. */
const FLEET_GROUPS = ['salt', 'salt-run', 'salt-call', 'salt-cp'];
const API_GROUP = 'salt-api (rest_cherrypy)';
const MADE_UP_JID = /^20260101\d{12}$/;

export const corpus: Corpus = {
  name: NAME,
  async *run(dir) {
    const cases = readCases(dir).map(({ file, content }) => ({ ...(content as Recording), name: file })).filter(({ name }) => isWanted(name));
    for (const recording of cases) {
      const missing = pendingFor(NAME, recording.name);
      if (missing !== undefined) yield { id: recording.name, outcome: 'pending', detail: missing };
    }
    const playable = cases.filter(({ name }) => pendingFor(NAME, name) === undefined);
    for (const recording of playable.filter(({ group }) => group === 'salt-key')) yield await playKey(recording, dir);
    const overHttp = playable.filter(({ group }) => group === API_GROUP) as unknown as ApiRecording[];
    yield* playOnFleet(FLEET_GROUPS.flatMap((name) => playable.filter(({ group }) => group === name)), overHttp, dir);
  },
};

/** All on one fleet, which is started when there is a case for it. */
async function* playOnFleet(recordings: readonly Recording[], overHttp: readonly ApiRecording[], dir: string): AsyncGenerator<CaseResult> {
  if (recordings.length + overHttp.length === 0) return;
  await using fleet = await Fleet.start(join(dir, 'fixture'));
  for (const recording of recordings) {
    if (recording.group === 'salt-call') fleet.serveLateFile();
    await using prepared = await prepareCase(recording.setup ?? [], fleet);
    const { jid } = prepared;
    const argv = jid === undefined ? recording.argv : recording.argv.map((word) => (MADE_UP_JID.test(word) ? jid : word));
    yield judge(recording, await play({ ...recording, argv }, fleet.root));
  }
  if (overHttp.length === 0) return;
  for await (const { name, faults } of playApi(overHttp, await fleet.startApi(), fleet.root)) yield judge({ name }, faults);
}

async function playKey(recording: Recording, dir: string): Promise<CaseResult> {
  using place = makeKeyStore(join(dir, 'fixture'), recording.setup ?? []);
  return judge(recording, await play(recording, place.root));
}

/** Runs the call and the commands after it; gives what differs. */
async function play(recording: Recording, root: string): Promise<string[]> {
  const here = (text: string): string => text.replaceAll('/ROOT', root);
  const env = Object.fromEntries(Object.entries(recording.env ?? {}).map(([name, value]) => [name, here(value)]));
  const found = await runOurs(recording.argv.map(here), { root, env, ...(recording.stdin === undefined ? {} : { stdin: recording.stdin }) });
  const [ours, theirs] = [normaliser(root), normaliser(root)];
  const faults = differences(
    { ...recording, stdout: theirs(recording.stdout), stderr: theirs(recording.stderr) },
    { ...found, stdout: ours(found.stdout), stderr: ours(found.stderr) },
  );
  for (const { command, output } of recording.after ?? []) {
    const after = await runShell(here(command), root);
    const [wanted, got] = [theirs(output), ours(after.stdout)];
    if (wanted !== got) faults.push(`after ${command}: wanted\n${wanted}\nfound\n${got}`);
  }
  return faults;
}

function judge({ name }: Pick<Recording, 'name'>, faults: readonly string[]): CaseResult {
  if (faults.length === 0) return { id: name, outcome: 'passed' };
  const listed = differenceOf(NAME, name);
  return listed === undefined ? { id: name, outcome: 'failed', detail: faults.join('\n') } : { id: name, outcome: 'listed', detail: listed };
}
