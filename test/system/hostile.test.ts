/**
 * What anybody on the network, or a minion that turned bad, can send: only what is declared is answered, everything else is
 * refused, counted and logged by its sender, and the next honest request is served.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeNetwork } from '../../src/bus/codec/codec.js';
import { signInLoad } from '../../src/bus/wire/sign-in.js';
import { Float, isPlainMap, type PlainMap, type Value } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost } from '../support/fleet/master.js';
import { askClear, askRaw, newNonce, nowSeconds, RawMinion } from '../support/fleet/raw-minion.js';
import { Site } from '../support/fleet/site.js';
import { counter, statsOf } from '../support/fleet/stats.js';
import { until } from '../support/fleet/until.js';
import { COMMAND_NAMES } from './hostile/command-names.data.js';
import { Dealer } from './hostile/dealer.js';
import { seededRandom } from './hostile/random.js';

/** Must appear in no log, wherever it was put into a request. */
const CANARY = 'kanarienvogel-7f3a';
/** How long to wait where no reply is to come. */
const SILENCE_MS = 700;
/** The same in every run unless SEED says otherwise; shown with each test that uses it. */
const SEED = Number(process.env['SEED'] ?? 20_261_121);

const site = new Site();
let master: MasterHost;
let good: RawMinion;
let other: RawMinion;
let hearing: Hearing;

site.setUp('a master with two accepted minions', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'm', {
    file_recv: true, file_recv_max_size: 1, peer: { '.*': ['test.*'] }, log_level_logfile: 'all', ipc_write_buffer: 1_000_000,
  });
  master.serve('salt/hello.txt', 'hello\n');
  site.write('m/secret.txt', `${CANARY} secret`);
  await master.start();
  [good, other] = [await RawMinion.make('good', master.requestPort), await RawMinion.make('other', master.requestPort)];
  for (const minion of [good, other]) {
    assert.equal((await minion.signIn())?.kind, 'refused');
    await master.accept(minion.id);
    assert.equal((await minion.signIn())?.kind, 'accepted');
  }
  hearing = await master.hear();
});

/** An honest request is served. */
async function isServed(): Promise<void> {
  const reply = await good.ask({ cmd: '_file_envs' });
  assert.deepEqual(reply.kind === 'sealed' ? reply.value : reply, ['base']);
}

const refused = (why: string): Promise<number> => counter(master, 'requests', 'refused', why);
const refusedText = { kind: 'clear', value: 'bad load' } as const;

/** Plays `work`; the counter of a reason has to rise, and the log has to say it, without contents. */
async function isCounted(why: string, work: () => Promise<void>): Promise<void> {
  const before = await refused(why);
  await work();
  assert.ok((await refused(why)) > before, `nothing was counted as ${why}`);
  await isServed();
  const log = master.log();
  assert.match(log, new RegExp(`request refused why=${why} .*(connection|id)=`));
  assert.ok(!log.includes(CANARY), `contents of a request are in the log: ${log.split('\n').filter((line) => line.includes(CANARY)).join(' | ').slice(0, 600)}`);
}

site.test('random bytes', async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const random = seededRandom(SEED);
  await isCounted('unreadable', async () => {
    for (let at = 0; at < 150; at += 1) {
      const reply = await askRaw(master.requestPort, random.bytes(random.below(2000)));
      assert.ok(reply !== undefined && reply.length < 100, `frame ${at}`);
      if (at % 10 === 0) await isServed();
    }
  });
});

site.test('real frames cut short, and with one bit turned', async (t) => {
  t.diagnostic(`seed ${SEED}`);
  const random = seededRandom(SEED);
  const load = signInLoad({ id: 'fresh', nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: good.publicPem });
  const frames = [good.seal(good.complete({ cmd: '_mine', data: { a: CANARY } })), encodeNetwork({ enc: 'clear', load, version: 3 })];
  for (const frame of frames) {
    for (let length = 0; length < frame.length; length += 1 + random.below(40)) {
      assert.ok((await askRaw(master.requestPort, frame.subarray(0, length))) !== undefined, `${length} bytes`);
    }
    await isServed();
  }
  const [sealed = Buffer.alloc(0)] = frames;
  for (let at = 0; at < 60; at += 1) {
    const turned = Buffer.from(sealed);
    const place = random.below(turned.length);
    turned[place] = (turned[place] ?? 0) ^ (1 << random.below(8));
    const reply = await good.send(turned);
    // A bit of the version or of the names of algorithms is under no seal; what is inside of it is.
    assert.notEqual(reply.kind, 'none');
    if (reply.kind === 'clear') assert.ok(JSON.stringify(reply.value).length < 100);
  }
  await isServed();
});

