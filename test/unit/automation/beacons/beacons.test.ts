/** Beacons of the test, asked by the real runner with short times. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { Beacons } from '../../../../src/automation/beacons/beacons.js';
import { defineBeacon, type BeaconPlugin } from '../../../../src/kernel/contract/beacon.js';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { until } from '../../../support/fleet/until.js';
import { listeningLog, type LogLine } from '../../../support/module-host.js';

const LOOP_MS = 20;

interface Bench extends AsyncDisposable {
  readonly beacons: Beacons;
  readonly told: PlainMap[];
  readonly fired: { tag: string; data: PlainMap }[];
  readonly lines: LogLine[];
  readonly loaded: string[];
  pillar: PlainMap;
  statesRun: boolean;
  plugins: Record<string, BeaconPlugin>;
}

function bench(plugins: Record<string, BeaconPlugin>, configured: PlainMap, pillar: PlainMap = {}): Bench {
  const log = listeningLog();
  const made: Omit<Bench, 'beacons' | keyof AsyncDisposable> = { told: [], fired: [], lines: log.lines, loaded: [], pillar, statesRun: false, plugins };
  const beacons = new Beacons({
    id: 'web1', configured, pillar: () => made.pillar, loopMs: LOOP_MS, callMs: 200, log, steadyNow: () => performance.now(), isStateRunning: () => made.statesRun,
    load: (module) => {
      made.loaded.push(module);
      return Promise.resolve(made.plugins[module]);
    },
    available: () => Promise.resolve(Object.keys(made.plugins)), tell: (events) => void made.told.push(...events), fire: (tag, data) => void made.fired.push({ tag, data }),
    context: (_module, { signal, memory }) => ({ signal, memory, log } as unknown as Context),
  });
  return Object.assign(made, { beacons, [Symbol.asyncDispose]: () => beacons[Symbol.asyncDispose]() });
}

const counting = (more: Partial<BeaconPlugin> = {}): BeaconPlugin => defineBeacon({
  name: 'counting',
  beacon: (_config, { memory }) => {
    const count = Number(memory.get('count') ?? 0) + 1;
    memory.set('count', count);
    return [{ count }];
  },
  ...more,
});

describe('a beacon', () => {
  test('is asked each round; its events have its tag, the id and the name of its module', async () => {
    await using made = bench({ counting: counting() }, { mine: [{ beacon_module: 'counting' }] });
    await made.beacons.refresh();
    await until('three events', () => made.told.length >= 3);
    assert.deepEqual(made.told[0], { tag: 'salt/beacon/web1/mine/', data: { count: 1, id: 'web1' }, beacon_name: 'counting' });
    assert.deepEqual(made.told[1]?.['data'], { count: 2, id: 'web1' }, 'it remembers');
  });

  test('with an interval waits for it', async () => {
    await using made = bench({ fast: counting(), slow: counting() }, { fast: [], slow: [{ interval: 60 }] });
    await made.beacons.refresh();
    await until('three events', () => made.told.length >= 3);
    assert.ok(made.told.every(({ tag }) => tag === 'salt/beacon/web1/fast/'));
  });

  test('may add to its tag and name another id', async () => {
    const plugin = defineBeacon({ name: 'tagged', beacon: () => [{ tag: 'a/b', id: 'other', x: 1 }] });
    await using made = bench({ tagged: plugin }, { tagged: [{ run_once: true }] });
    await made.beacons.refresh();
    await until('its event', () => made.told.length > 0);
    assert.deepEqual(made.told[0], { tag: 'salt/beacon/web1/tagged/a/b', data: { id: 'other', x: 1 }, beacon_name: 'tagged' });
  });

  test('with run_once is asked once and is off then', async () => {
    await using made = bench({ counting: counting() }, { counting: [{ run_once: true }] });
    await made.beacons.refresh();
    await until('the end', () => made.fired.length > 0);
    await sleep(LOOP_MS * 4);
    assert.equal(made.told.length, 1);
    assert.deepEqual(made.fired[0]?.data['beacons'], { counting: [{ run_once: true }, { enabled: false }] });
  });

  test('that throws is seen, and asked again', async () => {
    let calls = 0;
    const plugin = defineBeacon({ name: 'broken', beacon: () => {
      calls += 1;
      throw new Error('no disk');
    } });
    await using made = bench({ broken: plugin, counting: counting() }, { broken: [], counting: [] });
    await made.beacons.refresh();
    await until('two failures', () => calls >= 2 && made.told.some(({ beacon_name: name }) => name === 'counting'));
    assert.deepEqual(made.told.find(({ beacon_name: name }) => name === 'broken'), { tag: 'salt/beacon/web1/broken/', error: 'no disk', data: { error: 'no disk', id: 'web1' }, beacon_name: 'broken' });
    assert.equal(made.lines.filter(({ level, text }) => level === 'error' && text === 'Unable to start broken beacon, no disk').length, 1, 'said once');
  });

  test('that hangs is left behind, seen, and not asked again until it is back', async () => {
    let calls = 0;
    let goOn = (): void => undefined;
    const plugin = defineBeacon({ name: 'hanging', beacon: async () => {
      calls += 1;
      if (calls === 1) await new Promise<void>((resolve) => (goOn = resolve));
      return [];
    } });
    await using made = bench({ hanging: plugin, counting: counting() }, { hanging: [], counting: [] });
    await made.beacons.refresh();
    await until('the failure', () => made.told.some(({ error }) => error === 'It did not end within 0.2 s'));
    await sleep(LOOP_MS * 4);
    assert.equal(calls, 1);
    assert.ok(made.told.filter(({ beacon_name: name }) => name === 'counting').length > 3, 'the others go on');
    goOn();
    await until('the next call', () => calls > 1);
  });

  test('heeds its signal when its time is over', async () => {
    const plugin = defineBeacon({ name: 'waiting', beacon: async (_config, { signal }) => {
      await sleep(60_000, undefined, { signal, ref: false });
      return [];
    } });
    await using made = bench({ waiting: plugin }, { waiting: [] });
    await made.beacons.refresh();
    await until('the failure', () => made.told.some(({ error }) => error === 'It did not end within 0.2 s'));
  });

  test('that gives no list of maps is a failure in words', async () => {
    const plugin = defineBeacon({ name: 'odd', beacon: () => 'text' as unknown as PlainMap[] });
    await using made = bench({ odd: plugin }, { odd: [] });
    await made.beacons.refresh();
    await until('the failure', () => made.told.some(({ error }) => error === 'a beacon gives a list of maps'));
  });

  test('rests while states run, and is closed meanwhile', async () => {
    let closed = 0;
    await using made = bench({ counting: counting({ close: () => void (closed += 1) }) }, { counting: [{ disable_during_state_run: true }] });
    await made.beacons.refresh();
    await until('its events', () => made.told.length >= 1);
    made.statesRun = true;
    await until('its rest', () => closed > 0);
    const { length } = made.told;
    await sleep(LOOP_MS * 4);
    assert.equal(made.told.length, length);
    made.statesRun = false;
    await until('its return', () => made.told.length > length);
    assert.deepEqual(made.told[length]?.['data'], { count: 1, id: 'web1' }, 'it began anew');
  });

  test('with onchangeonly tells what is new', async () => {
    let level = 1;
    const plugin = defineBeacon({ name: 'level', beacon: () => [{ level }] });
    await using made = bench({ level: plugin }, { level: [{ onchangeonly: true }] });
    await made.beacons.refresh();
    await until('the first', () => made.told.length > 0);
    await sleep(LOOP_MS * 4);
    level = 2;
    await until('the second', () => made.told.length > 1);
    assert.deepEqual(made.told.map(({ data }) => (data as PlainMap)['level']), [1, 2]);
  });
});

describe('a beacon that hears', () => {
  function hearing(): { plugin: BeaconPlugin; wake: () => void; asked: () => number; watches: () => number; waiting: PlainMap[] } {
    const state = { wake: (): void => undefined, asked: 0, watches: 0, waiting: [] as PlainMap[] };
    const plugin = defineBeacon({
      name: 'hearing',
      watch: (_config, _ctx, wake) => {
        state.watches += 1;
        state.wake = wake;
      },
      beacon: () => {
        state.asked += 1;
        return state.waiting.splice(0);
      },
    });
    return { plugin, wake: () => state.wake(), asked: () => state.asked, watches: () => state.watches, waiting: state.waiting };
  }

  test('is asked when it wakes, and never in between', async () => {
    const { plugin, wake, asked, waiting } = hearing();
    await using made = bench({ hearing: plugin }, { hearing: [] });
    await made.beacons.refresh();
    await until('the first look', () => asked() === 1);
    await sleep(LOOP_MS * 5);
    assert.equal(asked(), 1);
    waiting.push({ path: '/a' }, { path: '/b' });
    wake();
    wake();
    await until('both events', () => made.told.length === 2);
    assert.equal(asked(), 2);
  });

  test('with an interval is asked at its times alone', async () => {
    const { plugin, wake, asked, waiting } = hearing();
    await using made = bench({ hearing: plugin }, { hearing: [{ interval: 60 }] });
    await made.beacons.refresh();
    await until('the first look', () => asked() === 1);
    waiting.push({ path: '/a' });
    wake();
    await sleep(LOOP_MS * 5);
    assert.deepEqual([asked(), made.told.length], [1, 0]);
  });

  test('forgets what states did, and hears again when they are done', async () => {
    const { plugin, wake, watches, waiting } = hearing();
    await using made = bench({ hearing: plugin }, { hearing: [{ disable_during_state_run: true }] });
    await made.beacons.refresh();
    await until('its watch', () => watches() === 1);
    made.statesRun = true;
    wake();
    await sleep(LOOP_MS * 5);
    made.statesRun = false;
    await until('its second watch', () => watches() === 2);
    waiting.push({ path: '/later' });
    wake();
    await until('an event', () => made.told.length > 0);
    assert.deepEqual(made.told.map(({ data }) => data), [{ path: '/later', id: 'web1' }]);
  });

  test('whose watch breaks hears anew', async () => {
    const { plugin, wake, watches } = hearing();
    let breaks = true;
    const breaking: BeaconPlugin = { ...plugin, beacon: () => {
      if (watches() === 1 && breaks) throw new Error('the program ended');
      return [];
    } };
    await using made = bench({ hearing: breaking }, { hearing: [] });
    await made.beacons.refresh();
    await until('its second watch', () => watches() === 2);
    breaks = false;
    wake();
    assert.equal(made.told[0]?.['error'], 'the program ended');
  });
});

describe('the configuration', () => {
  const ask = (made: Bench, command: PlainMap) => made.beacons.manage(command);

  test('without beacons loads nothing', async () => {
    await using made = bench({ counting: counting() }, {});
    await made.beacons.refresh();
    await sleep(LOOP_MS * 3);
    assert.deepEqual([made.loaded, made.beacons.running], [[], []]);
  });

  test('of minion and pillar count, and a change of the pillar is followed; the others go on', async () => {
    await using made = bench({ counting: counting() }, { own: [{ beacon_module: 'counting' }], both: [{ interval: 60 }] }, { both: [{ beacon_module: 'counting' }], theirs: [{ beacon_module: 'counting' }] });
    await made.beacons.refresh();
    assert.deepEqual(made.beacons.running.sort(), ['both', 'own', 'theirs']);
    await until('events', () => made.told.filter(({ tag }) => tag === 'salt/beacon/web1/own/').length >= 2);
    made.pillar = {};
    await made.beacons.refresh();
    // `both` is now a beacon of that name, which is not there.
    assert.deepEqual(made.beacons.running, ['own']);
    const before = made.told.length;
    await until('more', () => made.told.length > before);
    const last = made.told.at(-1)?.['data'] as PlainMap | undefined;
    assert.ok(Number(last?.['count']) > 2, 'the same one');
  });

  test('that is wrong is refused in words, once', async () => {
    const plugin = counting({ validate: (config) => (Array.isArray(config) ? [true, ''] : [false, 'Configuration for counting beacon must be a list.']) });
    await using made = bench({ counting: plugin }, { counting: { a: 1 }, missing: [], often: [{ interval: 'often' }] });
    await made.beacons.refresh();
    await made.beacons.refresh();
    assert.deepEqual(made.lines.filter(({ level }) => level === 'error').map(({ text }) => text).sort(), [
      'Beacon counting configuration invalid, not running.\nConfiguration for counting beacon must be a list.',
      "Beacon missing configuration invalid, not running.\nthere is no beacon 'missing' here",
      'Beacon often configuration invalid, not running.\ninterval must be a number of seconds, 0.05 to 1209600, not often',
    ]);
    assert.deepEqual(made.beacons.running, []);
  });

  test('is changed by commands, whose answers are events', async () => {
    await using made = bench({ counting: counting() }, {});
    await made.beacons.refresh();
    assert.deepEqual(await ask(made, { func: 'add', name: 'counting', beacon_data: [{ interval: 9 }] }), { complete: true, comment: 'Added new beacon item: counting', beacons: { counting: [{ interval: 9 }] } });
    assert.deepEqual(made.beacons.running, ['counting']);
    await ask(made, { func: 'disable' });
    assert.deepEqual(made.beacons.running, []);
    await ask(made, { func: 'enable' });
    assert.deepEqual(made.beacons.running, ['counting']);
    await ask(made, { func: 'disable_beacon', name: 'counting' });
    assert.deepEqual(made.beacons.running, []);
    await ask(made, { func: 'reset' });
    assert.deepEqual(await ask(made, { func: 'list', include_pillar: true, include_opts: true }), { complete: true, beacons: {} });
    assert.deepEqual(await ask(made, { func: 'list_available' }), { complete: true, beacons: ['counting'] });
    assert.deepEqual(await ask(made, { func: 'validate_beacon', name: 'counting', beacon_data: [] }), { complete: true, valid: true, vcomment: 'Beacon counting does not have a validate function, skipping validation.' });
    assert.equal(await ask(made, { func: 'explode' }), undefined);
    assert.deepEqual(made.fired.map(({ tag }) => tag.replace('/salt/minion/minion_', '')), [
      'beacon_add_complete', 'beacons_disabled_complete', 'beacons_enabled_complete', 'beacon_disabled_complete', 'beacon_reset_complete', 'beacons_list_complete',
      'beacons_list_available_complete', 'beacon_validation_complete',
    ]);
  });

  test('finds a plugin that was changed when it is to look anew', async () => {
    await using made = bench({ counting: counting() }, { counting: [] });
    await made.beacons.refresh();
    made.plugins = { counting: defineBeacon({ name: 'counting', beacon: () => [{ second: true }] }) };
    await made.beacons.refresh();
    await until('the first plugin', () => made.told.length > 0);
    await made.beacons.refresh({ anew: true });
    made.told.length = 0;
    await until('the second plugin', () => made.told.length > 0);
    assert.deepEqual(made.told[0]?.['data'], { second: true, id: 'web1' });
  });
});
