import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBus } from '../../../../src/bus/event/bus.js';
import { Bounds } from '../../../../src/master/requests/bounds.js';
import { Connections, systemDescriptors } from '../../../../src/master/requests/connections.js';
import { silentLog } from '../../../support/logs.js';

function bench(filesMax = 100_000) {
  const clock = { ms: 1000 };
  const files = { open: 100, allowed: 1000 };
  const bounds = new Bounds({ bus: new EventBus(() => undefined), log: silentLog });
  const connections = new Connections({ filesMax, bounds, descriptors: () => ({ ...files }), now: () => clock.ms });
  const open = (count: number, address = '192.0.2.1'): number => Array.from({ length: count }, () => connections.mayAsk(address)).filter(Boolean).length;
  return { clock, files, bounds, connections, open };
}

test('connections may take four fifths of the descriptors, those that came since the last count included', () => {
  const { clock, files, bounds, open } = bench();
  assert.equal(open(2000), 700);
  assert.equal(bounds.counts['connections'], 1300);
  clock.ms += 1001;
  files.open = 790;
  assert.equal(open(100), 10);
  clock.ms += 1001;
  files.open = 900;
  assert.equal(open(100), 0);
  assert.equal(bench(500).open(1000), 300, 'max_open_files, when that is less');
});

test('while new keys flood, one address gets new connections slowly, and others as before', () => {
  const { clock, bounds, connections, open } = bench();
  assert.equal(open(60), 60);
  connections.flood();
  assert.equal(open(200), 50);
  assert.equal(bounds.counts['new_connections_of_address'], 150);
  assert.equal(open(20, '192.0.2.2'), 20);
  assert.equal(connections.maySubscribe('192.0.2.1'), true, 'publications are another matter');
  clock.ms += 2000;
  connections.flood();
  assert.equal(open(200), 10, 'five a second');
  clock.ms += 10_001;
  assert.equal(open(200), 200, 'the flood is over');
});

test('the descriptors of this process are counted', () => {
  const { open, allowed } = systemDescriptors();
  assert.ok(open > 2 && allowed > open, `${open} of ${allowed}`);
});