site.test('deep nesting, false lengths and counts', async () => {
  const deep = (levels: number): Buffer => Buffer.concat([Buffer.alloc(levels, 0x91), Buffer.of(0xc0)]);
  const lengths = ['dbffffffff', 'c6ffffffff', 'ddffffffff', 'dfffffffff', 'de ffff'.replace(' ', ''), 'c9ffffffff4e', '81a3656e63dbffffffff'];
  await isCounted('unreadable', async () => {
    for (const frame of [deep(257), deep(100_000), deep(5_000_000), ...lengths.map((hex) => Buffer.from(hex, 'hex'))]) {
      assert.deepEqual(await good.send(frame), { kind: 'clear', value: { error: 'Routing error' } });
    }
  });
  const nested = Array.from({ length: 300 }).reduce<Value>((inner) => [inner], null);
  assert.deepEqual(await good.ask({ cmd: '_mine', data: { nested } }), refusedText);
  await isServed();
});

site.test('frames and loads that are too large', async () => {
  await isCounted('too_large', async () => {
    assert.equal(await askClear(master.requestPort, { cmd: 'ping', x: CANARY.repeat(600_000) }), 'bad load');
    const reply = await good.ask({ cmd: '_file_envs', x: Buffer.alloc(10_000_000, 1) });
    assert.deepEqual(reply.kind === 'sealed' && reply.value, '');
  });
  const many: PlainMap = { cmd: 'ping', list: Array.from({ length: 300_000 }, () => 1) };
  assert.deepEqual(await askClear(master.requestPort, many), { error: 'Routing error' });
  await isServed();
});

site.test('messages of a wrong number of frames', async () => {
  const before = await counter(master, 'transport', 'refused');
  const dealer = new Dealer(master.requestPort);
  const payload = encodeNetwork({ enc: 'clear', load: { cmd: 'ping' }, version: 3 });
  const empty = Buffer.alloc(0);
  for (const frames of [[payload], [empty], [empty, payload, payload], [payload, payload], Array.from({ length: 500 }, () => payload)]) await dealer.send(frames);
  await until('five refused messages', async () => (await counter(master, 'transport', 'refused')) === before + 5);
  await dealer[Symbol.asyncDispose]();
  await isServed();
});

site.test('names that mean something to this language', async () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__defineGetter__']) {
    assert.deepEqual(await askClear(master.requestPort, { cmd: name }), {}, name);
    const reply = await good.ask({ cmd: name });
    assert.deepEqual(reply.kind === 'sealed' && reply.value, {}, name);
    const polluting = new Map<Value, Value>([['__proto__', { cmd: 'ping' }], ['x', 1]]);
    assert.equal(await askClear(master.requestPort, polluting), 'payload and load must be a dict');
    const mine = new Map<Value, Value>([[name, { polluted: 1 }]]);
    assert.equal((await good.ask({ cmd: '_mine', data: { f: mine } })).kind, 'sealed');
    await good.ask({ cmd: '_mine_get', tgt: '*', fun: name });
    await good.ask({ cmd: '_file_list', saltenv: name, prefix: '' });
  }
  await isServed();
});

const BAD_IDS: readonly Value[] = [
  '', '.', '..', '../x', 'a/b', 'a\\b', '/etc/passwd', '.hidden', '__proto__', 'x'.repeat(300), '\u202Egood', 'go\u200Bod', 'good\n', ' good', 'good ', 'a\u0007',
  5, null, true, ['good'], { id: 'good' }, Buffer.of(0xff, 0xfe),
];

