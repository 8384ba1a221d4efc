/** Every decoder of bytes from the network gives a value or its own error, quickly, whatever comes. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { binaryFields, CodecError, decodeBus, decodeNetwork, encodeBus, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { Crypticle, generateKeyString, openLoad, openReply, sealLoad } from '../../../../src/bus/crypto/crypticle.js';
import { checkPublicKey } from '../../../../src/bus/crypto/key-strength.js';
import { loadPublicKey } from '../../../../src/bus/crypto/rsa.js';
import { x931Verify } from '../../../../src/bus/crypto/x931.js';
import { decodeEventBody, readEventFrame } from '../../../../src/bus/event/frame.js';
import { readProgress } from '../../../../src/bus/wire/job-progress.js';
import { readPillarData, readPillarEnvelope, readSignedPillar } from '../../../../src/bus/wire/pillar-reply.js';
import { readPublication, readPublicationEnvelope } from '../../../../src/bus/wire/publication.js';
import { readRequest } from '../../../../src/bus/wire/request.js';
import { returnWord } from '../../../../src/bus/wire/return-words.js';
import { readSignIn, readSignInReply } from '../../../../src/bus/wire/sign-in.js';
import { signedMessageBytes } from '../../../../src/bus/wire/signed-message.js';
import { TsaltError } from '../../../../src/kernel/contract/errors.js';
import { isPlainMap } from '../../../../src/kernel/std/value.js';
import { fuzz } from '../../../support/fuzz.js';
import * as samples from './samples.js';

const LIMITS = { bytesMax: 1e6, depthMax: 50, elementsMax: 1e4 };
const isCodecError = (error: unknown): boolean => error instanceof CodecError;
/** An event says what is wrong with it in the language's own words. */
const isEventError = (error: unknown): boolean => error instanceof TsaltError || error instanceof TypeError;

test('codec, network: what is read is written and read again as the same', async (t) => {
  await fuzz(t, samples.networkSamples, ({ bytes }) => {
    for (const options of [{}, { rawBytes: true }, { binary: binaryFields('a', 'load.sig') }, LIMITS]) decodeNetwork(bytes, options);
    const value = decodeNetwork(bytes);
    assert.deepStrictEqual(decodeNetwork(encodeNetwork(value)), value);
  }, isCodecError);
});

test('codec, bus: the same', async (t) => {
  await fuzz(t, samples.busSamples, ({ bytes }) => {
    const value = decodeBus(bytes);
    assert.deepStrictEqual(decodeBus(encodeBus(value)), value);
  }, isCodecError);
});

test('request envelope and sign-in', async (t) => {
  await fuzz(t, samples.requestSamples, ({ bytes }) => {
    const request = readRequest(bytes, LIMITS);
    assert.ok(Number.isFinite(request.version));
    if (request.enc === 'aes') assert.ok(Buffer.isBuffer(request.load));
    else readSignIn(request.load);
  });
});

test('reply to a sign-in', async (t) => {
  await fuzz(t, samples.signInReplySamples, ({ bytes }) => {
    const { answer, signature } = readSignInReply(bytes);
    if (answer.kind !== 'unsigned') assert.ok(Buffer.isBuffer(signature));
  });
});

test('publication: envelope and load', async (t) => {
  await fuzz(t, samples.publicationSamples, ({ bytes }) => {
    assert.ok(Buffer.isBuffer(readPublicationEnvelope(bytes).load));
  });
  await fuzz(t, samples.publicationSamples.slice(-1), ({ bytes }) => {
    const { jid, more } = readPublication(decodeNetwork(bytes));
    assert.match(jid, /^[\w.-]{1,64}$/);
    assert.equal(Object.getPrototypeOf(more), Object.prototype);
  });
});

test('pillar reply: envelope, signed part, data', async (t) => {
  for (const read of [readPillarEnvelope, readSignedPillar, readPillarData]) await fuzz(t, samples.pillarSamples, ({ bytes }) => read(bytes));
});

