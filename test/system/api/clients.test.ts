/** Real clients of the API: pepper, curl as docs/api.md shows it, streams and websockets that see a job from its publication to the last return. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ApiHost } from '../../support/fleet/api.js';
import { runCommand, type CommandResult } from '../../support/fleet/program.js';
import { repository, saltProgram } from '../../support/fleet/salt-venv.js';
import { Site } from '../../support/fleet/site.js';
import { WebSocketClient } from '../../support/fleet/websocket-client.js';
import { startFleet } from '../kit/fleet.js';

const site = new Site();
const PEPPER = process.env['TSALT_PEPPER'] ?? saltProgram('pepper');
/** Where Salt is installed beside it pepper prints with Salt's outputters; here it prints what the API gave it. */
const ALONE = 'import runpy, sys; sys.modules["salt"] = None; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")';
const skipPepper: string | false = existsSync(PEPPER) ? false : `no pepper at ${PEPPER}: run node scripts/make-salt-venv.mjs, or name one in TSALT_PEPPER`;
const PAGE = join(repository, 'docs/api.md');
let api: ApiHost;

site.setUp('a master, two minions and the API', async () => {
  const options = await ApiHost.options({ collect_stats: true });
  const users = site.write('users', 'ann:secret\nbob:secret\n', 0o600);
  const { master } = await startFleet(site, ['web1', 'web2'], {
    master: {
      rest_cherrypy: options, netapi_enable_clients: ['local', 'local_async', 'local_batch', 'local_subset', 'runner', 'runner_async', 'wheel', 'wheel_async'],
      external_auth: { file: { '^filename': users, ann: ['.*', '@runner', '@wheel', '@jobs'], bob: [{ web1: ['test.*'] }] } }, presence_events: true,
    },
  });
  api = await ApiHost.start(site, master, options);
});

