import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fnmatch } from '../../../../src/kernel/std/fnmatch.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { allowsFunction, allowsJob, rightsOf, type Right } from '../../../../src/master/access/rights.js';

const MINIONS = ['db1', 'web1', 'web2'];
const covered = (target: string): string[] => MINIONS.filter((id) => fnmatch(id, target));
const list = (...entries: Value[]): Right[] => entries.map((entry) => ({ from: 'list', entry }));
const job = (rights: Right[], fun: string | string[], arg: Value[] = [], minions = ['web1']): boolean => allowsJob(rights, { fun, arg, minions }, covered) !== undefined;

suite('functions', () => {
  const patterns: [string, string, boolean][] = [
    ['test.ping', 'test.ping', true], ['test.ping', 'test.pinger', false], ['test.ping', 'xtest.ping', false], ['test.*', 'test.echo', true],
    ['test\\.(ping|echo)', 'test.echo', true], ['.*', 'cmd.run', true], ['*', 'cmd.run', false], ['(', '(', true], ['(', 'test.ping', false],
    ['(?!cmd).*', 'cmd.run', false], ['(?!cmd).*', 'test.ping', true], ['test.ping|cmd', 'cmd.run', false], ['test.ping', 'test.ping\n', false], ['@runner', 'runner', false],
  ];
  for (const [pattern, fun, may] of patterns) test(`${pattern} ${may ? 'gives' : 'does not give'} ${JSON.stringify(fun)}`, () => assert.equal(job(list(pattern), fun), may));

  test('of several each needs its right, which may stand in different entries', () => {
    assert.equal(job(list('test.*'), ['test.ping', 'cmd.run'], [[], ['id']]), false);
    assert.equal(job(list('test.*'), ['cmd.run', 'test.ping'], [['id'], []]), false);
    assert.equal(job(list('test.*', { 'web*': ['cmd.run'] }), ['cmd.run', 'test.ping'], [['id'], []]), true);
    assert.equal(job(list('.*'), []), false);
  });

  test('the question whether a job still runs is for everybody, and opens nothing beside it', () => {
    assert.equal(job([], 'saltutil.find_job', ['2026']), true);
    assert.equal(job([], ['saltutil.find_job', 'cmd.run'], [['2026'], ['id']]), false);
  });
});

suite('targets', () => {
  const web = list({ 'web*': ['test.*'] });
  test('all minions of the job have to be covered', () => {
    assert.equal(job(web, 'test.ping', [], ['web1', 'web2']), true);
    assert.equal(job(web, 'test.ping', [], ['web1', 'db1']), false);
    assert.equal(job(web, 'cmd.run', ['id']), false);
  });
  test('a right for some minions binds the job, one for all does not', () => {
    assert.deepEqual(allowsJob(web, { fun: 'test.ping', arg: [], minions: ['web1'] }, covered), { rule: 'list: web*: test.*', isBound: true });
    assert.equal(allowsJob(list({ '*': 'test.*' }), { fun: 'test.ping', arg: [], minions: MINIONS }, covered)?.isBound, false);
  });
  test('entries of another form give nothing', () => {
    for (const entry of [null, 7, [], {}, { 'web*': ['test.*'], 'db*': ['test.*'] }, { '@runner': ['test.*'] }, { '@*': ['.*'] }, { 'web*': null }]) assert.equal(job(list(entry), 'test.ping'), false, JSON.stringify(entry));
  });
});