test('signed message, progress of jobs, words of a return', async (t) => {
  await fuzz(t, samples.networkSamples, ({ bytes }) => {
    const load = decodeNetwork(bytes);
    if (!isPlainMap(load)) return;
    signedMessageBytes(load);
    returnWord(load);
  });
  await fuzz(t, samples.progressSamples, ({ bytes }) => {
    for (const { jid, forMs, pid } of readProgress(decodeNetwork(bytes))) {
      assert.equal(typeof jid, 'string');
      for (const number of [forMs, pid]) assert.ok(number === undefined || number >= 0);
    }
  });
});

test('event frames', async (t) => {
  await fuzz(t, samples.eventSamples, ({ bytes }) => {
    const { tag, data } = readEventFrame(bytes);
    assert.ok(typeof tag === 'string' && isPlainMap(data));
  }, isEventError);
  await fuzz(t, samples.eventSamples, ({ bytes }) => void decodeEventBody(bytes), isEventError);
});

test('sealed loads: nothing that was changed opens', async (t) => {
  const key = generateKeyString();
  const crypticle = new Crypticle(key);
  const whole = [sealLoad(key, encodeNetwork({ cmd: 'x' })), sealLoad(key, encodeNetwork({ cmd: 'x' }), 'a'.repeat(32))];
  await fuzz(t, whole, ({ bytes }) => {
    const isWhole = whole.some((sealed) => sealed.equals(bytes));
    const opened = openLoad(crypticle, bytes);
    assert.ok(isWhole, 'a changed load was opened');
    openReply(crypticle, bytes, opened.nonce ?? '');
  });
});

test('the inside of a sealed load: any plain text is a load or an error', async (t) => {
  const crypticle = new Crypticle(generateKeyString());
  const plain = [Buffer.from('pickle::'), Buffer.concat([Buffer.from('pickle::'), encodeNetwork({ cmd: 'x' })]), Buffer.from(`pickle::${'a'.repeat(32)}`)];
  await fuzz(t, plain, ({ bytes }) => decodeNetwork(openLoad(crypticle, crypticle.seal(bytes)).bytes));
});

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } });

test('public keys: PEM texts and what is inside', async (t) => {
  const der = Buffer.from(publicKey.split('\n').slice(1, -2).join(''), 'base64');
  await fuzz(t, [Buffer.from(publicKey)], ({ bytes }) => void checkPublicKey(bytes.toString('latin1')));
  await fuzz(t, [der], ({ bytes }) => {
    const pem = `-----BEGIN PUBLIC KEY-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----`;
    const reason = checkPublicKey(pem);
    // What is taken can be used: it encrypts and verifies.
    if (reason === undefined) loadPublicKey(pem).encrypt(Buffer.from('x'), 'OAEP-SHA1');
  });
});

test('signatures of any bytes are false, never an error', async (t) => {
  const key = loadPublicKey(publicKey);
  await fuzz(t, [Buffer.alloc(256, 1), Buffer.alloc(256, 0xff), Buffer.alloc(256)], ({ bytes }) => {
    assert.equal(x931Verify(key, bytes, Buffer.from('salt')), false);
    assert.equal(key.verify(Buffer.from('salt'), bytes, 'PKCS1v15-SHA1'), false);
  }, () => false);
});

test('a failing case names its seed, and the seed gives the same case again', async (t) => {
  const seen: string[] = [];
  const play = ({ bytes }: { bytes: Buffer }): void => {
    seen.push(bytes.toString('hex'));
    throw new Error('found');
  };
  const wrong = fuzz(t, samples.networkSamples, play, () => false);
  await assert.rejects(wrong, (error: Error) => /FUZZ_SEED=\d+/.test(error.message) && (error.cause as Error).message === 'found');
  await assert.rejects(fuzz(t, samples.networkSamples, play, () => false));
  assert.equal(seen[0], seen[1]);
});