function pepper(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return runCommand([join(dirname(PEPPER), 'python'), '-c', ALONE, PEPPER, '-u', api.address, '--non-interactive', ...words], { withinMs: 60_000, env: { HOME: site.dir, SALTAPI_USER: 'ann', SALTAPI_PASS: 'secret', SALTAPI_EAUTH: 'file', ...env } });
}
const answers = ({ stdout, stderr }: CommandResult): unknown => {
  assert.match(stdout, /^[{[]/, stderr);
  return (JSON.parse(stdout) as { return: unknown[] }).return.map(valuesOf);
};
/** Pepper asks for whole returns. */
function valuesOf(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(Object.entries(answer).map(([id, one]) => [id, typeof one === 'object' && one !== null && 'ret' in one && 'jid' in one ? one.ret : one]));
}

site.test('pepper: every client and kind of target', async () => {
  assert.deepEqual(answers(await pepper(['*', 'test.ping'])), [{ web1: true, web2: true }]);
  assert.deepEqual(answers(await pepper(['-L', 'web1,web2', 'test.echo', 'a b'])), [{ web1: 'a b', web2: 'a b' }]);
  assert.deepEqual(answers(await pepper(['-E', 'web[12]', 'test.ping'])), [{ web1: true, web2: true }]);
  assert.deepEqual(answers(await pepper(['-G', 'id:web2', 'test.ping'])), [{ web2: true }]);
  assert.deepEqual(answers(await pepper(['-C', 'web* and not web1', 'test.echo', 'text=hi'])), [{ web2: 'hi' }]);
  assert.deepEqual(answers(await pepper(['--client=local_batch', '--batch=1', '*', 'test.ping'])), [{ web1: true }, { web2: true }]);
  const [started] = answers(await pepper(['--client=local_async', 'web1', 'test.ping'])) as { jid: string; minions: string[] }[];
  assert.deepEqual(started?.minions, ['web1']);
  const [runner] = answers(await pepper(['--client=runner', 'test.arg', 'x', 'k=2'])) as { data: { return: unknown; fun: string } }[];
  assert.deepEqual([runner?.data.fun, runner?.data.return], ['runner.test.arg', { args: ['x'], kwargs: { k: 2 } }]);
  const [wheel] = answers(await pepper(['--client=wheel', 'key.list_all'])) as { data: { return: { minions: string[] } } }[];
  assert.deepEqual(wheel?.data.return.minions, ['web1', 'web2']);
}, { skip: skipPepper });

site.test('pepper: a token in its file, rights, and a wrong password', async () => {
  const first = await pepper(['-x', site.dir + '/cache-token', '--make-token', '*', 'test.ping']);
  assert.deepEqual(answers(first), [{ web1: true, web2: true }]);
  const again = await pepper(['-x', site.dir + '/cache-token', '--make-token', '*', 'test.ping'], { SALTAPI_PASS: 'wrong' });
  assert.deepEqual(answers(again), [{ web1: true, web2: true }]);
  assert.deepEqual(answers(await pepper(['web1', 'test.ping'], { SALTAPI_USER: 'bob' })), [{ web1: true }]);
  for (const [words, env] of [[['web2', 'test.ping'], { SALTAPI_USER: 'bob' }], [['*', 'test.ping'], { SALTAPI_PASS: 'wrong' }]] as const) {
    const refused = await pepper(words, env);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /denied|Authentication|401/i);
  }
}, { skip: skipPepper });

site.test('a stream and a websocket see a job from its publication to the last return', async () => {
  const session = await api.login('ann');
  using stream = api.stream(session);
  using socket = new WebSocketClient(api.address, '/ws', { 'X-Auth-Token': session });
  using byPath = new WebSocketClient(api.address, `/all_events/${session}`);
  await stream.begun();
  for (const one of [socket, byPath]) {
    assert.equal(await one.answered(), 101);
    one.send('websocket client ready');
  }
  // The websockets hear from when they said that they are ready: until an event came through, that is not known.
  for (const one of [socket, byPath]) {
    await api.json('/hook/are/you/there', { headers: { 'X-Auth-Token': session }, body: {} });
    await one.sees('salt/netapi/hook/are/you/there');
  }
  const { return: [{ jid }] } = await api.json('/minions', { headers: { 'X-Auth-Token': session }, body: { tgt: '*', fun: 'test.ping' } }) as unknown as { return: [{ jid: string }] };
  const steps = ['new', 'publish', 'ret/web1', 'ret/web2'].map((step) => `salt/job/${jid}/${step}`);
  for (const step of steps) {
    await stream.sees(`tag: ${step}\n`);
    for (const one of [socket, byPath]) await one.sees(`"tag": "${step}"`);
  }
  assert.deepEqual(stream.tags.filter((tag) => tag.startsWith(`salt/job/${jid}/`) && steps.includes(tag)).toSorted(), steps.toSorted());
  assert.ok(stream.tags.indexOf(steps[0] ?? '') < stream.tags.indexOf(steps[2] ?? ''));
  const { return: [returns] } = await api.json(`/jobs/${jid}`, { headers: { 'X-Auth-Token': session } }) as unknown as { return: [unknown] };
  assert.deepEqual(returns, { web1: true, web2: true });
});

site.test('a client that comes back hears what it missed', async () => {
  const session = await api.login('ann');
  const headers = { 'X-Auth-Token': session };
  let last = '';
  {
    using stream = api.stream(session);
    await stream.begun();
    await api.json('/hook/one', { headers, body: {} });
    await stream.sees('tag: salt/netapi/hook/one\n');
    last = stream.lastId;
  }
  await api.json('/hook/two', { headers, body: {} });
  using again = api.stream(session, { 'Last-Event-ID': last });
  await again.sees('tag: salt/netapi/hook/two\n');
  assert.ok(!again.tags.includes('salt/netapi/hook/one'), 'not twice');
  using stranger = api.stream(session, { 'Last-Event-ID': 'another-1' });
  await stranger.sees(': some events are no longer kept');
});

site.test('a user sees own jobs and no others; a session that ended sees nothing', async () => {
  const [ann, bob] = [await api.login('ann'), await api.login('bob')];
  using stream = api.stream(bob);
  using socket = new WebSocketClient(api.address, '/ws', { 'X-Auth-Token': bob });
  await stream.begun();
  await api.json('/', { headers: { 'X-Auth-Token': ann }, body: { client: 'local', tgt: 'web1', fun: 'test.ping' } });
  const { return: [{ jid }] } = await api.json('/minions', { headers: { 'X-Auth-Token': bob }, body: { tgt: 'web1', fun: 'test.ping' } }) as unknown as { return: [{ jid: string }] };
  await stream.sees(`tag: salt/job/${jid}/ret/web1\n`);
  assert.ok(stream.tags.every((tag) => tag.startsWith(`salt/job/${jid}/`)), stream.tags.join());
  assert.equal((await api.send(`/jobs/${jid}`, { headers: { 'X-Auth-Token': bob } })).status, 401, 'no right to the runner');
  assert.equal(await socket.answered(), 101);
  await api.json('/logout', { method: 'POST', headers: { 'X-Auth-Token': bob } });
  for (const path of ['/minions', '/jobs']) assert.equal((await api.send(path, { headers: { 'X-Auth-Token': bob } })).status, 401);
  assert.equal(await new WebSocketClient(api.address, '/ws', { 'X-Auth-Token': bob }).answered(), 401);
});

site.test('docs/api.md: the examples with curl', async () => {
  const page = readFileSync(PAGE, 'utf8');
  let written = page;
  for (const [, block = ''] of page.matchAll(/```console\n([\s\S]*?)```/g)) {
    const shown: string[] = [];
    for (const line of block.split('\n').filter((one) => one.startsWith('$ ')).map((one) => one.slice(2))) {
      const here = line.replaceAll('https://localhost:8000', api.address);
      const { stdout } = await runCommand(['/bin/bash', '-c', `cd ${site.dir}; [ -e variables ] && . ./variables; exec 2>&1; ${here}; status=$?; declare -p token jid > variables 2>/dev/null; exit $status`], { withinMs: 60_000 });
      shown.push(`$ ${line}\n${steady(stdout)}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}`);
    }
    const fresh = shown.join('');
    if (process.env['MANUAL'] === 'write') written = written.replace(block, () => fresh);
    else assert.equal(fresh, block, 'MANUAL=write writes it anew');
  }
  if (written !== page) writeFileSync(PAGE, written);
});

/** What differs from run to run. */
const steady = (text: string): string => text.replace(/\b[0-9a-f]{40}\b/g, 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3').replace(/\b20\d{18}\b/g, '20261121120000123456')
  .replace(/\b1[5-9]\d{8}\.\d+/g, '1795262400.5').replace(/\b(?:[0-9a-f]{2}:){31}[0-9a-f]{2}\b/g, `${'ab:'.repeat(31)}ab`);
