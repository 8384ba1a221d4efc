import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Sessions } from '../../../../src/bus/channel/sessions.js';
import { EventBus } from '../../../../src/bus/event/bus.js';
import { decodeNetwork, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { generateKeyString, openLoad, sealLoad } from '../../../../src/bus/crypto/crypticle.js';
import type { RsaPrivateKey } from '../../../../src/bus/crypto/rsa.js';
import { x931Sign } from '../../../../src/bus/crypto/x931.js';
import { readText } from '../../../../src/bus/wire/shape.js';
import { encodeClearRequest } from '../../../../src/bus/wire/request.js';
import type { MinionId } from '../../../../src/kernel/contract/job.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { KeyStore } from '../../../../src/master/keys/key-store.js';
import { Bounds } from '../../../../src/master/requests/bounds.js';
import { CommandTable, reply, type Command, type Sender } from '../../../../src/master/requests/command.js';
import { RequestDesk } from '../../../../src/master/requests/serve.js';
import { testKeys } from '../../../../src/swarm/keys.js';
import { keepingLog, silentLog } from '../../../support/logs.js';

const web1 = 'web1' as MinionId;
const NONCE = 'a'.repeat(32);
let root = '';
let minion: RsaPrivateKey;
let stranger: RsaPrivateKey;
before(async () => {
  root = mkdtempSync(join(tmpdir(), 'tsalt-desk-'));
  [minion, stranger] = await testKeys(2, undefined) as [RsaPrivateKey, RsaPrivateKey];
});
after(() => rmSync(root, { recursive: true }));
let number = 0;

function bench(requestTtlSeconds = 0) {
  const dir = join(root, String((number += 1)));
  const keys = new KeyStore(dir);
  keys.prepare(false);
  keys.write('accepted', web1, minion.publicKey.toPem());
  const sessions = new Sessions(join(dir, 'sessions'), 3600);
  const session = sessions.issue(web1, minion.publicKey.toPem());
  const got: { load: PlainMap; sender: Sender }[] = [];
  const take = (load: PlainMap, sender: Sender) => {
    got.push({ load, sender });
    return Promise.resolve(reply({ ok: true }));
  };
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const commands: Command[] = [
    { name: 'reads', from: 'minion', rule: 'any minion', bytesMax: 5000, run: async (load) => Promise.resolve(reply(readText(load['path'], 'path'))) },
    { name: 'reads', from: 'open', rule: 'anyone', bytesMax: 5000, run: async (load) => Promise.resolve(reply(readText(load['path'], 'path'))) },
    { name: 'waits', from: 'minion', rule: 'any minion', bytesMax: 5000, run: () => released.then(() => reply(1)) },
    { name: 'echo', from: 'minion', rule: 'any minion', bytesMax: 5000, run: take },
    { name: 'large', from: 'minion', rule: 'any minion', bytesMax: 50_000, run: take },
    { name: 'fails', from: 'minion', rule: 'any minion', bytesMax: 5000, run: () => Promise.reject(new Error('broke')) },
    { name: 'silent', from: 'minion', rule: 'any minion', bytesMax: 5000, run: () => Promise.resolve({ kind: 'nothing' }) },
    { name: 'ping', from: 'open', rule: 'anyone', bytesMax: 500, run: take },
    { name: '_auth', from: 'open', rule: 'anyone', bytesMax: 500, run: take },
    { name: 'breaks', from: 'open', rule: 'anyone', bytesMax: 500, run: () => Promise.reject(new Error('broke')) },
  ];
  const log = keepingLog();
  const bounds = new Bounds({ bus: new EventBus(() => undefined), log: silentLog });
  const desk = new RequestDesk({ bounds, table: new CommandTable(commands), sessions, keys, log, minimumVersion: 3, requestTtlSeconds });
  const tok = x931Sign(minion, Buffer.from('salt'));
  const now = Math.floor(Date.now() / 1000);
  /** A request as a right minion sends it, changed as told. */
  const sealed = (load: PlainMap = {}, more: { outer?: PlainMap; key?: string; raw?: Buffer } = {}): Buffer => encodeNetwork({
    enc: 'aes', version: 3, id: 'web1',
    load: sealLoad(more.key ?? session, more.raw ?? encodeNetwork({ cmd: 'echo', id: 'web1', ts: now, tok, nonce: NONCE, ...load })), ...more.outer,
  });
  const ask = async (frame: Buffer): Promise<Value | undefined> => {
    const answer = await desk.answer(frame, { connection: 'c1' });
    if (answer === undefined) return undefined;
    const value = decodeNetwork(answer, { rawBytes: true });
    try {
      const { nonce, bytes } = openLoad(session, value as Buffer);
      return { nonce: nonce ?? null, value: decodeNetwork(bytes) };
    } catch {
      // In clear.
      return decodeNetwork(answer);
    }
  };
  return { release, bounds, desk, ask, sealed, got, log, keys, sessions, session, now };
}

test('a proven minion is served under its nonce; proofs do not reach the command', async () => {
  const { ask, sealed, got, desk, now } = bench();
  assert.deepEqual(await ask(sealed({ a: 1 })), { nonce: NONCE, value: { ok: true } });
  assert.deepEqual(got, [{
    load: { cmd: 'echo', id: 'web1', ts: now, a: 1 }, sender: { kind: 'minion', id: 'web1', nonce: NONCE, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1' },
  }]);
  assert.deepEqual(desk.counters, { served: 1, failed: 0, refused: {} });
});

type Bench = ReturnType<typeof bench>;
const refusals: readonly (readonly [string, (of: Bench) => Buffer, Value | undefined])[] = [
  ['unreadable', () => Buffer.from([0xc1]), { error: 'Routing error' }],
  ['unreadable', () => encodeNetwork({ enc: 'pub', load: {} }), 'payload and load must be a dict'],
  ['unknown_command', () => encodeClearRequest({ cmd: 'echo' }), {}],
  ['unknown_command', ({ sealed }) => sealed({ cmd: 'ping' }), { nonce: NONCE, value: {} }],
  ['too_large', () => encodeClearRequest({ cmd: 'ping', a: 'x'.repeat(600) }), 'bad load'],
  ['too_large', ({ sealed }) => sealed({ a: 'x'.repeat(4990) }), { nonce: NONCE, value: '' }],
  ['old_protocol', () => encodeNetwork({ enc: 'clear', load: { cmd: '_auth' }, version: 2 }), 'bad load'],
  ['old_protocol', ({ sealed }) => sealed({}, { outer: { version: 2 } }), 'bad load'],
  ['bad_id', ({ sealed }) => sealed({}, { outer: { id: '../web1' } }), 'bad load'],
  ['bad_id', ({ sealed }) => sealed({}, { outer: { id: 'a\0b' } }), 'bad load: id contains a null byte'],
  ['no_session', ({ sealed }) => sealed({}, { outer: { id: 'web2' } }), 'bad load'],
  ['not_sealed_by_session', ({ sealed }) => sealed({}, { key: generateKeyString() }), 'bad load'],
  ['no_map', ({ sealed }) => sealed({}, { raw: encodeNetwork([1]) }), 'bad load'],
  ['foreign_id', ({ sealed }) => sealed({ id: 'web2' }), 'bad load'],
  ['no_proof', ({ sealed }) => sealed({ tok: x931Sign(stranger, Buffer.from('salt')) }), 'bad load'],
  ['no_proof', ({ sealed }) => sealed({ tok: null }), 'bad load'],
  ['no_proof', ({ sealed, keys }) => {
    keys.move(web1, 'accepted', 'rejected');
    return sealed();
  }, 'bad load'],
  ['bad_nonce', ({ sealed }) => sealed({ nonce: 'short' }), 'bad load'],
];
for (const [at, [why, frameOf, wanted]] of refusals.entries()) {
  test(`refused, counted and logged: ${why} (${at})`, async () => {
    const of = bench();
    assert.deepEqual(await of.ask(frameOf(of)), wanted);
    assert.deepEqual([of.got, of.desk.counters.served, of.desk.counters.refused], [[], 0, { [why]: 1 }]);
    assert.deepEqual(of.log.lines.map(({ fields, text }) => [text, fields['why']]), [['request refused', why]]);
  });
}

test('a request is taken once, and not when it is too old', async () => {
  const { ask, sealed, desk, now } = bench(60);
  const frame = sealed();
  assert.deepEqual(await ask(frame), { nonce: NONCE, value: { ok: true } });
  assert.equal(await ask(frame), 'bad load');
  for (const ts of [now - 100, now + 100]) assert.equal(await ask(sealed({ ts })), 'bad load');
  assert.deepEqual(desk.counters.refused, { repeated: 1, too_old: 2 });
});

test('a command that fails is counted and answered, and the next request is served', async () => {
  const { ask, sealed, desk } = bench();
  assert.deepEqual(await ask(sealed({ cmd: 'fails' })), { nonce: NONCE, value: '' });
  assert.equal(await ask(encodeClearRequest({ cmd: 'breaks' })), 'Some exception handling minion payload');
  assert.deepEqual(await ask(encodeClearRequest({ cmd: 'ping' })), { ok: true });
  assert.deepEqual([desk.counters.failed, desk.counters.served], [2, 1]);
});

test('one minion has so many requests open, and no more: the others find their places free', async () => {
  const { ask, sealed, bounds, desk, release } = bench();
  const open = Array.from({ length: 256 }, () => ask(sealed({ cmd: 'waits' })));
  assert.equal(await ask(sealed({ cmd: 'waits' })), undefined);
  assert.equal(await ask(sealed({ cmd: 'echo' })), undefined);
  assert.deepEqual([bounds.counts['requests_of_minion'], desk.counters.refused], [2, { too_many: 2 }]);
  release();
  await Promise.all(open);
  assert.deepEqual(await ask(sealed({ cmd: 'echo' })), { nonce: NONCE, value: { ok: true } });
});

test('a field of a wrong kind is what the sender did wrong, not a failure of ours', async () => {
  const { ask, sealed, desk } = bench();
  assert.deepEqual(await ask(sealed({ cmd: 'reads', path: 5 })), { nonce: NONCE, value: '' });
  assert.equal(await ask(encodeClearRequest({ cmd: 'reads', path: 5 })), 'Some exception handling minion payload');
  assert.deepEqual([desk.counters.failed, desk.counters.refused], [0, { unreadable: 2 }]);
});

test('a command may give no reply', async () => {
  const { ask, sealed } = bench();
  assert.equal(await ask(sealed({ cmd: 'silent' })), undefined);
});

test('nothing that a sender wrote is in the log', async () => {
  const { ask, log } = bench();
  await ask(encodeClearRequest({ cmd: 'password: hunter2', key: 'hunter2' }));
  assert.ok(!JSON.stringify(log.lines).includes('hunter2'));
});

test('a command without rule or bound, or declared twice, cannot start', () => {
  const good: Command = { name: 'a', from: 'open', rule: 'anyone', bytesMax: 1, run: () => Promise.resolve(reply(null)) };
  assert.throws(() => new CommandTable([{ ...good, rule: ' ' }]), TypeError);
  for (const bytesMax of [0, -1, NaN]) assert.throws(() => new CommandTable([{ ...good, bytesMax }]), TypeError);
  assert.throws(() => new CommandTable([good, good]), TypeError);
  const table = new CommandTable([good]);
  assert.deepEqual([table.find('open', 'a')?.name, table.find('minion', 'a'), table.find('open', 1), table.find('open', '__proto__')], ['a', undefined, undefined, undefined]);
});