site.test('ids that are no ids', async () => {
  const before = ['minions', 'minions_pre', 'minions_rejected', 'minions_denied'].map((state) => master.keys(state));
  for (const id of [...BAD_IDS, 'm\0']) {
    const load = { ...signInLoad({ id: 'x', nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: good.publicPem }), id };
    assert.ok((await askClear(master.requestPort, load)) !== undefined, JSON.stringify(id));
    assert.equal((await good.ask({ cmd: '_file_envs' }, { id })).kind, 'clear', JSON.stringify(id));
    assert.equal((await good.ask({ cmd: '_file_envs', id })).kind, 'clear', JSON.stringify(id));
  }
  assert.deepEqual(['minions', 'minions_pre', 'minions_rejected', 'minions_denied'].map((state) => master.keys(state)), before);
  assert.deepEqual(readdirSync(master.path('pki/minions_pre')), []);
  await isCounted('bad_id', async () => {
    await good.ask({ cmd: '_file_envs' }, { id: '../good' });
  });
});

const PATHS: readonly Value[] = [
  '../secret.txt', '../../secret.txt', '/../../secret.txt', 'sub/../../../secret.txt', '%2e%2e/secret.txt', '..\\secret.txt', 'hello.txt\0', '\0', '..', '.', '/',
  'x'.repeat(5000), 'x/'.repeat(3000), 5, null, ['..', 'secret.txt'], {}, Buffer.of(0x2e, 0x2e, 0x2f, 0xff),
];

site.test('paths that lead out of the served folders', async () => {
  for (const path of PATHS) {
    for (const cmd of ['_serve_file', '_file_hash', '_file_hash_and_stat', '_file_find']) {
      const reply = await good.ask({ cmd, path, saltenv: 'base', loc: 0 });
      const found = JSON.stringify(reply.kind === 'sealed' ? reply.value : reply);
      assert.match(found, /^(\{"data":"","dest":""\}|""|\["",null\]|\{"path":"","rel":""\})$/, `${cmd} ${JSON.stringify(path)}`);
    }
  }
  for (const saltenv of ['..', '../..', '/', '__env__', '__proto__', 'base/../..', 'x\0', 5, null, {}] as readonly Value[]) {
    for (const cmd of ['_file_list', '_dir_list', '_file_list_emptydirs', '_symlink_list']) {
      const reply = await good.ask({ cmd, saltenv, prefix: '../..' });
      assert.ok(reply.kind === 'sealed' && ['[]', '{}'].includes(JSON.stringify(reply.value)), `${cmd} ${JSON.stringify(saltenv)}`);
    }
  }
  await isServed();
});

site.test('uploads stay below the folder of their minion', async () => {
  const folder = master.path('cache/minions/good/files');
  for (const path of [...PATHS, ['..', '..', 'other', 'files', 'x'], ['a/b'], [], [''], ['a', '', 'b'], ['a', '.', 'b']] as readonly Value[]) {
    const reply = await good.ask({ cmd: '_file_recv', path, loc: 0, size: 1, data: CANARY });
    // A name with dots and percent signs in it is a name like any other.
    const isName = path === '%2e%2e/secret.txt' || path === '..\\secret.txt';
    assert.deepEqual(reply.kind === 'sealed' && reply.value, isName, JSON.stringify(path));
  }
  assert.deepEqual((await good.ask({ cmd: '_file_recv', path: ['ok', 'f'], loc: 0, size: 1, data: 'a' }) as { value: Value }).value, true);
  for (const load of [{ path: ['ok'], data: 'a' }, { path: ['ok', 'f', 'g'], data: 'a' }, { path: ['new'], loc: 5, data: 'a' }, { path: ['f'] }, { path: ['f'], data: 5 }] as PlainMap[]) {
    assert.equal((await good.ask({ cmd: '_file_recv', loc: 0, ...load }) as { value: Value }).value, false, JSON.stringify(load));
  }
  for (const loc of [-1, 1.5, new Float(0), 2 ** 53, 2n ** 63n, 'x', null, 1_048_576] as readonly Value[]) {
    const expected = loc === null;
    assert.equal((await good.ask({ cmd: '_file_recv', path: ['g'], loc, data: 'ab' }) as { value: Value }).value, expected, String(loc));
  }
  assert.deepEqual(readdirSync(folder).sort(), ['%2e%2e', '..\\secret.txt', 'g', 'ok']);
  assert.ok(!existsSync(master.path('cache/minions/other')));
  assert.ok(!master.log().includes(CANARY));
  await isServed();
});

