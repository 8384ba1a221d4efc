/** Our own resources of the API, against a fleet. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { pythonJson } from '../../../src/kernel/std/python-json.js';
import { loadYaml } from '../../../src/kernel/yaml/load.js';
import { ApiHost, type Reply, type Send } from '../../support/fleet/api.js';
import { Site } from '../../support/fleet/site.js';
import { until } from '../../support/fleet/until.js';
import { startFleet } from '../kit/fleet.js';

const site = new Site();
let api: ApiHost;
const tokens: Record<string, string> = {};

site.setUp('a master, two minions and the API', async () => {
  const options = await ApiHost.options();
  const users = site.write('users', 'ann:secret\nbob:secret\n', 0o600);
  const { master } = await startFleet(site, ['web1', 'web2'], {
    master: { rest_cherrypy: options, external_auth: { file: { '^filename': users, ann: ['.*', '@runner', '@wheel'], bob: [{ web1: ['test.*'] }] } } },
  });
  api = await ApiHost.start(site, master, options);
});

interface Told {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly reply: Reply;
}

async function ask(path: string, send: Send = {}, user = 'ann'): Promise<Told> {
  const token = tokens[user];
  const reply = await api.send(`/v1${path}`, { ...send, headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...send.headers } });
  const isJson = /json/.test(reply.headers['content-type'] ?? '') && !/ndjson/.test(reply.headers['content-type'] ?? '');
  return { status: reply.status, body: isJson ? JSON.parse(reply.text) as Record<string, unknown> : {}, reply };
}

site.test('tokens: made, shown, ended; errors are problem details', async () => {
  for (const username of ['ann', 'bob']) {
    const { status, body } = await ask('/tokens', { body: { username, password: 'secret', eauth: 'file' } }, 'nobody');
    assert.equal(status, 201);
    tokens[username] = String(body['token']);
  }
  assert.equal((await ask('/tokens/current')).body['user'], 'ann');
  const made = await ask('/tokens', { body: { username: 'ann', password: 'secret', eauth: 'file' } }, 'nobody');
  tokens['short'] = String(made.body['token']);
  assert.equal((await ask('/tokens/current', { method: 'DELETE' }, 'short')).status, 204);
  assert.equal((await ask('/tokens/current', {}, 'short')).status, 401);
  const refused = await ask('/jobs', { headers: { 'X-Request-Id': 'mine-1' } }, 'nobody');
  assert.equal(refused.reply.headers['content-type'], 'application/problem+json');
  assert.deepEqual(refused.body, { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'Send a token: Authorization: Bearer <token>', request: 'mine-1' });
  for (const [path, send, status] of [
    ['/tokens', { body: { username: 'ann', password: 'wrong', eauth: 'file' } }, 401], ['/nowhere', {}, 404], ['/jobs', { method: 'DELETE' }, 405], ['/jobs', { body: 'x', headers: { 'Content-Type': 'text/plain' } }, 415],
    ['/jobs', { body: '{', headers: { 'Content-Type': 'application/json' } }, 400], ['/jobs', { body: { target: '*' } }, 422], ['/jobs', { body: { target: '*', function: 'test.ping', extra: 1 } }, 422],
    ['/jobs', { body: [] }, 422], ['/jobs?limit=0', {}, 422], ['/jobs?nothing=1', {}, 422], ['/jobs?after=../../x', {}, 422], ['/jobs/..%2f..', {}, 400], ['/jobs/1', {}, 404], ['/jobs/20010101000000000001', {}, 404], ['/jobs/20010101000000000001/returns', {}, 404],
    ['/keys/nobody', {}, 404], ['/keys/web*', {}, 404], ['/minions/nobody', {}, 404], ['/functions/no.such', {}, 404], [`/events?token=${tokens['ann'] ?? ''}`, {}, 422],
  ] as const) {
    const told = await ask(path, send);
    assert.equal(told.status, status, `${path}: ${told.reply.text}`);
    assert.doesNotMatch(told.reply.text, /\.js:\d/);
  }
});

site.test('a job: published once for its key, its returns while they come, its pages', async () => {
  const body = { target: ['web1', 'web2'], function: 'test.echo', keywords: { text: 'hi' } };
  const headers = { 'Idempotency-Key': 'first', 'X-Request-Id': 'req-7' };
  const [first, again] = await Promise.all([ask('/jobs', { body, headers }), ask('/jobs', { body, headers })]);
  assert.equal(first.status, 202);
  assert.deepEqual(first.body, again.body);
  assert.equal((await ask('/jobs', { body: { ...body, function: 'test.ping', keywords: {} }, headers })).status, 409);
  const jid = String(first.body['jid']);
  assert.equal(first.reply.headers['location'], `/v1/jobs/${jid}`);
  const { reply } = await ask(`/jobs/${jid}/returns`);
  assert.equal(reply.headers['content-type'], 'application/x-ndjson');
  const lines = reply.text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>).toSorted((a, b) => (String(a['minion']) < String(b['minion']) ? -1 : 1));
  assert.deepEqual(lines, ['web1', 'web2'].map((minion) => ({ minion, return: 'hi', retcode: 0, success: true })));
  const sse = await ask(`/jobs/${jid}/returns`, { headers: { Accept: 'text/event-stream' } });
  assert.match(sse.reply.text, /^event: return\ndata: \{"minion":"web\d"[^\n]*\n\nevent: return\n[^\n]*\n\nevent: end\ndata: \{\}\n\n$/);
  const { body: shown } = await ask(`/jobs/${jid}`);
  assert.deepEqual([shown['function'], shown['user'], (shown['returns'] as unknown[]).length], ['test.echo', 'ann', 2]);

  const others: string[] = [];
  for (let count = 0; count < 3; count += 1) others.push(String((await ask('/jobs', { body: { target: 'web1', function: 'test.ping' } })).body['jid']));
  const seen: string[] = [];
  for (let after: unknown; ;) {
    const { body: page } = await ask(`/jobs?limit=2${after === undefined ? '' : `&after=${String(after)}`}`);
    const jobs = page['jobs'] as { jid: string }[];
    assert.ok(jobs.length <= 2);
    seen.push(...jobs.map((job) => job.jid));
    // What comes between two pages moves none of them.
    if (after === undefined) await ask('/jobs', { body: { target: 'web1', function: 'test.ping' } });
    after = page['next'];
    if (after === undefined) break;
  }
  assert.equal(new Set(seen).size, seen.length, 'none twice');
  for (const one of [jid, ...others]) assert.ok(seen.includes(one), `${one} is in a page`);
  const { body: filtered } = await ask('/jobs?function=test.echo');
  assert.deepEqual((filtered['jobs'] as { jid: string }[]).map((job) => job.jid), [jid]);
  const trace = await api.master.tsalt('tsalt-run', 'event.trace', jid);
  assert.match(trace.stdout, /api:publish by ann/);
});

site.test('rights hold here too', async () => {
  assert.equal((await ask('/jobs', { body: { target: 'web1', function: 'test.ping' } }, 'bob')).status, 202);
  for (const [path, send] of [['/jobs', { body: { target: '*', function: 'test.ping' } }], ['/jobs', {}], ['/keys', {}], ['/keys/web1', { method: 'DELETE' }], ['/keys/web1/reject', { method: 'POST' }], ['/minions/web1', {}]] as const) {
    assert.equal((await ask(path, send, 'bob')).status, 401, path);
  }
  assert.equal((await ask('/jobs', { body: { target: 'nobody', function: 'test.ping' } })).status, 404);
});

site.test('keys and minions', async () => {
  const { body: first } = await ask('/keys?limit=1&state=accepted');
  assert.deepEqual(first, { keys: [{ id: 'web1', state: 'accepted' }], next: 'web1' });
  assert.deepEqual((await ask('/keys?after=web1')).body, { keys: [{ id: 'web2', state: 'accepted' }] });
  assert.match(String((await ask('/keys/web1')).body['fingerprint']), /^([0-9a-f]{2}:){31}/);
  assert.deepEqual((await ask('/minions?id=*2')).body, { minions: [{ id: 'web2' }] });
  assert.equal(((await ask('/minions/web1')).body['grains'] as Record<string, unknown>)['id'], 'web1');
  assert.equal((await ask('/keys/web2/reject', { method: 'POST' })).body['state'], 'rejected');
  assert.equal((await ask('/keys/web2/accept', { method: 'POST' })).body['state'], 'accepted');
  assert.equal((await ask('/keys/web2', { method: 'DELETE' })).status, 204);
  assert.equal((await ask('/keys/web2')).status, 404);
});

site.test('functions with their parameters, and the description of all that', async () => {
  const { body: echo } = await ask('/functions/test.echo');
  assert.deepEqual(echo['parameters'], { type: 'object', properties: { text: {} }, required: ['text'], additionalProperties: false });
  const { body: runners } = await ask('/functions?kind=runner&name=jobs.list_*');
  assert.ok((runners['functions'] as { name: string }[]).some(({ name }) => name === 'jobs.list_jobs'));
  const { body: description } = await ask('/openapi.json', {}, 'nobody');
  const paths = description['paths'] as Record<string, Record<string, { operationId: string; responses: object }>>;
  assert.ok(paths['/v1/jobs/{jid}/returns']?.['get']);
  const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
  assert.equal(new Set(ids).size, ids.length);
  const job = paths['/v1/jobs']?.['post'] as unknown as { requestBody: { content: Record<string, { schema: { required: string[] } }> }; parameters: { name: string; in: string }[]; responses: Record<string, { content?: object }> };
  assert.deepEqual(job.requestBody.content['application/json']?.schema.required, ['target', 'function']);
  assert.ok(job.parameters.some((one) => one.name.toLowerCase() === 'idempotency-key' && one.in === 'header'));
  assert.deepEqual(Object.keys(job.responses), ['202', 'default']);
  const { reply: yaml } = await ask('/openapi.yaml', {}, 'nobody');
  assert.equal(yaml.headers['content-type'], 'application/yaml');
  assert.deepEqual(JSON.parse(pythonJson(loadYaml(yaml.text), { indent: null, sortKeys: false }) ?? ''), description);
  const { reply } = await ask('/docs', {}, 'nobody');
  assert.match(String(reply.headers['content-security-policy']), /default-src 'self'/);
  assert.doesNotMatch(reply.text, /https?:\/\//);
});

site.test('events by tag', async () => {
  let text = '';
  const sent = request(`${api.address}/v1/events?tag=my/*`, { headers: { Authorization: `Bearer ${tokens['ann'] ?? ''}` }, agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.on('error', () => undefined);
  });
  sent.on('error', () => undefined);
  sent.end();
  try {
    await until('the stream', () => text.startsWith('retry:'));
    for (const tag of ['other/tag', 'my/tag']) await api.master.tsalt('tsalt-run', 'event.send', tag);
    await until('the event', () => text.includes('"tag": "my/tag"'));
    assert.doesNotMatch(text, /other\/tag/);
    assert.match(text, /^id: \w+-\d+\ndata: \{/m);
  } finally {
    sent.destroy();
  }
});
