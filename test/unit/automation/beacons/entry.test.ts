import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EntryFault, readEntry } from '../../../../src/automation/beacons/entry.js';
import { changedBeacons } from '../../../../src/automation/beacons/management.js';
import { ChangesOnly } from '../../../../src/automation/beacons/on-change.js';
import type { Value } from '../../../../src/kernel/std/value.js';

describe('a beacon of the configuration', () => {
  test('keeps its own options and gives the others to whoever asks', () => {
    const entry = readEntry('watch_hosts', [
      { files: { '/etc/hosts': {} } }, { interval: 5 }, { disable_during_state_run: true }, { beacon_module: 'inotify' }, { enabled: true }, { run_once: true }, { coalesce: true, interval: 7 },
    ]);
    assert.equal(entry.module, 'inotify');
    assert.deepEqual(entry.config, [{ files: { '/etc/hosts': {} } }, { coalesce: true }, { _beacon_name: 'watch_hosts' }]);
    assert.deepEqual([entry.periodMs, entry.restsInStateRuns, entry.runsOnce, entry.isEnabled], [7000, true, true, true]);
  });

  test('without options is asked each round', () => {
    const entry = readEntry('status', []);
    assert.deepEqual([entry.module, entry.periodMs, entry.isEnabled, entry.config], ['status', undefined, true, [{ _beacon_name: 'status' }]]);
  });

  test('can be off, also as a map', () => {
    assert.equal(readEntry('load', [{ enabled: false }]).isEnabled, false);
    assert.equal(readEntry('load', { enabled: false }).isEnabled, false);
  });

  for (const wrong of ['often', -1, [3], 1e9] satisfies Value[]) {
    test(`with the interval ${JSON.stringify(wrong)} is refused`, () => assert.throws(() => readEntry('load', [{ interval: wrong }]), EntryFault));
  }
});

describe('a command', () => {
  const own = { load: [{ interval: 3 }] };
  const pillar = { ps: [{ processes: {} }] };
  const run = (command: Record<string, Value>) => changedBeacons(own, pillar, command);

  test('adds and says whether it was there', () => {
    assert.deepEqual(run({ func: 'add', name: 'status', beacon_data: [] }), { own: { ...own, status: [] }, complete: true, comment: 'Added new beacon item: status' });
    assert.deepEqual(run({ func: 'add', name: 'load', beacon_data: [] }), { own: { load: [] }, complete: true, comment: 'Updating settings for beacon item: load' });
  });

  test('deletes', () => {
    assert.deepEqual(run({ func: 'delete', name: 'load' }), { own: {}, complete: true, comment: 'Deleting beacon item: load' });
    assert.equal(run({ func: 'delete', name: 'nothing' })?.comment, 'Beacon item nothing not found.');
  });

  test('turns one on and off, once in its list', () => {
    const off = run({ func: 'disable_beacon', name: 'load' });
    assert.deepEqual(off, { own: { load: [{ interval: 3 }, { enabled: false }] }, complete: true, comment: 'Disabling beacon item load' });
    const on = changedBeacons(off?.own ?? {}, pillar, { func: 'enable_beacon', name: 'load' });
    assert.deepEqual(on?.own, { load: [{ interval: 3 }, { enabled: true }] });
  });

  test('leaves what the pillar has, and says so', () => {
    const words = { add: 'Cannot update beacon item ps, because it is configured in pillar.', modify: 'Cannot modify beacon item ps, it is configured in pillar.', delete: 'Cannot delete beacon item ps, it is configured in pillar.', enable_beacon: 'Cannot enable beacon item ps, it is configured in pillar.', disable_beacon: 'Cannot disable beacon item ps, it is configured in pillar.' };
    for (const [func, comment] of Object.entries(words)) assert.deepEqual(run({ func, name: 'ps', beacon_data: [] }), { own, complete: false, comment });
  });

  test('turns all off, and forgets all', () => {
    assert.deepEqual(run({ func: 'disable' })?.own, { ...own, enabled: false });
    assert.deepEqual(run({ func: 'reset' }), { own: {}, complete: true, comment: 'Beacons have been reset' });
    assert.equal(run({ func: 'explode' }), undefined);
  });
});

describe('changes only', () => {
  test('a round tells what the one before did not', () => {
    const changes = new ChangesOnly(true);
    assert.deepEqual(changes.pick([{ memusage: 80 }]), [{ memusage: 80 }]);
    assert.deepEqual(changes.pick([{ memusage: 80 }]), []);
    assert.deepEqual(changes.pick([{ memusage: 81 }]), [{ memusage: 81 }]);
    assert.deepEqual(changes.pick([]), []);
    assert.deepEqual(changes.pick([{ memusage: 81 }]), [{ memusage: 81 }]);
  });
  test('the first round may be silent', () => {
    const changes = new ChangesOnly(false);
    assert.deepEqual([changes.pick([{ a: 1 }]), changes.pick([{ a: 1 }]), changes.pick([{ a: 2 }])], [[], [], [{ a: 2 }]]);
  });
});