site.test('numbers at the edges', async () => {
  const numbers: readonly Value[] = [-1, 0, 1.5, new Float(3), 2 ** 31, 2 ** 32, 2 ** 53, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n), Infinity, -Infinity, NaN];
  for (const number of numbers) {
    for (const load of [
      { cmd: '_serve_file', path: 'hello.txt', saltenv: 'base', loc: number }, { cmd: '_serve_file', path: 'hello.txt', saltenv: 'base', loc: 0, gzip: number },
      { cmd: '_return', jid: '20260101000000000001', fun: 'test.ping', return: number, retcode: number, success: number },
      { cmd: '_return', jid: number, fun: number, return: 1, retcode: [number, number] }, { cmd: 'minion_pub', fun: 'test.ping', tgt: number, tmo: number },
      { cmd: '_mine_get', tgt: number, fun: number, tgt_type: number }, { cmd: '_pillar', grains: { n: number }, saltenv: number, ver: number },
      { cmd: '_minion_event', tag: number, data: number, pretag: number }, { cmd: '_register_resources', resources: { t: [number] } },
    ] as PlainMap[]) {
      const reply = await good.ask(load);
      assert.notEqual(reply.kind, 'none', `${String(load['cmd'])} ${String(number)}`);
    }
    assert.ok((await askClear(master.requestPort, { cmd: 'ping' }, { version: number })) !== undefined);
  }
  const { value } = await good.ask({ cmd: '_serve_file', path: 'hello.txt', saltenv: 'base', loc: 0 }) as { value: PlainMap };
  assert.equal(value['data'], 'hello\n');
});

/** What the running master declares: name of a command and who may send it. */
async function declared(from: 'open' | 'minion'): Promise<Set<string>> {
  const { commands } = await statsOf(master);
  const list = (Array.isArray(commands) ? commands : []) as PlainMap[];
  return new Set(list.filter((command) => command['from'] === from).map(({ name }) => String(name)));
}

site.test('every name that any release ever had: in clear only what is declared answers', async () => {
  const open = await declared('open');
  assert.deepEqual([...open].sort(), ['_auth', 'get_token', 'mk_token', 'ping', 'publish', 'runner', 'wheel']);
  for (const cmd of COMMAND_NAMES) {
    const reply = await askClear(master.requestPort, { cmd, fun: 'test.ping', tgt: '*', arg: [], path: 'hello.txt', saltenv: 'base', id: 'good' });
    if (!open.has(cmd)) assert.deepEqual(reply, {}, cmd);
    else if (cmd === 'ping') assert.deepEqual(isPlainMap(reply) && reply['cmd'], 'ping');
    else if (cmd === '_auth') assert.equal(reply, 'Some exception handling minion payload');
    else if (cmd === 'mk_token') assert.equal(reply, '');
    else if (cmd === 'get_token') assert.equal(reply, false);
    else assert.ok(isPlainMap(reply) && isPlainMap(reply['error']), cmd);
  }
  await isCounted('unknown_command', async () => {
    await askClear(master.requestPort, { cmd: CANARY });
  });
});

site.test('every name with the session of a minion: only what is declared, and never for another', async () => {
  const allowed = await declared('minion');
  for (const cmd of COMMAND_NAMES) {
    if (!allowed.has(cmd)) {
      const reply = await good.ask({ cmd, fun: 'test.ping', tgt: '*' });
      assert.deepEqual(reply.kind === 'sealed' && reply.value, {}, cmd);
    }
    assert.deepEqual(await good.ask({ cmd, id: 'other' }), refusedText, `${cmd}: another id inside`);
    assert.deepEqual(await good.ask({ cmd, id: 'other' }, { id: 'other' }), refusedText, `${cmd}: another id inside and outside`);
    assert.deepEqual(await good.ask({ cmd, tok: other.complete({})['tok'] ?? null }), refusedText, `${cmd}: proof of another`);
  }
  await isServed();
});

