import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AbsentReturners } from '../../../../src/cli/print/absent-returners.js';

test('each absent returner has one line, with the minions', () => {
  const absent = new AbsentReturners();
  absent.note('web2', { return: true, returners_absent: ['nosuch', 'redis'] });
  absent.note('web1', { return: true, returners_absent: ['nosuch'] });
  absent.note('db1', { return: true });
  absent.note('db2', { return: true, returners_absent: 'nosuch' });
  assert.equal(absent.any, true);
  assert.deepEqual(absent.lines(), [
    "[ERROR   ] The returner 'nosuch' got nothing: it is not available on web1, web2",
    "[ERROR   ] The returner 'redis' got nothing: it is not available on web2",
  ]);
});

test('of many minions some are named, the others counted', () => {
  const absent = new AbsentReturners();
  assert.deepEqual([absent.any, absent.lines()], [false, []]);
  for (let at = 0; at < 12; at += 1) absent.note(`web${String(at).padStart(2, '0')}`, { returners_absent: ['x'] });
  assert.deepEqual(absent.lines(), [
    "[ERROR   ] The returner 'x' got nothing: it is not available on web00, web01, web02, web03, web04, web05, web06, web07, web08, web09 and 2 more",
  ]);
});
