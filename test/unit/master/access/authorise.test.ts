import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import type { Verdict } from '../../../../src/master/access/authorise.js';
import type { WayName } from '../../../../src/master/access/ways.data.js';
import { Gate } from './gate-kit.js';

const OPTS: PlainMap = {
  publisher_acl: { ann: ['test.*', 'pkg.version', { 'web*': ['cmd.run'] }], 'b*': ['test.ping'] },
  external_auth: { file: { bob: [{ 'web*': ['test.*'] }, '@jobs'], 'staff%': ['grains.items'] } },
};

async function ask(gate: Gate, way: WayName, load: PlainMap): Promise<string> {
  const verdict: Verdict = await gate.access.decide({ way, load, from: 'test' });
  return verdict.kind === 'allowed' ? `${verdict.user} may` : verdict.error.name;
}
const publish = (gate: Gate, load: PlainMap): Promise<string> => ask(gate, 'port:publish', { fun: 'test.ping', tgt: '*', ...load });

suite('local users', () => {
  test('who has no key is not known; the error is that of the client', async () => {
    using gate = new Gate({ opts: OPTS });
    assert.equal(await publish(gate, { user: 'root' }), 'AuthenticationError');
    assert.equal(await ask(gate, 'port:runner', { key: 'wrong', user: 'root', fun: 'jobs.active' }), 'UserAuthenticationError');
  });

  test('the name in a request is believed only with a key of root or of the master', async () => {
    using gate = new Gate({ opts: OPTS });
    assert.equal(await publish(gate, { key: gate.key('root'), user: 'sudo_bob' }), 'sudo_bob may');
    assert.equal(await publish(gate, { key: gate.key('salt'), user: '' }), 'salt may');
    assert.equal(await publish(gate, { key: gate.key('ann'), user: 'root' }), 'ann may');
  });

  test('another user may what publisher_acl says, with its targets', async () => {
    using gate = new Gate({ opts: OPTS });
    const key = gate.key('ann');
    assert.equal(await publish(gate, { key, fun: 'pkg.versions' }), 'AuthorizationError');
    assert.equal(await publish(gate, { key, fun: ['test.ping', 'pkg.version'], arg: [[], []] }), 'ann may');
    assert.equal(await publish(gate, { key, fun: 'cmd.run', arg: ['id'], tgt: 'web1' }), 'ann may');
    assert.equal(await publish(gate, { key, fun: 'cmd.run', arg: ['id'], tgt: '*' }), 'AuthorizationError');
    assert.equal(await publish(gate, { key, fun: 'cmd.run', arg: ['id'], tgt: ['web1', 'db1'], tgt_type: 'list' }), 'AuthorizationError');
    for (const way of ['port:runner', 'port:wheel', 'door:runner', 'door:wheel', 'door:stats'] as const) assert.equal(await ask(gate, way, { key, fun: 'test.arg' }), 'AuthorizationError');
  });

  test('sudo_acl holds those under sudo to their own rights', async () => {
    using gate = new Gate({ opts: { ...OPTS, sudo_acl: true } });
    const key = gate.key('root');
    assert.equal(await publish(gate, { key, user: 'sudo_ann' }), 'sudo_ann may');
    assert.equal(await publish(gate, { key, user: 'sudo_ann', fun: 'state.apply' }), 'AuthorizationError');
    assert.equal(await publish(gate, { key, user: 'root', fun: 'state.apply' }), 'root may');
  });

  test('the blacklist holds for all, by name, glob and regular expression, in arguments too', async () => {
    using gate = new Gate({ opts: { publisher_acl_blacklist: { users: ['sudo_.*', 'mallor?'], modules: ['cmd', 'cmd.*', 'pk?.install'] } } });
    const key = gate.key('root');
    assert.equal(await publish(gate, { key, user: 'sudo_eve' }), 'AuthorizationError');
    assert.equal(await publish(gate, { key, user: 'mallory' }), 'AuthorizationError');
    for (const fun of ['cmd.run', 'pkg.install']) assert.equal(await publish(gate, { key, fun }), 'AuthorizationError', fun);
    assert.equal(await publish(gate, { key, fun: ['test.ping', 'cmd.run'] }), 'AuthorizationError');
    for (const arg of [['cmd.run'], [['cmd.run']], [{ __kwarg__: true, fun: ['cmd.run'] }]]) assert.equal(await publish(gate, { key, fun: 'test.outputter', arg }), 'AuthorizationError');
    assert.equal(await publish(gate, { key, fun: 'sys.doc', arg: ['cmd.run'] }), 'root may', 'its documentation may be read');
    assert.equal(await publish(gate, { key }), 'root may');
  });
});

