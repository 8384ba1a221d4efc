import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { Access, type AccessOptions, type ClientKind } from '../../../../src/master/access/authorise.js';
import type { LocalKeys } from '../../../../src/master/access/local-keys.js';

const keys = { userOf: (key: unknown) => ({ rootkey: 'root', saltkey: 'salt', annkey: 'ann' })[String(key)] } as unknown as LocalKeys;
const access = (more: Partial<AccessOptions> = {}): Access => new Access({
  keys, masterUser: 'salt', publisherAcl: { ann: ['test.*', 'pkg.version', { 'web*': ['cmd.run'] }], 'b*': ['test.ping'] }, blacklist: {}, ...more,
});

function ask(of: Access, load: PlainMap, fun: string | string[] = 'test.ping', client: ClientKind = 'local', args: Value[] = []): string {
  const identity = of.identify(load, client);
  if (identity.kind === 'refused') return identity.error.name;
  return of.refuse(identity, client, fun, args)?.name ?? `${identity.name} may`;
}

test('who has no key is not known; the error is that of the client', () => {
  assert.equal(ask(access(), { user: 'root' }), 'AuthenticationError');
  assert.equal(ask(access(), { key: 'wrong', user: 'root' }, 'jobs.active', 'runner'), 'UserAuthenticationError');
});

test('the name in a request is believed only with a key of root or of the master', () => {
  assert.equal(ask(access(), { key: 'rootkey', user: 'sudo_bob' }), 'sudo_bob may');
  assert.equal(ask(access(), { key: 'saltkey', user: '' }), 'salt may');
  assert.equal(ask(access(), { key: 'annkey', user: 'root' }), 'ann may');
});

const functions = [
  ['test.ping', true], ['test.echo', true], ['pkg.version', true], ['pkg.install', false], ['pkg.versions', false], ['xtest.ping', false], ['cmd.run', false], ['', false],
  [['test.ping', 'pkg.version'], true], [['test.ping', 'cmd.run'], false],
] as const;
test('another user may what publisher_acl says, every function of several', () => {
  for (const [fun, may] of functions) {
    assert.equal(ask(access(), { key: 'annkey' }, typeof fun === 'string' ? fun : [...fun]), may ? 'ann may' : 'AuthorizationError', String(fun));
  }
});

test('runners and wheel are for root and the master\'s user', () => {
  for (const client of ['runner', 'wheel'] as const) {
    assert.equal(ask(access(), { key: 'annkey' }, 'test.ping', client), 'AuthorizationError');
    assert.equal(ask(access(), { key: 'saltkey' }, 'test.ping', client), 'salt may');
  }
});

test('the blacklist holds for all, by name, glob and regular expression, in arguments too', () => {
  const of = access({ blacklist: { users: ['sudo_.*', 'mallor?'], modules: ['cmd', 'cmd.*', 'pk?.install'] } });
  assert.equal(ask(of, { key: 'rootkey', user: 'sudo_eve' }), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey', user: 'mallory' }), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey' }, 'cmd.run'), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey' }, 'pkg.install'), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey' }, ['test.ping', 'cmd.run']), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey' }, 'test.outputter', 'local', ['cmd.run']), 'AuthorizationError');
  assert.equal(ask(of, { key: 'rootkey' }, 'sys.doc', 'local', ['cmd.run']), 'root may', 'its documentation may be read');
  assert.equal(ask(of, { key: 'rootkey' }, 'test.ping'), 'root may');
});
