/** Slack as its documentation has it: what is not asked in its words is refused. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import slack from '../../../../src/plugins/modules/slack_notify.js';
import slackState from '../../../../src/plugins/states/slack.js';
import { machine } from './machine.js';

const TOKEN = 'xoxb-made';
const posted: Record<string, string>[] = [];
let server: Server;
let base = '';

function answer({ method, url = '', headers }: IncomingMessage, body: string): { status: number; body: object | string } {
  const fields = Object.fromEntries(new URLSearchParams(body));
  if (url.startsWith('/services/')) {
    if (method !== 'POST' || url !== '/services/T0/B0/made') return { status: 403, body: 'invalid_token' };
    posted.push({ payload: fields['payload'] ?? '' });
    return { status: 200, body: 'ok' };
  }
  if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 200, body: { ok: false, error: 'invalid_auth' } };
  if (method === 'GET' && url === '/api/conversations.list') return { status: 200, body: { ok: true, channels: [{ id: 'C1', name: 'random' }] } };
  if (method === 'GET' && url === '/api/users.list') return { status: 200, body: { ok: true, members: [{ id: 'U1', name: 'larry' }] } };
  if (method === 'POST' && url === '/api/chat.postMessage' && headers['content-type'] === 'application/x-www-form-urlencoded') {
    if (fields['channel'] === '#gone') return { status: 200, body: { ok: false, error: 'channel_not_found' } };
    for (const name of ['attachments', 'blocks']) JSON.parse(fields[name] ?? '');
    posted.push(fields);
    return { status: 200, body: { ok: true, channel: 'C1' } };
  }
  return { status: 404, body: { ok: false, error: 'unknown_method' } };
}

before(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const given = answer(request, body);
      response.writeHead(given.status, { 'Content-Type': typeof given.body === 'string' ? 'text/html' : 'application/json' }).end(typeof given.body === 'string' ? given.body : JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => { server.close(resolve); });
});

function host(config: Record<string, string> = {}, more: { test?: boolean } = {}) {
  const known: Record<string, string> = { 'slack.api_url': `${base}/api`, 'slack.hook_url': `${base}/services/`, ...config };
  return machine({ modules: [slack], answers: { 'config.get': ([name]) => known[String(name)] ?? '' }, ...more });
}

test('slack: rooms and users', async () => {
  const { call } = host({ 'slack:api_key': TOKEN });
  assert.deepEqual(await call('slack.list_rooms'), { res: true, message: [{ id: 'C1', name: 'random' }] });
  assert.deepEqual(await call('slack.find_room', ['#random']), { id: 'C1', name: 'random' });
  assert.deepEqual([await call('slack.find_room', ['none']), await call('slack.find_user', ['none'])], [false, false]);
  assert.deepEqual(await call('slack.find_user', ['larry'], { api_key: TOKEN }), { id: 'U1', name: 'larry' });
  assert.deepEqual(await call('slack.list_users', ['wrong']), { res: false, message: 'invalid_auth' });
  await assert.rejects(host().call('slack.list_users'), { code: 'job.invocation', message: 'No Slack API key found.' });
});

test('slack: messages', async () => {
  const { call, log } = host({ 'slack.api_key': TOKEN });
  posted.length = 0;
  assert.equal(await call('slack.post_message', ['builds', "it's & <done>\n"], { attachments: [{ text: 'x' }], from_name: 'me' }), true);
  assert.deepEqual(posted, [{ channel: '#builds', text: "it's & <done>\n", attachments: '[{"text": "x"}]', blocks: '[]', username: 'me' }]);
  assert.deepEqual(log.filter(({ level }) => level === 'warn').length, 1);
  assert.deepEqual(await call('slack.post_message', ['#gone', 'x']), { res: false, message: 'channel_not_found' });
  const unreachable = host({ 'slack.api_key': TOKEN, 'slack.api_url': 'http://127.0.0.1:1/api' });
  const { res, message } = await unreachable.call('slack.post_message', ['@me', 'x']) as Record<string, Value>;
  assert.equal(res, false);
  assert.doesNotMatch(String(message), /invalid_auth|xoxb/);
});

test('slack: WebHooks', async () => {
  const { call } = host({ 'slack.hook': 'T0/B0/made' });
  posted.length = 0;
  assert.equal(await call('slack.call_hook', ['hello'], { channel: '#x', username: 'me' }), true);
  assert.equal(await call('slack.call_hook', ['hello', 'more'], { short: true }), true);
  assert.deepEqual(posted.map(({ payload = '' }) => JSON.parse(payload) as unknown), [
    { text: 'hello', channel: '#x', username: 'me' }, { attachments: [{ fallback: 'hello', color: 'good', pretext: 'hello', fields: [{ value: 'more', short: true }] }] },
  ]);
  const refused = await call('slack.call_hook', ['hello'], { identifier: 'T0/B0/wrong' }) as Record<string, Value>;
  assert.equal(refused['res'], false);
  await assert.rejects(call('slack.call_hook', ['hello'], { identifier: 'https://other.example/x' }), { message: /^The identifier of a WebHook is/ });
  await assert.rejects(host().call('slack.call_hook', ['hello']), { message: 'No Slack WebHook url found' });
});

test('the state slack.post_message sends, foretells, and says why not', async () => {
  const run = (given: Record<string, string>, isTest = false) => slackState.functions['post_message']?.run({ name: 'told', kwargs: given }, { ...host().context, test: isTest, call: (fun, args, kwargs) => host().call(fun, args, kwargs) });
  const comment = async (given: Record<string, string>, isTest = false): Promise<Value[]> => {
    const { result = null, comment: text = null, changes = null } = await run(given, isTest) as Record<string, Value>;
    assert.deepEqual(changes, {});
    return [result, text];
  };
  const good = { api_key: TOKEN, channel: '#builds', message: 'done' };
  assert.deepEqual(await comment({}), [false, 'Please specify api_key or webhook.']);
  assert.deepEqual(await comment({ api_key: 'a', webhook: 'b' }), [false, 'Please specify only either api_key or webhook.']);
  assert.deepEqual(await comment({ api_key: 'a' }), [false, 'Slack channel is missing.']);
  assert.deepEqual(await comment({ webhook: 'a' }), [false, 'Slack message is missing.']);
  posted.length = 0;
  assert.deepEqual(await comment(good, true), [null, 'The following message is to be sent to Slack: done']);
  assert.deepEqual(posted, []);
  assert.deepEqual(await comment(good), [true, 'Sent message: told']);
  assert.deepEqual(await comment({ webhook: 'T0/B0/made', message: 'done' }), [true, 'Sent message: told']);
  assert.equal(posted.length, 2);
  assert.deepEqual(await comment({ ...good, channel: '#gone' }), [false, 'Failed to send message (channel_not_found): told']);
});