suite('logins and tokens', () => {
  const login = { eauth: 'file', username: 'bob', password: 'right' };

  test('a job for some minions is bound to those that were looked at', async () => {
    using gate = new Gate({ opts: OPTS });
    const verdict = await gate.access.decide({ way: 'port:publish', load: { fun: 'test.ping', tgt: 'web*', kwargs: login }, from: 'test' });
    assert.deepEqual(verdict, { kind: 'allowed', user: 'bob', rule: 'external_auth:file:bob: web*: test.*', only: ['web1', 'web2'] });
    const group = await gate.access.decide({ way: 'port:publish', load: { fun: 'grains.items', tgt: '*', kwargs: login }, from: 'test' });
    assert.deepEqual(group, { kind: 'allowed', user: 'bob', rule: 'external_auth:file:staff%: grains.items' });
  });

  test('errors are those of Salt', async () => {
    using gate = new Gate({ opts: OPTS });
    const error = async (way: WayName, load: PlainMap): Promise<unknown> => {
      const verdict = await gate.access.decide({ way, load, from: 'test' });
      return verdict.kind === 'refused' ? verdict.error : verdict;
    };
    assert.deepEqual(await error('port:runner', { ...login, fun: 'test.arg' }), { name: 'EauthAuthenticationError', message: 'Authentication failure of type "eauth" occurred for user bob.' });
    assert.deepEqual(await error('port:runner', { token: 'x', fun: 'test.arg' }), { name: 'TokenAuthenticationError', message: 'Authentication failure of type "token" occurred.' });
    assert.deepEqual(await error('port:runner', { token: await gate.token('bob'), fun: 'test.arg' }), { name: 'TokenAuthenticationError', message: 'Authentication failure of type "token" occurred for user bob.' });
    assert.deepEqual(await error('port:wheel', { ...login, fun: 'keys' }), { name: 'SaltInvocationError', message: 'A command invocation error occurred: Check syntax.' });
    assert.deepEqual(await error('port:publish', { kwargs: { ...login, password: 'x' }, fun: 'test.ping', tgt: '*' }), { name: 'AuthenticationError', message: 'Authentication error occurred.' });
  });

  test('a login named root is not root, nor is a token beside the key of root', async () => {
    using gate = new Gate({ opts: OPTS });
    assert.equal(await publish(gate, { kwargs: { ...login, username: 'root' } }), 'AuthorizationError');
    assert.equal(await publish(gate, { key: gate.key('root'), kwargs: { token: await gate.token('root') } }), 'AuthorizationError');
  });

  test('clients of Salt wrap the arguments of functions of the master: what is judged is what is called', async () => {
    using gate = new Gate({ opts: { external_auth: { file: { bob: [{ '@runner': [{ 'test.arg': { args: ['a'] } }] }] } } } });
    const run = (load: PlainMap): Promise<string> => ask(gate, 'port:runner', { ...login, fun: 'test.arg', ...load });
    assert.equal(await run({ kwarg: { arg: ['a'], kwarg: {} } }), 'bob may');
    assert.equal(await run({ kwarg: { arg: ['b'], kwarg: {} }, arg: ['a'] }), 'EauthAuthenticationError');
    assert.equal(await run({ arg: ['a'] }), 'bob may');
    assert.equal(await run({ arg: ['b'], kwarg: { x: 1 } }), 'EauthAuthenticationError');
  });

  test('rights of the login stay in the token with keep_acl_in_token, else those of now count', async () => {
    for (const keep of [true, false]) {
      const opts: PlainMap = { external_auth: { file: { bob: ['test.*'] } }, keep_acl_in_token: keep };
      using gate = new Gate({ opts });
      const token = await gate.token('bob');
      opts['external_auth'] = { file: { bob: ['pkg.*'] } };
      assert.equal(await publish(gate, { kwargs: { token } }), keep ? 'bob may' : 'AuthorizationError');
      opts['external_auth'] = {};
      assert.equal(await publish(gate, { kwargs: { token } }), 'AuthenticationError', 'the plugin is no longer named');
    }
  });
});

suite('audit', () => {
  test('each decision is told with who, from where, what, which rule and the job, without credentials', async () => {
    using gate = new Gate({ opts: OPTS });
    const token = await gate.token('bob');
    const load = { fun: 'test.arg', arg: ['secret-argument'], tgt: 'web1' };
    await gate.access.decide({ way: 'port:publish', load: { ...load, kwargs: { token } }, from: 'connection a', jid: '20260101000000000001' });
    await gate.access.decide({ way: 'port:publish', load: { ...load, kwargs: { eauth: 'file', username: 'eve', password: 'secret-password' } }, from: 'connection b' });
    assert.deepEqual(gate.log.lines.slice(-2), [
      { level: 'info', text: 'access allowed', fields: { user: 'bob', by: 'token file', rule: 'external_auth:file:bob: web*: test.*', from: 'connection a', way: 'port:publish', fun: 'test.arg', tgt: 'web1', jid: '20260101000000000001' } },
      { level: 'warn', text: 'access refused', fields: { user: 'eve', by: 'eauth', rule: 'not known', from: 'connection b', way: 'port:publish', fun: 'test.arg', tgt: 'web1', jid: null } },
    ]);
    const told = JSON.stringify([gate.log.lines, gate.events]);
    for (const secret of [token, 'secret-argument', 'secret-password', 'right']) assert.equal(told.includes(`"${secret}"`), false, secret);
    assert.equal(gate.events.length, gate.log.lines.length);
  });
});
