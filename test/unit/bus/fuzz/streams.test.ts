/** Streams of local programs and files on disk: damaged ones end their own connection, or are put aside; the next is served. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CodecError, decodeBus, MapSplitter } from '../../../../src/bus/codec/codec.js';
import { Sessions } from '../../../../src/bus/channel/sessions.js';
import { EventBus } from '../../../../src/bus/event/bus.js';
import { pushEvents } from '../../../../src/bus/event/local-client.js';
import { serveLocalSockets } from '../../../../src/bus/event/local-sockets.js';
import { askMaster } from '../../../../src/client/door.js';
import { parseMinionId, type MinionId } from '../../../../src/kernel/contract/job.js';
import { isPlainMap, type PlainMap } from '../../../../src/kernel/std/value.js';
import { serveDoor, type DoorParts } from '../../../../src/master/door/serve-door.js';
import { Outbox } from '../../../../src/minion/job/outbox.js';
import { fuzz, type Case } from '../../../support/fuzz.js';
import { silentLog } from '../../../support/logs.js';
import { busSamples, doorSamples, eventSamples, outboxSamples, pushSamples } from './samples.js';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'ts-'));
});
after(() => rmSync(root, { recursive: true }));

function split(bytes: Buffer, cuts: () => number): string[] {
  const splitter = new MapSplitter({ bytesMax: 100_000 });
  const messages: string[] = [];
  try {
    for (let at = 0; at < bytes.length;) {
      const end = at + Math.max(1, cuts());
      messages.push(...splitter.push(bytes.subarray(at, end)).map((message) => message.toString('hex')));
      assert.ok(splitter.pendingBytes <= 100_000);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    messages.push(error.code);
  }
  return messages;
}

test('a stream of maps: the same messages however it is cut', async (t) => {
  await fuzz(t, [...eventSamples, ...doorSamples, Buffer.concat(eventSamples)], ({ bytes, random }) => {
    const [byByte, byPieces] = [split(bytes, () => 1), split(bytes, () => random.below(50))];
    const isError = (hex: string | undefined): boolean => hex?.startsWith('codec.') === true;
    // What is whole in the piece in which the stream breaks is lost with it.
    if (isError(byPieces.at(-1))) assert.deepEqual(byPieces.slice(0, -1), byByte.slice(0, byPieces.length - 1));
    else assert.deepEqual(byPieces, byByte);
    assert.equal(isError(byPieces.at(-1)), isError(byByte.at(-1)));
    for (const hex of byByte.filter((message) => !isError(message))) {
      try {
        decodeBus(Buffer.from(hex, 'hex'));
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
      }
    }
  }, () => false);
});

/** Writes the bytes and waits until the other side closed, or took them. */
function send(path: string, { bytes }: Case): Promise<void> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}

test('the socket on which local programs fire events', async (t) => {
  const bus = new EventBus((error) => assert.fail(error as Error));
  const heard: string[] = [];
  const pullPath = join(root, 'pull.ipc');
  await using sockets = await serveLocalSockets({
    bus, log: silentLog, publishPath: join(root, 'pub.ipc'), pullPath, publishMode: 0o600, eventBytesMax: 10_000, subscriberBytesMax: 100_000,
    onPushed: ({ tag, data }) => {
      assert.ok(isPlainMap(data));
      heard.push(tag);
    },
  });
  await fuzz(t, [...pushSamples, Buffer.concat(pushSamples)], (given) => send(pullPath, given), () => false);
  assert.equal(await pushEvents(pullPath, [{ tag: 'still/here', data: {} }]), true);
  while (!heard.includes('still/here')) await new Promise(setImmediate);
  void sockets;
});

test('the door of the command line: nothing is done for whom it does not know', async (t) => {
  const path = join(root, 'door.ipc');
  const error = { name: 'AuthenticationError', message: 'no' };
  const parts = { access: { decide: () => Promise.resolve({ kind: 'refused', error }) }, log: silentLog } as unknown as DoorParts;
  await using door = await serveDoor(path, 0o600, parts);
  await fuzz(t, doorSamples, (given) => send(path, given), () => false);
  const frames: PlainMap[] = [];
  for await (const frame of askMaster(path, { op: 'stats', key: '', user: '', load: {} }, AbortSignal.timeout(5000))) frames.push(frame);
  assert.deepEqual(frames, [{ kind: 'refused', error }]);
  void door;
});

test('files of the outbox: only maps are sent, the others are put aside', async (t) => {
  let number = 0;
  await fuzz(t, [...outboxSamples, ...busSamples], async ({ bytes }) => {
    const dir = join(root, `outbox-${(number += 1)}`);
    const sent: PlainMap[] = [];
    new Outbox({ dir, send: () => Promise.resolve(), firstWaitMs: 1, longestWaitMs: 1, log: silentLog });
    writeFileSync(join(dir, '20260102030405000006-1.p'), bytes);
    await using outbox = new Outbox({
      dir, firstWaitMs: 1, longestWaitMs: 1, log: silentLog,
      send: (load) => {
        assert.ok(isPlainMap(load));
        sent.push(load);
        return Promise.resolve();
      },
    });
    outbox.flush();
    while (outbox.size > 0) await new Promise(setImmediate);
    const left = readdirSync(dir).filter((name) => name.endsWith('.p') || name.endsWith('.new'));
    assert.deepEqual(left, []);
    assert.equal(sent.length + readdirSync(dir).length, 1);
    rmSync(dir, { recursive: true });
  }, () => false);
});

test('files of sessions: a damaged one is as good as none', async (t) => {
  const id = parseMinionId('web1') as MinionId;
  const dir = join(root, 'sessions');
  const key = new Sessions(dir, 3600).issue(id, 'key');
  const [owner = ''] = readdirSync(dir).filter((name) => name.startsWith('.owner'));
  await fuzz(t, [Buffer.from(key)], ({ bytes, random }) => {
    writeFileSync(join(dir, ['web1', owner, owner.replace('owner', 'ahead')][random.below(3)] ?? 'web1'), bytes);
    const sessions = new Sessions(dir, 3600);
    sessions.take(id, Buffer.alloc(16), Math.floor(Date.now() / 1000));
    assert.equal(Buffer.from(sessions.issue(id, 'key'), 'base64').length, 56);
  }, () => false);
});