site.test('requests that are not proven, not fresh or not sealed as they have to be', async () => {
  await isCounted('no_proof', async () => {
    for (const tok of [null, 5, '', 'x', Buffer.alloc(256), Buffer.alloc(1000), [], {}] as readonly Value[]) {
      assert.deepEqual(await good.ask({ cmd: '_file_envs', tok }), refusedText);
    }
  });
  await isCounted('old_protocol', async () => {
    for (const version of [0, 1, 2, -1, '2', 'x', '3x', null, [], {}] as readonly Value[]) {
      assert.deepEqual(await good.ask({ cmd: '_file_envs' }, { version }), refusedText, JSON.stringify(version));
    }
  });
  await isCounted('bad_nonce', async () => {
    for (const nonce of ['x', 'X'.repeat(32), 'é'.repeat(32), 5, []] as readonly Value[]) assert.deepEqual(await good.ask({ cmd: '_file_envs', nonce }), refusedText);
  });
  await isCounted('no_map', async () => {
    for (const load of [null, 1, 'x', [], [['cmd', '_file_envs']]] as readonly Value[]) assert.deepEqual(await good.send(good.seal(load)), refusedText);
  });
  await isCounted('not_sealed_by_session', async () => {
    assert.deepEqual(await other.send(good.seal(good.complete({ cmd: '_file_envs' }), { id: 'other' })), refusedText);
  });
  await isCounted('no_session', async () => {
    assert.deepEqual(await good.ask({ cmd: '_file_envs', id: 'stranger' }, { id: 'stranger' }), refusedText);
  });
});

site.test('the same request twice: the second is refused; the nonce of a pillar request may come again', async () => {
  await isCounted('repeated', async () => {
    const frame = good.seal(good.complete({ cmd: '_minion_event', tag: 'my/once', data: {} }));
    assert.equal((await good.send(frame)).kind, 'sealed');
    assert.deepEqual(await good.send(frame), refusedText);
    const withoutNonce = good.complete({ cmd: '_file_envs' });
    delete withoutNonce['nonce'];
    const second = good.seal(withoutNonce);
    assert.equal((await good.send(second)).kind, 'sealed');
    assert.deepEqual(await good.send(second), refusedText);
  });
  assert.equal(hearing.events.filter(({ tag }) => tag === 'my/once').length, 1);
  const pillar = good.complete({ cmd: '_pillar', grains: {}, ver: '2' });
  for (let time = 0; time < 2; time += 1) {
    const reply = await good.send(good.seal(pillar));
    assert.ok(reply.kind === 'clear' && isPlainMap(reply.value) && 'pillar' in reply.value);
  }
});

site.test('a request from long ago by the clock of its minion is refused; after a new sign-in the minion goes on', async () => {
  const late = await RawMinion.make('late', master.requestPort);
  await late.signIn();
  await master.accept('late');
  await late.signIn();
  assert.equal((await late.ask({ cmd: '_file_envs' })).kind, 'sealed');
  await isCounted('too_old', async () => {
    assert.deepEqual(await late.ask({ cmd: '_file_envs', ts: nowSeconds() - 7200 }), refusedText);
  });
  const before = late.session;
  await late.signIn();
  assert.notEqual(late.session, before, 'the session is a new one');
  assert.equal((await late.ask({ cmd: '_file_envs', ts: nowSeconds() - 7200 })).kind, 'sealed');
});

site.test('the session of a key ends with the key: who gets the name later does not share it', async () => {
  const first = await RawMinion.make('heir', master.requestPort);
  await first.signIn();
  await master.accept('heir');
  await first.signIn();
  const second = await RawMinion.make('heir', master.requestPort);
  site.write('m/pki/minions/heir', second.publicPem, 0o600);
  assert.deepEqual(await first.ask({ cmd: '_file_envs' }), refusedText);
  await second.signIn();
  assert.notEqual(second.session, first.session);
});

