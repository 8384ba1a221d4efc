import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eraseLiveText, liveText } from '../../../../src/cli/print/live-line.js';
import { stateLine, stateText } from '../../../../src/cli/print/state-line.js';

const state = { at: 3, of: 120, fun: 'pkg.installed', id: 'nginx', failed: 0 };

test('which state, how many, how long, how many failed', () => {
  assert.equal(stateText(state, 'state', 2400), 'state 3 of 120 (2 s): pkg.installed  nginx');
  assert.equal(stateText({ ...state, failed: 2 }, 'step', 125_000), 'step 3 of 120, 2 failed (2 min 5 s): pkg.installed  nginx');
  assert.equal(stateText({ ...state, id: 'a\n\u001b[2Jb' }, 'state', 0), 'state 3 of 120 (0 s): pkg.installed  a ?[2Jb');
});

test('a state that lasts is shown, the line goes with the next print and at the end', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  let nowMs = 0;
  const line = stateLine(liveText({ write: (text) => written.push(text) }, true), 'state', () => nowMs);
  line.at({ ...state, at: 1 });
  line.at(state);
  assert.deepEqual(written, []);
  t.mock.timers.tick(500);
  assert.deepEqual(written.splice(0), ['state 3 of 120 (0 s): pkg.installed  nginx']);
  eraseLiveText();
  nowMs = 1000;
  t.mock.timers.tick(250);
  line[Symbol.dispose]();
  t.mock.timers.tick(1000);
  assert.deepEqual(written, ['\r\u001b[2K', 'state 3 of 120 (1 s): pkg.installed  nginx', '\r\u001b[2K']);
});
