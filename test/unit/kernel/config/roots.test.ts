import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Notices } from '../../../../src/kernel/config/notice.js';
import { normalRoots } from '../../../../src/kernel/config/roots.js';
import { tree } from './tree.js';

test('patterns are expanded, names of environments become text, what is no list is empty', () => {
  const folder = tree({ 'g2/x': '', 'g1/x': '', other: '' });
  const notices = new Notices();
  const roots = normalRoots('file_roots', new Map<string | number, string[] | string | null>([
    ['base', [`${folder}/g*`, `${folder}/none*`, '/plain']], [1, ['a']], ['text', '/srv'], ['empty', null], ['__env__', ['/e/__env__']],
  ]), ['/srv/salt'], notices);
  assert.deepEqual(roots, new Map<string, string[]>([
    ['base', [`${folder}/g1`, `${folder}/g2`, '/plain']], ['1', ['a']], ['text', []], ['empty', []], ['__env__', ['/e/__env__']],
  ]));
  assert.deepEqual(notices.list, []);
});

test('roots that are no mapping give the usual ones with a warning', () => {
  const notices = new Notices();
  assert.deepEqual(normalRoots('pillar_roots', ['x'], ['/srv/pillar'], notices), { base: ['/srv/pillar'] });
  assert.deepEqual(notices.list, [{ level: 'warning', text: 'The pillar_roots parameter is not properly formatted, using defaults' }]);
});