site.test('a minion cannot return, fire, mine, register or publish for another', async () => {
  const jid = '20260101000000000002';
  const [jobOne, jobTwo, jobThree, jobFour] = ['11', '12', '13', '14'].map((end) => `202601010000000000${end}`) as [string, string, string, string];
  const published = [];
  for (const of of [jid, jobOne, jobTwo, jobThree, jobFour]) {
    published.push(master.job({ tgt: '*', fun: 'test.ping', jid: of, timeoutMs: 500 }));
    await hearing.heard(`salt/job/${of}/publish`);
  }
  await good.ask({ cmd: '_minion_event', tag: 'my/begin', data: {} });
  await hearing.heard('my/begin');
  hearing.clear();
  const tags = [
    `salt/job/${jid}/ret/other`, `salt/job/${jid}/ret/good`, `salt/job/${jid}/new`, `salt/job/${jid}/publish`, `salt/job/${jid}/return`, `salt/job/${jid}/sub/other/error/x`,
    `salt/job/${jid}/prog/other/1`, `salt/job/${jid}/start/other`, 'salt/minion/other/start', 'salt/beacon/other/load', 'salt/key', 'salt/auth', 'salt/presence/present',
    'salt/run/1/ret', 'salt/wheel/1/ret', 'salt/cloud/x/created', 'key', 'minion/refresh/other', 'resource/refresh/other', 'syndic/other/x', 'salt/stats/x', 'salt/batch/1/start',
    `salt/job/${jid}/x/ret/other`, 'salt/state_result/1/other/x', 'salt/netapi/hook/x', 'tsalt/bound/mine', 'tsalt/job/unsolicited',
    `salt/key\nx`, '',
  ];
  for (const tag of tags) {
    await good.ask({ cmd: '_minion_event', tag, data: { forged: true }, pretag: null });
    await good.ask({ cmd: '_minion_event', events: [{ tag, data: { forged: true, id: 'other' } }] });
    const [head = '', ...rest] = tag.split('/');
    await good.ask({ cmd: '_minion_event', pretag: head, events: [{ tag: rest.join('/'), data: { forged: true } }] });
  }
  for (const load of [
    { cmd: '_return', jid: jobOne, fun: 'test.ping', return: 'forged', resource_id: 'other' },
    { cmd: '_return', jid: jobTwo, fun: 'test.ping', return: 'forged', resource_id: '../x' },
    { cmd: '_return', jid: `${jid}/../x`, fun: 'test.ping', return: 'forged' }, { cmd: '_syndic_return', load: [{ jid, return: { other: { return: 'forged' } } }] },
    { cmd: '_return', jid: jobThree, fun: 'state.sls', retcode: 2, return: { 'salt/key_|-a_|-b_|-c': { result: false }, 'x_|-a_|-b_|-/../forged': { result: false } } },
    { cmd: '_register_resources', resources: { t: ['other', 'good', '../x', 'res-1'] } },
  ] as PlainMap[]) await good.ask(load);
  await good.ask({ cmd: '_mine', data: { 'test.ping': 'forged' }, id: 'good' });
  assert.deepEqual((await other.ask({ cmd: '_mine_get', tgt: 'other', fun: 'test.ping' }) as { value: Value }).value, {});
  await good.ask({ cmd: '_minion_event', tag: 'my/end', data: {} });
  await hearing.heard('my/end');
  const forged = hearing.events.filter(({ tag, data }) => tag.includes('other') || data['forged'] === true || data['id'] === 'other');
  assert.deepEqual(forged.map(({ tag }) => tag), []);
  assert.deepEqual(hearing.events.filter(({ tag }) => /^salt\/(key|auth)|forged/.test(tag)).map(({ tag }) => tag), []);
  for (const of of [jobOne, jobTwo, jobThree]) assert.ok(hearing.events.some(({ tag }) => tag === `salt/job/${of}/ret/good`), `${of} is filed under its own name`);

  // A resource that it registered, and that no minion is called, is its own.
  await good.ask({ cmd: '_return', jid: jobFour, fun: 'test.ping', return: 1, resource_id: 'res-1' });
  await hearing.heard(`salt/job/${jobFour}/ret/res-1`);
  await other.ask({ cmd: '_return', jid: jobFour, fun: 'test.ping', return: 1, resource_id: 'res-1' });
  await hearing.heard(`salt/job/${jobFour}/ret/other`);

  // A job id of its choice would let it read what others returned there.
  const own = await good.ask({ cmd: 'minion_pub', jid, fun: 'test.ping', tgt: '*', arg: [] }) as { value: PlainMap };
  assert.notEqual(own.value['jid'], jid);
  assert.deepEqual((await good.ask({ cmd: 'pub_ret', jid }) as { value: Value }).value, '');
  assert.deepEqual((await good.ask({ cmd: 'minion_pub', fun: 'cmd.run', tgt: '*', arg: ['id'] }) as { value: Value }).value, {});
  assert.deepEqual(await good.ask({ cmd: 'revoke_auth', id: 'other' }), refusedText);
  assert.ok(master.keys('minions').includes('other'));
  await Promise.all(published);
});

