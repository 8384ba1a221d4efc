/**
 * http, slack, slack_webhook, mattermost and icinga2. Nobody has these services in a registry: strict local servers stand for them, that
 * take what the documents of the API say and refuse all else.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ReturnerQueues } from '../../../../src/bus/returners/returner-queue.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import { listeningLog } from '../../../support/module-host.js';
import { openReturner, result } from '../../../support/servers/open-returner.js';
import { freePort } from '../../../support/servers/program-server.js';
import { WebServer, type WebAnswer, type WebRequest } from '../../../support/servers/web-server.js';

const root = mkdtempSync(join(tmpdir(), 'web-'));
after(() => rmSync(root, { recursive: true, force: true }));

const states: PlainMap = {
  'file_|-conf_|-/etc/x_|-managed': { __run_num__: 1, __sls__: 'web', result: true, changes: { diff: 'new' }, duration: 1500.5, comment: '' },
  'pkg_|-nginx_|-nginx_|-installed': { __run_num__: 0, __sls__: 'web', result: false, changes: {}, duration: 10, comment: '' },
  'cmd_|-run_|-run_|-run': { __run_num__: 2, __sls__: 'web', result: true, changes: {}, duration: 0, comment: '' },
};
const highstate = result({ fun: 'state.apply', return: states });

/** A receiver as the documents tell people to write one: it knows the key and refuses what is old or not signed. */
function receiver(secret: string) {
  return ({ method, headers, body }: WebRequest): WebAnswer => {
    const time = String(headers['x-tsalt-timestamp']);
    const signature = `sha256=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`;
    const isFresh = Math.abs(Number(time) - Date.now() / 1000) < 300;
    return { status: method === 'POST' && isFresh && headers['x-tsalt-signature'] === signature && headers['content-type'] === 'application/json' ? 204 : 403 };
  };
}

test('http posts signed JSON, and gives a second copy the same name', async () => {
  await using server = await WebServer.start(receiver('geheim-7'));
  const { returner, lines } = await openReturner(root, 'http', { http: { url: `${server.url}/in?a=1`, secret: 'geheim-7', headers: { 'X-Team': 'ops' }, username: 'u', password: 'geheim-9' } });
  for (let copies = 0; copies < 2; copies += 1) await returner.call('returner', [result()]);
  await returner.call('eventReturn', [[{ tag: 'a', data: { n: 1 } }]]);
  const [first, second, third] = server.requests;
  assert.deepEqual(JSON.parse(first?.body ?? ''), result());
  assert.equal(third?.body, '[{"tag": "a", "data": {"n": 1}}]');
  assert.deepEqual([first?.path, first?.headers['x-team'], first?.headers['x-tsalt-kind'], third.headers['x-tsalt-kind']], ['/in?a=1', 'ops', 'return', 'events']);
  assert.equal(first?.headers.authorization, `Basic ${Buffer.from('u:geheim-9').toString('base64')}`);
  assert.equal(first.headers['x-tsalt-delivery'], second?.headers['x-tsalt-delivery']);
  const wrong = await openReturner(root, 'http', { http: { url: server.url, secret: 'geheim-8' } });
  await assert.rejects(wrong.returner.call('returner', [result()]), /The receiver of http answers 403/);
  assert.doesNotMatch(JSON.stringify([lines, wrong.lines]), /geheim/);
});

test('http takes an answer that sends elsewhere for a failure, and says no address', async () => {
  await using server = await WebServer.start(() => ({ status: 302, headers: { Location: 'http://127.0.0.1:9/' } }));
  const { returner } = await openReturner(root, 'http', { http: { url: `${server.url}/token-abc` } });
  await assert.rejects(returner.call('returner', [result()]), (error: Error) => /answers 302/.test(error.message) && !/abc/.test(`${error.stack}`));
  const broken = await openReturner(root, 'http', { http: { url: 'file:///etc/token-abc' } });
  await assert.rejects(broken.returner.call('returner', [result()]), (error: Error) => /none of http or https/.test(error.message) && !/abc/.test(`${error.stack}`));
});

test('http results wait for a receiver that comes later', async () => {
  const port = await freePort();
  const { host } = await openReturner(root, 'http', { 'http.url': `http://127.0.0.1:${port}/`, 'http.secret': 's' });
  await using queues = new ReturnerQueues({ host, dir: mkdtempSync(join(root, 'q-')), log: listeningLog() });
  const queue = await queues.of('http');
  queue?.put('returner', result());
  await queue?.settled(10_000);
  assert.deepEqual([queue?.counters.failures, queue?.counters.waiting], [1, 1]);
  await using server = await WebServer.start(receiver('s'), { port });
  for (let left = 200; left > 0 && queue?.counters.given !== 1; left -= 1) await pause(50);
  assert.deepEqual([queue?.counters.given, server.requests.length], [1, 1]);
});

