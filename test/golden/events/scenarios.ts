/** How each scenario comes about, in an order in which each finds what it needs. */
import { until } from '../../support/fleet/until.js';
import type { EventFleet } from './fleet.js';
import type { Scenario } from './recording.js';

export interface Way {
  /** Tags by the clock that this scenario is about. */
  readonly heeded?: readonly string[];
  /** Before listening. */
  readonly before?: (fleet: EventFleet) => Promise<void>;
  /** Instead of the recorded commands. */
  readonly act?: (fleet: EventFleet) => Promise<void>;
  /** When all was heard. */
  readonly after?: (fleet: EventFleet) => Promise<void>;
}

const AUTH = 'salt/auth';
const PRESENCE = 'salt/presence/';

const starting = (...names: readonly string[]) => (fleet: EventFleet): Promise<void> => {
  for (const name of names) fleet.startMinion(name);
  return Promise.resolve();
};

const pended = (fleet: EventFleet, id: string): Promise<unknown> =>
  fleet.hearing.heard(AUTH, ({ data }) => data['id'] === id && data['act'] === 'pend');

/** Runs the command after the minion asked once more. */
const whilePending = (id: string, command: string) => async (fleet: EventFleet): Promise<void> => {
  await pended(fleet, id);
  await fleet.run(command);
};

/** Stops a minion after its presence was told once more. */
const whilePresent = (id: string) => async (fleet: EventFleet): Promise<void> => {
  await fleet.hearing.heard(`${PRESENCE}present`);
  await fleet.stop(id);
};

/** These are accepted and run. */
const running = (...ids: readonly string[]) => async (fleet: EventFleet): Promise<void> => {
  for (const id of ids.filter((name) => !fleet.runs(name))) {
    fleet.hearing.clear();
    fleet.startMinion(id);
    await fleet.hearing.heard(AUTH, ({ data }) => data['id'] === id);
    await fleet.run('salt-key -y -A');
    await fleet.hearing.heard(`salt/minion/${id}/start`);
  }
};

const evt1 = running('evt1');
const both = running('evt1', 'evt2');

const heardBeacon = async (fleet: EventFleet, name: string): Promise<void> => void await fleet.hearing.heard(`salt/beacon/evt1/${name}/*`);
/** Returns when also its return was heard. */
const prepareBeacon = async (fleet: EventFleet, command: string): Promise<void> => {
  await both(fleet);
  fleet.hearing.clear();
  await fleet.run(command);
  await fleet.hearing.heard('salt/job/*/ret/evt1');
};
const manageLoad = ['salt evt1 beacons.disable_beacon load', 'salt evt1 beacons.delete load'];
const addStatus = `salt evt1 beacons.add status '[{"interval": 4}, {"loadavg": ["all"]}]'`;
const watchProcess = ['salt evt1 beacons.delete status', `salt evt1 beacons.add ps '[{"processes": {"nosuchproc": "stopped"}}, {"interval": 3}]'`];
const addLoad = "salt -t 60 evt1 beacons.add load '[{averages: {1m: [0.0, 0.01], 5m: [0.0, 0.01], 15m: [0.0, 0.01]}}, {emitatstartup: True}, {onchangeonly: False}, {interval: 3}]'";

/** Each begins with the beacon that the one before left, or makes it. */
const BEACONS: Readonly<Record<string, Way>> = {
  'beacon-load': { before: both },
  'beacon-manage': {
    before: (fleet) => prepareBeacon(fleet, addLoad),
    act: async (fleet) => {
      await fleet.run('salt evt1 beacons.list');
      await heardBeacon(fleet, 'load');
      for (const command of manageLoad) await fleet.run(command);
    },
  },
  'beacon-status': { before: both },
  'beacon-ps': {
    before: (fleet) => prepareBeacon(fleet, addStatus),
    act: async (fleet) => {
      await heardBeacon(fleet, 'status');
      for (const command of watchProcess) await fleet.run(command);
    },
    after: (fleet) => fleet.run('salt evt1 beacons.delete ps'),
  },
};

/** Those that are not named here are run with both minions, in the middle. */
const BEFORE_ALL: Readonly<Record<string, Way>> = {
  'auth-pend': { heeded: [AUTH], act: starting('evt1') },
  'key-accept': { heeded: [AUTH, PRESENCE], act: whilePending('evt1', 'salt-key -y -a evt1') },
};
const FIRST: Readonly<Record<string, Way>> = {
  'auth-reject': { heeded: [AUTH], before: evt1, act: starting('evt2') },
  'key-reject': { heeded: [AUTH], act: whilePending('evt2', 'salt-key -y -r evt2') },
  'key-delete': {
    // A minion whose key was rejected ends; only then nothing of it is heard any more.
    before: (fleet) => until('the end of evt2', () => !fleet.runs('evt2')).then(() => undefined),
  },
  'auth-accept-second': {
    heeded: [AUTH, PRESENCE], before: evt1,
    act: async (fleet) => {
      fleet.startMinion('evt2');
      await pended(fleet, 'evt2');
      await fleet.run('salt-key -y -A');
    },
  },
};

const LAST: Readonly<Record<string, Way>> = {
  'minion-start': {
    heeded: [AUTH],
    before: async (fleet) => {
      await both(fleet);
      await fleet.stop('evt2');
    },
    act: starting('evt2'),
  },
  'presence-lost': { heeded: [PRESENCE], before: both, act: whilePresent('evt2') },
  'key-delete-running': {
    heeded: [PRESENCE],
    before: async (fleet) => {
      await both(fleet);
      await fleet.hearing.heard(`${PRESENCE}present`, ({ data }) => (data['present'] as string[]).includes('evt2'));
    },
  },
  'presence-last': {
    heeded: [PRESENCE],
    before: async (fleet) => {
      await fleet.stop('evt2');
      await evt1(fleet);
    },
    act: whilePresent('evt1'),
  },
  'auth-denied': { heeded: [AUTH], before: both, act: starting('other') },
};

/** Recorded while `evt1` was the only minion. */
const ALONE = /^reactor-/;

/** The scenarios in their order, with their ways. */
export function inOrder(scenarios: readonly Scenario[]): (readonly [Scenario, Way])[] {
  const byName = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const named = (ways: Readonly<Record<string, Way>>): (readonly [Scenario, Way])[] =>
    Object.entries(ways).flatMap(([name, way]) => {
      const scenario = byName.get(name);
      return scenario === undefined ? [] : [[scenario, way] as const];
    });
  // By name, so that `schedule` comes before `schedule-delete`.
  const middle = scenarios.filter(({ name }) => !(name in BEFORE_ALL) && !(name in FIRST) && !(name in LAST) && !(name in BEACONS) && !ALONE.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1)).map((scenario) => [scenario, { before: both }] as const);
  const alone = scenarios.filter(({ name }) => ALONE.test(name)).map((scenario) => [scenario, { before: evt1 }] as const);
  return [...named(BEFORE_ALL), ...alone, ...named(FIRST), ...named(BEACONS), ...middle, ...named(LAST)];
}
