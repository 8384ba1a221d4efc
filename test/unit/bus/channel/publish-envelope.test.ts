import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { PublishEnvelope } from '../../../../src/bus/channel/publish-envelope.js';
import { decodeNetwork } from '../../../../src/bus/codec/codec.js';
import { openLoad } from '../../../../src/bus/crypto/crypticle.js';
import { TamperedError } from '../../../../src/bus/crypto/errors.js';
import { RsaPrivateKey } from '../../../../src/bus/crypto/rsa.js';
import { readPublicationEnvelope } from '../../../../src/bus/wire/publication.js';

const privateKey = new RsaPrivateKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
const opened = (key: string, frame: Buffer): unknown => decodeNetwork(openLoad(key, readPublicationEnvelope(frame).load).bytes);

test('publications are numbered, sealed with the shared key and signed', () => {
  const envelope = new PublishEnvelope({ privateKey, signWith: 'PKCS1v15-SHA224' });
  const frames = [1, 2].map((number) => envelope.seal({ fun: 'test.ping', number }));
  assert.deepEqual(frames.map((frame) => opened(envelope.keyString, frame)), [
    { fun: 'test.ping', number: 1, serial: 1 }, { fun: 'test.ping', number: 2, serial: 2 },
  ]);
  for (const frame of frames) {
    const { load, sig, sigAlgo } = readPublicationEnvelope(frame);
    assert.equal(sigAlgo, 'PKCS1v15-SHA224');
    assert.ok(sig !== undefined && privateKey.publicKey.verify(load, sig, 'PKCS1v15-SHA224'));
  }
});

test('without signing there is no signature, and the load is not changed', () => {
  const envelope = new PublishEnvelope({ privateKey, signWith: undefined });
  const load = { fun: 'test.ping' };
  const { sig } = readPublicationEnvelope(envelope.seal(load));
  assert.deepEqual([sig, load], [undefined, { fun: 'test.ping' }]);
});

test('a new key begins a new count, and the old one opens nothing any more', () => {
  const envelope = new PublishEnvelope({ privateKey, signWith: undefined });
  const before = envelope.keyString;
  envelope.seal({});
  envelope.rotate();
  const frame = envelope.seal({});
  assert.notEqual(envelope.keyString, before);
  assert.deepEqual(opened(envelope.keyString, frame), { serial: 1 });
  assert.throws(() => opened(before, frame), TamperedError);
});