suite('arguments', () => {
  const rights = list({ '*': [{ 'cmd.run': [{ args: ['ls.*', null], kwargs: { cwd: '/srv(/.*)?' } }, { args: ['id'] }] }, { 'test.arg': { kwargs: { a: null } } }] });
  const cases: [string, string, Value[], boolean][] = [
    ['another choice', 'cmd.run', ['id'], true],
    ['whole arguments', 'cmd.run', ['id; rm'], false],
    ['none given', 'cmd.run', [], false],
    ['place and keyword', 'cmd.run', ['ls -l', 'x', { __kwarg__: true, cwd: '/srv/a' }], true],
    ['a place is missing', 'cmd.run', ['ls -l', { __kwarg__: true, cwd: '/srv' }], false],
    ['wrong keyword', 'cmd.run', ['ls', 'x', { __kwarg__: true, cwd: '/etc' }], false],
    ['a keyword map in front', 'cmd.run', [{ __kwarg__: true, cwd: '/etc' }, 'ls', 'x', { __kwarg__: true, cwd: '/srv' }], false],
    ['a keyword as text beside the map', 'cmd.run', ['ls', 'x', 'cwd=/etc', { __kwarg__: true, cwd: '/srv' }], false],
    ['text that takes a place away', 'cmd.run', ['ls', 'y=1', { __kwarg__: true, cwd: '/srv' }], false],
    ['text that moves the places', 'cmd.run', ['lsattr=1', 'rm -rf /', 'x', { __kwarg__: true, cwd: '/srv' }], false],
    ['a map without the mark is an argument', 'test.arg', [{ a: 1 }], false],
    ['any value', 'test.arg', [{ __kwarg__: true, a: [1] }], true],
    ['only as text', 'test.arg', ['a=1'], false],
  ];
  for (const [title, fun, arg, may] of cases) test(title, () => assert.equal(job(rights, fun, arg), may));
  test('each function of several has its own arguments', () => {
    assert.equal(job(rights, ['cmd.run', 'test.arg'], [['id'], [{ __kwarg__: true, a: 1 }]]), true);
    assert.equal(job(rights, ['cmd.run', 'cmd.run'], [['id'], ['rm']]), false);
    assert.equal(job(rights, ['cmd.run', 'cmd.run'], ['id', 'id']), false, 'arguments that are no lists');
  });
  test('numbers and truth values are compared in the text of Python', () => {
    const typed = list({ '*': [{ 'test.arg': { args: [1, true, 'None'] } }] });
    assert.equal(job(typed, 'test.arg', [1, true, null]), true);
    assert.equal(job(typed, 'test.arg', [2, true, null]), false);
  });
});

suite('functions of the master', () => {
  const may = (entries: Value[], client: 'runner' | 'wheel', fun: string, args: Value[] = [], kwargs: PlainMap = {}): boolean => allowsFunction(list(...entries), client, { fun, args, kwargs }) !== undefined;
  test('by client, by module, by function', () => {
    for (const entry of ['@runner', '@runners', '@jobs', { '@runner': ['jobs\\..*'] }, { '@jobs': ['list_.*'] }, { '@runners': 'jobs.list_jobs' }]) {
      assert.equal(may([entry], 'runner', 'jobs.list_jobs'), true, JSON.stringify(entry));
    }
    for (const entry of ['jobs.list_jobs', '.*', '@wheel', '@job', '@jobsx', { '@runner': ['list_jobs'] }, { '@jobs': ['jobs.list_jobs'] }, { '*': ['.*'] }]) {
      assert.equal(may([entry], 'runner', 'jobs.list_jobs'), false, JSON.stringify(entry));
    }
    assert.equal(may(['@wheel'], 'wheel', 'key.accept'), true);
    assert.equal(may(['@runner'], 'wheel', 'key.accept'), false);
  });
  test('with arguments', () => {
    const entry = { '@jobs': [{ list_job: { args: ['2026.*'] } }] };
    assert.equal(may([entry], 'runner', 'jobs.list_job', ['20260101']), true);
    assert.equal(may([entry], 'runner', 'jobs.list_job', ['2025']), false);
    assert.equal(may([entry], 'runner', 'jobs.list_job', [], { jid: '20260101' }), false);
  });
});

suite('lists of a user', () => {
  const config = { '^filename': ['.*'], '*': ['test.ping'], ann: ['a'], 'b.*': ['b'], 'admins%': ['g'], 'ops%': ['o'] };
  const of = (name: string, groups: string[] = [], permissive = false): Value[] => rightsOf(config, { name, groups }, { permissive, from: 'x' }).map(({ entry }) => entry);
  test('by name, expression and group; the star is for those whom nothing names', () => {
    assert.deepEqual(of('ann'), ['a']);
    assert.deepEqual(of('bob'), ['b']);
    assert.deepEqual(of('joann'), ['test.ping']);
    assert.deepEqual(of('ann', ['admins']), ['a', 'g']);
    assert.deepEqual(of('eve', ['ops']), ['o', 'test.ping']);
    assert.deepEqual(of('ann', [], true), ['test.ping', 'a']);
  });
  test('options of the plugin and groups are nobody\'s name', () => {
    for (const name of ['filename', '^filename', 'admins%', 'admins']) assert.deepEqual(of(name), ['test.ping'], name);
  });
});
