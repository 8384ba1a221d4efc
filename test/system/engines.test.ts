/** Engines beside a running master and a running minion: what they take in becomes events; those that break or block harm nobody. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isBytes, type PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { isOpen, MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { freePort, Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site();
let master: MasterHost;
let web: MinionHost;
let hearing: Hearing;
let open = 0;
let signed = 0;
let ofMinion = 0;

const COUNTER = `
import { defineEngine, fireEvent, p } from 'tsalt/plugin';
export default defineEngine({
  name: 'counter', doc: 'Counts events of a prefix.', params: { prefix: p.string() },
  async start({ prefix }, ctx) {
    let count = 0;
    for await (const { tag } of ctx.port('events').listen(ctx.signal)) {
      if (!tag.startsWith(prefix)) continue;
      count += 1;
      await fireEvent(ctx, 'counted', { count, tag });
    }
  },
});
`;

site.setUp('a master and a minion with engines', async () => {
  [open, signed, ofMinion] = [await freePort(), await freePort(), await freePort()];
  site.write('extra/engines/counter.ts', COUNTER);
  site.write('extra/engines/blocks.mjs', 'export function start() { for (;;); }\n');
  site.write('extra/engines/breaks.mjs', 'export async function start() { throw new Error("no luck today"); }\n');
  const script = site.write('say.sh', `#!/bin/sh\necho '{"tag": "from/script", "data": {"n": 1}}'\necho oops\necho '{"tag": "from/script/2", "data": {"id": "own"}}'\n`);
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    module_dirs: [join(site.dir, 'extra')],
    engines: [
      'test', { webhook: { address: '127.0.0.1', port: open, max_body_size: 1000 } },
      { github: { engine_module: 'webhook', address: '127.0.0.1', port: signed, secret: 'hush' } },
      { script: { cmd: `/bin/sh ${script}`, interval: 0.5, onchange: true } }, { counter: { prefix: 'my/' } }, 'blocks', 'breaks', 'absent', { script2: { engine_module: 'script', cmd: 'x', wrong: 1 } },
    ],
  });
  await master.start();
  hearing = await master.hear();
  web = new MinionHost(site, 'tsalt', 'web1', master, { engines: [{ webhook: { address: '127.0.0.1', port: ofMinion } }, 'absent'] });
  await enrol(master, hearing, [web]);
  await master.allAnswer('web1');
});

interface Answer { readonly status: number }

function post(port: number, path: string, body: string, headers: Readonly<Record<string, string>> = {}, method = 'POST'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const textOf = (value: unknown): string => (isBytes(value) ? Buffer.from(value).toString() : String(value));

site.test('a POST is an event in the form of Salt: on the master, and through a minion', async () => {
  hearing.clear();
  await until('the webhook', () => isOpen(open));
  assert.deepEqual(await post(open, '/build/a%20b?x=1', '{"n": 1}', { 'content-type': 'application/json', 'x-own': 'yes' }), { status: 200 });
  const { data } = await hearing.heard('salt/engines/hook/build/a b');
  assert.deepEqual(Object.keys(data).sort(), ['_stamp', 'body', 'headers']);
  assert.equal(textOf(data['body']), '{"n": 1}');
  const headers = data['headers'] as PlainMap;
  assert.deepEqual([headers['Content-Type'], headers['X-Own'], headers['Content-Length']], ['application/json', 'yes', '8']);
  await until('the webhook of the minion', () => isOpen(ofMinion));
  assert.deepEqual(await post(ofMinion, '/from/minion', 'x'), { status: 200 });
  const heard = await hearing.heard('salt/engines/hook/from/minion');
  assert.equal(heard.data['id'], 'web1');
  assert.equal(textOf((heard.data['data'] as PlainMap)['body']), 'x');
});

site.test('requests that are too large, too slow, of another kind or not signed are refused, and no events', async () => {
  hearing.clear();
  assert.equal((await post(open, '/large', 'x'.repeat(1001))).status, 413);
  assert.equal((await post(open, '/get', '', {}, 'GET')).status, 405);
  assert.equal((await post(open, '/%ff', '')).status, 400);
  assert.equal((await post(open, '/%00', '')).status, 400);
  const proof = `sha256=${createHmac('sha256', 'hush').update('{}').digest('hex')}`;
  assert.equal((await post(signed, '/push', '{}')).status, 403);
  assert.equal((await post(signed, '/push', '{ }', { 'x-hub-signature-256': proof })).status, 403);
  assert.equal((await post(signed, '/push', '{}', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })).status, 403);
  // One who sends nothing holds no place for long, nor does he hold up others.
  const slow = connect(open, '127.0.0.1');
  const ended = new Promise((resolve) => slow.once('close', resolve));
  slow.on('error', () => undefined);
  slow.write('POST /slow HTTP/1.1\r\nHost: x\r\n');
  assert.equal((await post(signed, '/push', '{}', { 'x-hub-signature-256': proof })).status, 200);
  await hearing.heard('salt/engines/hook/push');
  slow.resume();
  await ended;
  assert.deepEqual(hearing.events.filter(({ tag }) => tag.startsWith('salt/engines/hook/')).map(({ tag }) => tag), ['salt/engines/hook/push']);
  assert.doesNotMatch(master.log(), /hush/);
});

site.test('lines of a script are events; a line that is none is said', async () => {
  const first = await hearing.heard('counted', () => true, 100).catch(() => undefined);
  assert.equal(first, undefined);
  const heard = await master.tsalt('tsalt-run', 'event.send', 'my/first');
  assert.equal(heard.code, 0);
  assert.match(master.log(), /a line of the script is no event/);
  assert.match(master.log(), /script engine firing event with tag from\/script\/2/);
});

site.test('an engine of a user hears events in its own thread; one that blocks holds up nobody', async () => {
  hearing.clear();
  await master.tsalt('tsalt-run', 'event.send', 'my/second');
  const { data } = await hearing.heard('counted', ({ data: given }) => given['tag'] === 'my/second');
  assert.ok(Number(data['count']) >= 1);
  assert.equal(await master.call('web1', 'test.ping'), true);
});

site.test('an engine that breaks, and one that is not there, are seen and tried again', async () => {
  const again = await hearing.heard('tsalt/engine/breaks/failed', ({ data }) => Number(data['failures']) > 1);
  assert.equal(again.data['error'], 'no luck today');
  const absent = await hearing.heard('tsalt/engine/absent/failed');
  assert.equal(absent.data['error'], "'absent.start' is not available.");
  const wrong = await hearing.heard('tsalt/engine/script2/failed');
  assert.equal(wrong.data['error'], "start() got an unexpected keyword argument 'wrong'");
});

site.test('what becomes of an engine of a minion the master hears under the name of the minion', async () => {
  const { data } = await hearing.heard('salt/engines/minion/web1/absent/failed');
  assert.equal(data['id'], 'web1');
  const { engine, error } = data['data'] as PlainMap;
  assert.deepEqual([engine, error], ['absent', "'absent.start' is not available."]);
  await hearing.heard('salt/engines/minion/web1/absent/start');
  // Not as if it were the master's own.
  assert.ok(!hearing.events.some(({ tag, data: given }) => tag.startsWith('tsalt/engine/') && given['id'] === 'web1'));
});

site.test('engines end with their host', async () => {
  assert.equal(await web.stop(), 0);
  assert.equal(await isOpen(ofMinion), false);
  assert.equal(await master.stop(), 0);
  assert.equal(await isOpen(open), false);
});
