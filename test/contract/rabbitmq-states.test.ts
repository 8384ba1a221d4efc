/** States of RabbitMQ hold what every state must. The program is `servers/rabbitmqctl.mjs`, which answers as RabbitMQ 3.10.8 does; the real one is in `rabbitmq.test.ts`. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CallSession } from '../../src/kernel/loader/call-session.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { stateContract, type StateCase, type StateSystem } from './states.js';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'test', 'support', 'servers', 'rabbitmqctl.mjs');

interface Rabbit extends StateSystem {
  call(fun: string, ...args: Value[]): Promise<Value>;
  /** Words that the program was given, a list in each line. */
  words(): string;
}

async function openRabbit(): Promise<Rabbit> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-rabbit-'));
  mkdirSync(join(root, 'bin'));
  for (const name of ['rabbitmqctl', 'rabbitmq-plugins']) {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\nexec "${process.execPath}" "${SCRIPT}" ${name} "$@"\n`);
    chmodSync(join(root, 'bin', name), 0o755);
  }
  const store = join(root, 'store');
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`, RABBIT_STORE: store };
  const host = await testHost({ sys: createSys({ env }), grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: root } });
  const session = (): CallSession => host.session({ signal: neverAborted() });
  return {
    call: (fun, ...args) => session().call(`rabbitmq.${fun}`, args),
    words: () => readFileSync(`${store}.words`, 'utf8'),
    run: (fun, args, options) => runState(session(), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: () => Promise.resolve(existsSync(store) ? JSON.parse(readFileSync(store, 'utf8')) as unknown : 'new'),
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const ODD = "-o d'd; $(id) \"q\"";
const SECRET = "-s3cret $(id) 'x";
const args = (given: PlainMap) => (): PlainMap => given;
/** The picture of a store begins when the program was run once. */
const ready = async (rabbit: Rabbit): Promise<void> => void await rabbit.call('list_users');
const withUser = async (rabbit: Rabbit): Promise<void> => void await rabbit.call('add_user', 'web', 'old');
const POLICY = { name: ODD, pattern: '^x', definition: '{"max-length": 5}', apply_to: 'queues', priority: 2 };

const changing: readonly StateCase<Rabbit>[] = [
  { title: 'a new user', fun: 'rabbitmq_user.present', prepare: ready, args: args({ name: ODD, password: SECRET, tags: ['administrator', 'mine'], perms: [{ '/': ['.*', '', '^x$'] }] }) },
  { title: 'another password', fun: 'rabbitmq_user.present', prepare: withUser, args: args({ name: 'web', password: SECRET, tags: 'monitoring' }) },
  { title: 'further permissions', fun: 'rabbitmq_user.present', args: args({ name: 'web', perms: [{ '/': ['a', 'b', 'c'] }, { [ODD]: ['', '', ''] }] }), prepare: async (rabbit) => {
    await withUser(rabbit);
    await rabbit.call('add_vhost', ODD);
    await rabbit.call('set_permissions', '/', 'web', 'a', 'b', 'd');
  } },
  { title: 'a user goes', fun: 'rabbitmq_user.absent', prepare: withUser, args: args({ name: 'web' }) },
  { title: 'a virtual host', fun: 'rabbitmq_vhost.present', prepare: ready, args: args({ name: ODD }) },
  { title: 'a virtual host goes', fun: 'rabbitmq_vhost.absent', prepare: async (rabbit) => void await rabbit.call('add_vhost', ODD), args: args({ name: ODD }) },
  { title: 'a policy', fun: 'rabbitmq_policy.present', prepare: ready, args: args(POLICY) },
  { title: 'another policy', fun: 'rabbitmq_policy.present', prepare: async (rabbit) => void await rabbit.call('set_policy', '/', ODD, '^y', { 'max-length': 6 }), args: args({ ...POLICY, definition: { 'max-length': 5 } }) },
  { title: 'a policy goes', fun: 'rabbitmq_policy.absent', prepare: async (rabbit) => void await rabbit.call('set_policy', '/', ODD, '^y', { 'max-length': 6 }), args: args({ name: ODD }) },
  { title: 'a plugin', fun: 'rabbitmq_plugin.enabled', prepare: ready, args: args({ name: 'rabbitmq_shovel' }) },
  { title: 'a plugin goes', fun: 'rabbitmq_plugin.disabled', prepare: async (rabbit) => void await rabbit.call('enable_plugin', 'rabbitmq_shovel'), args: args({ name: 'rabbitmq_shovel' }) },
  { title: 'a cluster', fun: 'rabbitmq_cluster.joined', prepare: ready, args: args({ name: 'x', host: 'web1', user: 't', runas: userInfo().username }) },
  { title: 'an upstream', fun: 'rabbitmq_upstream.present', prepare: ready, args: args({ name: ODD, uri: 'amqp://user:s3cret@web1', max_hops: 2 }) },
  { title: 'another upstream', fun: 'rabbitmq_upstream.present', prepare: async (rabbit) => void await rabbit.call('set_upstream', 'up', 'amqp://web1', 5), args: args({ name: 'up', uri: 'amqp://web1', prefetch_count: 6 }) },
];

stateContract({
  name: 'rabbitmq', open: openRabbit, changing,
  idle: [
    { title: 'no user to remove', fun: 'rabbitmq_user.absent', prepare: ready, args: args({ name: 'none' }) },
    { title: 'no tags', fun: 'rabbitmq_user.present', prepare: withUser, args: args({ name: 'web', password: 'old', tags: [] }) },
    { title: 'no plugin to disable', fun: 'rabbitmq_plugin.disabled', prepare: ready, args: args({ name: 'rabbitmq_shovel' }) },
  ],
  failing: [
    { title: 'permissions for no virtual host', fun: 'rabbitmq_user.present', prepare: withUser, args: args({ name: 'web', perms: [{ none: ['', '', ''] }] }), comment: /^Error: RabbitMQ command failed: Error:\nVirtual host none does not exist$/ },
    { title: 'permissions of two', fun: 'rabbitmq_user.present', prepare: withUser, args: args({ name: 'web', perms: [{ '/': ['', ''] }] }), comment: /^Error: The permissions for '\/' are three/ },
    { title: 'a password of two lines', fun: 'rabbitmq_user.present', prepare: ready, args: args({ name: 'x', password: 'a\nb' }), comment: /^Error: A password of RabbitMQ is one line$/ },
    { title: 'a policy that is none', fun: 'rabbitmq_policy.present', prepare: ready, args: args({ ...POLICY, definition: '{"a": 1}' }), comment: /are not recognised policy settings/ },
    { title: 'no JSON', fun: 'rabbitmq_policy.present', prepare: ready, args: args({ ...POLICY, definition: '{a' }), comment: /^Error: The definition is no JSON: \{a$/ },
    { title: 'no such plugin', fun: 'rabbitmq_plugin.enabled', prepare: ready, args: args({ name: 'none' }), comment: /^Error: RabbitMQ command failed: Error:\n\{:plugins_not_found, \[:none\]\}$/ },
    { title: 'a plugin that is an option', fun: 'rabbitmq_plugin.enabled', prepare: ready, args: args({ name: '--all' }), comment: /^Error: plugin '--all' is not valid$/ },
    { title: 'no such node', fun: 'rabbitmq_cluster.joined', prepare: ready, args: args({ name: 'x', host: 'none', runas: userInfo().username }), comment: /unable to connect to epmd/ },
    { title: 'an upstream that is none', fun: 'rabbitmq_upstream.present', prepare: ready, args: args({ name: 'x', uri: 'none' }), comment: /must be a valid URI/ },
  ],
});

test('rabbitmq: passwords are in no word, comment or change; names come through as they are', async () => {
  await using rabbit = await openRabbit();
  const made = await rabbit.run('rabbitmq_user.present', { name: ODD, password: SECRET, perms: [{ '/': [ODD, '', ''] }] });
  const up = await rabbit.run('rabbitmq_upstream.present', { name: 'up', uri: 'amqp://user:s3cret@web1' });
  assert.equal(await rabbit.call('check_password', ODD, SECRET), true);
  assert.equal(await rabbit.call('check_password', ODD, 'other'), false);
  for (const text of [JSON.stringify(made), JSON.stringify(up), rabbit.words()]) assert.ok(!text.includes('s3cret'), text);
  assert.deepEqual(await rabbit.call('list_user_permissions', ODD), { '/': { configure: ODD, write: '', read: '' } });
  assert.deepEqual(await rabbit.call('list_permissions', '/'), { [ODD]: { configure: ODD, write: '', read: '' } });
  assert.deepEqual(await rabbit.call('list_users'), { guest: ['administrator'], [ODD]: [] });
  assert.deepEqual(await rabbit.call('list_queues', null, 'name', 'messages'), { 'work queue': ['3'] });
  assert.deepEqual(await rabbit.call('list_available_plugins'), ['rabbitmq_federation', 'rabbitmq_shovel']);
});