site.test('returns with a jid to be given (salt-call, schedules) are kept; of jobs that were never published they go to quarantine', async () => {
  hearing.clear();
  await good.ask({ cmd: '_return', jid: 'req', fun: 'test.ping', fun_args: [], return: 'by hand', retcode: 0 });
  await hearing.heard('salt/job/*/ret/good', ({ data }) => data['return'] === 'by hand');
  await good.ask({ cmd: '_return', jid: '20200101000000000000', fun: 'test.ping', fun_args: [], return: 'late', retcode: 0 });
  await hearing.heard('tsalt/job/unsolicited', ({ data }) => data['id'] === 'good' && data['jid'] === '20200101000000000000');
  assert.ok(!hearing.events.some(({ tag }) => tag.startsWith('salt/job/20200101000000000000')));
});

site.test('a flood of new names leaves accepted minions alone', async () => {
  const before = await refused('too_many');
  const flood = new Dealer(master.requestPort);
  const pub = good.publicPem;
  for (let at = 0; at < 4000; at += 1) {
    const load = signInLoad({ id: `flood-${at}`, nonce: newNonce(), encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub });
    await flood.send([Buffer.alloc(0), encodeNetwork({ enc: 'clear', load, version: 3 })]);
  }
  const started = Date.now();
  for (let time = 0; time < 5; time += 1) {
    assert.equal((await other.signIn(10_000))?.kind, 'accepted');
    await isServed();
  }
  assert.ok(Date.now() - started < 15_000, 'accepted minions are served meanwhile');
  await until('refused sign-ins', async () => (await refused('too_many')) > before);
  const stranger = await RawMinion.make('stranger-1', master.requestPort);
  await until('a new minion gets in once the flood is over', async () => (await stranger.signIn(SILENCE_MS))?.kind === 'refused');
  assert.ok(master.keys('minions_pre').length < 4000);
  await flood[Symbol.asyncDispose]();
  const lines = master.log().split('\n').filter((line) => line.includes('request refused why=too_many')).length;
  assert.ok(lines < 1000, `${lines} lines in the log`);
});

site.test('nothing above failed inside, and no file lies where none belongs', async () => {
  assert.equal(await counter(master, 'requests', 'failed'), 0, master.log().split('\n').filter((line) => /failed/.test(line)).slice(-3).join('\n'));
  assert.deepEqual(readdirSync(master.dir).sort(), ['cache', 'conf', 'log', 'pki', 'run', 'secret.txt', 'srv']);
  const names = readdirSync(master.path('cache'), { recursive: true }).map(String);
  assert.deepEqual(names.filter((name) => name.includes('..') && !name.endsWith('..\\secret.txt')), []);
  assert.equal(readFileSync(join(master.dir, 'secret.txt'), 'utf8'), `${CANARY} secret`);
  assert.ok(!master.log().includes(CANARY));
});