/** `chat.postMessage`: a form, a bearer token, and `ok` in an answer that is always 200. */
function slack({ method, path, headers, body }: WebRequest): WebAnswer {
  const fields = new URLSearchParams(body);
  const say = (value: object): WebAnswer => ({ body: JSON.stringify(value), headers: { 'Content-Type': 'application/json' } });
  if (method !== 'POST' || path !== '/api/chat.postMessage') return { status: 404 };
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return say({ ok: false, error: 'invalid_post_type' });
  if (headers.authorization !== 'Bearer xoxb-geheim-7') return say({ ok: false, error: 'invalid_auth' });
  if (!/^[#@]?\w/.test(fields.get('channel') ?? '')) return say({ ok: false, error: 'channel_not_found' });
  if ((fields.get('text') ?? '') === '') return say({ ok: false, error: 'no_text' });
  return (fields.get('text') ?? '').length > 40_000 ? say({ ok: false, error: 'msg_too_long' }) : say({ ok: true });
}

test('slack posts the fields of a result', async () => {
  await using server = await WebServer.start(slack);
  const options = { channel: '#ops', username: 'salt', as_user: true, api_key: 'xoxb-geheim-7', api_url: `${server.url}/api/chat.postMessage` };
  const { returner, lines } = await openReturner(root, 'slack', { slack: options, 'wrong.slack.api_key': 'xoxb-geheim-8', keys: { 'slack.api_key': 'xoxb-geheim-7' }, 'bot.slack': { api_key: 'no', profile: 'keys' } });
  await returner.call('returner', [result({ return: { b: 1, a: 'x & y' } })]);
  const fields = new URLSearchParams(server.requests[0]?.body);
  assert.deepEqual([fields.get('channel'), fields.get('username'), fields.get('as_user')], ['#ops', 'salt', 'true']);
  assert.equal(fields.get('text'), "```id: web1\r\nfunction: test.echo\r\nfunction args: ['a']\r\njid: 20260102030405678901\r\nreturn: {'a': 'x & y', 'b': 1}\r\n```");
  await assert.rejects(returner.call('returner', [result()], { ret: { ret_config: 'wrong' } }), /Slack refuses the message: invalid_auth/);
  await returner.call('returner', [result()], { ret: { ret_config: 'bot' } });
  await returner.call('returner', [result({ return: 'x'.repeat(100_000) })]);
  await returner.call('returner', [highstate], { ret: { ret_kwargs: { changes: true, yaml_format: true } } });
  const text = new URLSearchParams(server.requests.at(-1)?.body).get('text') ?? '';
  assert.match(text, /return: file_\|-conf_/);
  assert.doesNotMatch(text, /cmd_\|-run/);
  assert.doesNotMatch(JSON.stringify(lines), /geheim/);
});

test('slack says which options are missing', async () => {
  const { returner, lines } = await openReturner(root, 'slack', { slack: { username: 'salt', api_key: 'k' } });
  await returner.call('returner', [result()]);
  assert.deepEqual(lines.map(({ text }) => text), ['slack.as_user not defined in salt config']);
});

test('slack_webhook reports a run of states', async () => {
  await using server = await WebServer.start(({ path, body }) => (path === '/services/T0/B0/geheim' && new URLSearchParams(body).has('payload') ? { body: 'ok' } : { status: 403, body: 'invalid_token' }));
  const options = { webhook: 'T0/B0/geheim', api_url: `${server.url}/services/`, show_tasks: true };
  const { returner } = await openReturner(root, 'slack_webhook', { slack_webhook: options, 'other.slack_webhook': { webhook: 'T0/B0/geheim-8' } }, { grains: { id: 'web1', localhost: 'web' } });
  await returner.call('returner', [highstate]);
  assert.deepEqual(JSON.parse(new URLSearchParams(server.requests[0]?.body).get('payload') ?? ''), {
    attachments: [
      {
        fallback: 'web1 | Failed', color: '#272727', author_name: 'web1', author_link: 'web', author_icon: '', title: 'Success: False',
        text: "Function: state.apply\nFunction Args: ['a']\nJID: 20260102030405678901\nTotal: 3\nDuration: 1.51 secs",
      },
      { color: 'good', title: 'Unchanged: 1' },
      { color: 'warning', title: 'Changed: 1', fields: [{ value: 'web.sls | conf', short: false }] },
      { color: 'danger', title: 'Failed: 1', fields: [{ value: 'web.sls | nginx', short: false }] },
    ],
  });
  const refused = (error: Error): boolean => /The webhook of Slack answers 403 Forbidden: invalid_token/.test(error.message) && !/geheim/.test(`${error.stack}`);
  await assert.rejects(returner.call('returner', [highstate], { ret: { ret_config: 'other' } }), refused);
  await returner.call('eventReturn', [[{ tag: 'salt/job/1/ret/web1', data: result() }, { tag: 'salt/auth', data: { id: 'x' } }]]);
  assert.equal(server.requests.length, 3);
});

test('mattermost posts results and events', async () => {
  await using server = await WebServer.start(({ method, path, body }) => {
    const payload = JSON.parse(new URLSearchParams(body).get('payload') ?? '{}') as { text?: string };
    if (method !== 'POST' || path !== '/hooks/geheim') return { status: 400, body: 'Invalid webhook' };
    return payload.text === undefined || payload.text.length > 16_383 ? { status: 400, body: 'no text' } : { body: 'ok' };
  });
  const { returner } = await openReturner(root, 'mattermost', { mattermost: { hook: 'geheim', api_url: `${server.url}/`, channel: 'ops', username: 'salt' } });
  await returner.call('returner', [result({ return: { a: [true, null], b: 'ä&b' } })]);
  await returner.call('eventReturn', [[{ tag: 'my/tag', data: { n: 1 } }]]);
  await returner.call('returner', [result({ return: 'x'.repeat(100_000) })]);
  const [first, second] = server.requests.map(({ body }) => JSON.parse(new URLSearchParams(body).get('payload') ?? '') as PlainMap);
  assert.deepEqual(first, { channel: 'ops', username: 'salt', text: "```id: web1\r\nfunction: test.echo\r\nfunction args: ['a']\r\njid: 20260102030405678901\r\nreturn: {'a': [True, None], 'b': 'ä&b'}\r\n```" });
  assert.equal(second?.['text'], '```tag: my/tag\r\nn: 1\r\n```');
});

/** `/v1/actions/process-check-result` as the documents of Icinga 2 have it. */
function icinga({ method, path, headers, body }: WebRequest): WebAnswer {
  const say = (status: number, value: object): WebAnswer => ({ status, body: JSON.stringify(value) });
  if (headers.authorization !== `Basic ${Buffer.from('salt:geheim-7').toString('base64')}`) return say(401, { error: 401, status: 'Unauthorized. Please check your user credentials.' });
  if (method !== 'POST' || path !== '/v1/actions/process-check-result') return say(404, { error: 404, status: 'The requested path could not be found' });
  if (headers.accept !== 'application/json') return say(400, { error: 400, status: "Accept header is missing or not set to 'application/json'." });
  const { type, filter, filter_vars: names, exit_status: status, plugin_output: output } = JSON.parse(body) as { type: string; filter: string; filter_vars: { wanted_host: string; wanted_service: string }; exit_status: unknown; plugin_output: unknown };
  if (type !== 'Service' || filter !== 'host.name==wanted_host && service.name==wanted_service') return say(400, { error: 400, status: 'Invalid filter' });
  if (names.wanted_host !== 'web1' || names.wanted_service !== 'salt') return say(404, { error: 404, status: 'No objects found.' });
  if (typeof status !== 'number' || typeof output !== 'string') return say(400, { results: [{ code: 400, status: 'Parameter is missing' }] });
  return say(200, { results: [{ code: 200, status: "Successfully processed check result for object 'web1!salt'." }] });
}

test('icinga2 reports success and failure of the service of a minion', async () => {
  const [key, cert] = [join(root, 'key.pem'), join(root, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  await using server = await WebServer.start(icinga, { secure: { cert: readFileSync(cert), key: readFileSync(key) } });
  const { returner, lines } = await openReturner(root, 'icinga2', { icinga2: { host: 'localhost', port: server.port, user: 'salt', password: 'geheim-7', ca_bundle: cert } });
  for (const ret of [result(), result({ success: false, retcode: 1 }), highstate]) await returner.call('returner', [ret]);
  const said = server.requests.map(({ body }) => JSON.parse(body) as PlainMap).map(({ exit_status: status, plugin_output: output, performance_data: data }) => [status, output, data]);
  assert.deepEqual(said, [
    [0, 'OK - test.echo (job 20260102030405678901)', []],
    [2, 'CRITICAL - test.echo (job 20260102030405678901)', []],
    [2, 'CRITICAL - state.apply (job 20260102030405678901): 1 changed, 1 failed, 3 states', ['total=3', 'changed=1', 'failed=1;;1', 'duration=1.510s']],
  ]);
  await assert.rejects(returner.call('returner', [result({ id: 'web2' })]), /Icinga answers 404 Not Found: .*No objects found/);
  await assert.rejects(returner.call('returner', [result()], { ret: { ret_kwargs: { password: 'geheim-8' } } }), /Icinga answers 401/);
  const distrusting = await openReturner(root, 'icinga2', { icinga2: { host: 'localhost', port: server.port, user: 'salt', password: 'geheim-7' } });
  await assert.rejects(distrusting.returner.call('returner', [result()]), /Icinga cannot be reached: .*self-signed certificate/);
  assert.doesNotMatch(JSON.stringify([lines, distrusting.lines]), /geheim/);
});
