import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { encodePillarData, encodePillarEnvelope, encodeSignedPillar, readPillarData, readPillarEnvelope, readSignedPillar } from '../../../../src/bus/wire/pillar-reply.js';
import { encodePublicationEnvelope, readPublication, readPublicationEnvelope } from '../../../../src/bus/wire/publication.js';
import { encodeClearRequest, encodeSealedRequest, EnvelopeShapeError, readRequest } from '../../../../src/bus/wire/request.js';
import { optionalText, readBytes, readMap, readText, WireShapeError } from '../../../../src/bus/wire/shape.js';
import { signedMessageBytes } from '../../../../src/bus/wire/signed-message.js';
import { readSignIn, readSignInReply, signInLoad } from '../../../../src/bus/wire/sign-in.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';

const LIMITS = { bytesMax: 10_000, depthMax: 20, elementsMax: 100 };
const BYTES = Buffer.from([255, 0, 254]);

test('a field that is wrong is named, with what was wanted and what came', () => {
  const wrong: [() => unknown, string][] = [
    [() => readMap([], 'load'), 'Cannot read load: expected a map, got list'],
    [() => readText(1, 'enc'), 'Cannot read enc: expected text, got int'],
    [() => readBytes(undefined, 'sig'), 'Cannot read sig: expected bytes, got nothing'],
  ];
  for (const [read, message] of wrong) assert.throws(read, (error) => error instanceof WireShapeError && error.message === message);
  assert.deepEqual([readText(Buffer.from('é'), 'a'), readBytes('é', 'a'), optionalText(null), optionalText(1), optionalText(Buffer.from('é'))], ['é', Buffer.from('é'), undefined, undefined, 'é']);
});

test('requests in clear and sealed come back as they were sent', () => {
  assert.deepEqual(readRequest(encodeClearRequest({ cmd: 'ping' }), LIMITS), { enc: 'clear', load: { cmd: 'ping' }, version: 3 });
  assert.deepEqual(readRequest(encodeSealedRequest({ load: BYTES, id: 'web1', encAlgo: 'a', sigAlgo: 'b' }), LIMITS), {
    enc: 'aes', load: BYTES, version: 3, id: 'web1', encAlgo: 'a', sigAlgo: 'b',
  });
});

test('versions are numbers or their digits, else 0', () => {
  for (const [version, wanted] of [[3, 3], ['3', 3], ['', 0], ['3x', 0], [undefined, 0], [null, 0], [[3], 0], [Infinity, 0], ['9'.repeat(400), 0]] as const) {
    const outer: PlainMap = { enc: 'clear', load: {}, ...(version === undefined ? {} : { version: version as Value }) };
    assert.equal(readRequest(encodeNetwork(outer), LIMITS).version, wanted, String(version));
  }
});

test('requests of no kind are refused', () => {
  for (const outer of ['text', [], {}, { enc: 'clear' }, { load: {} }, { enc: 1, load: {} }] as Value[]) {
    assert.throws(() => readRequest(encodeNetwork(outer), LIMITS), WireShapeError, JSON.stringify(outer));
  }
  for (const outer of [{ enc: 'clear', load: 'x' }, { enc: 'pub', load: {} }, { enc: 'pub', load: BYTES }] as Value[]) {
    assert.throws(() => readRequest(encodeNetwork(outer), LIMITS), EnvelopeShapeError);
  }
});

test('a publication is read field by field, what is unknown is kept', () => {
  const load = { jid: '1', fun: 'test.ping', arg: [1], tgt: '*', metadata: { a: 1 }, serial: 4, __proto: 1 };
  assert.deepEqual(readPublication(load), {
    jid: '1', fun: 'test.ping', arg: [1], tgt: '*', tgt_type: 'glob', ret: '', user: '', delimiter: ':', more: { metadata: { a: 1 }, __proto: 1 },
  });
  assert.deepEqual(readPublication({ ...load, fun: ['a.b', 'c.d'], tgt_type: 'list', delimiter: '|', ret: 'x', user: 'u' }).fun, ['a.b', 'c.d']);
  for (const [name, value] of [['jid', '../x'], ['jid', null], ['fun', 1], ['fun', ['a', 1]], ['arg', 'x'], ['arg', undefined], ['tgt', undefined]] as const) {
    const { [name]: _gone, ...rest } = load as PlainMap;
    assert.throws(() => readPublication(value === undefined ? rest : { ...rest, [name]: value as Value }), (error) => error instanceof WireShapeError && error.message.startsWith(`Cannot read load.${name}:`), name);
  }
});

test('the envelope of a publication keeps the signed bytes', () => {
  assert.deepEqual(readPublicationEnvelope(encodePublicationEnvelope({ load: BYTES, sig: BYTES, sigAlgo: 'x' })), { load: BYTES, sig: BYTES, sigAlgo: 'x' });
  assert.deepEqual(readPublicationEnvelope(encodePublicationEnvelope({ load: Buffer.from('text') })), { load: Buffer.from('text'), sig: undefined, sigAlgo: 'PKCS1v15-SHA1' });
});

test('the parts of a pillar reply fit into each other', () => {
  const data = encodePillarData(BYTES, encodeNetwork({ a: 1 }), 'n');
  assert.deepEqual(readPillarData(data), { key: BYTES, pillar: { a: 1 }, nonce: 'n' });
  assert.deepEqual(readSignedPillar(encodeSignedPillar(data, BYTES)), { data, sig: BYTES });
  assert.deepEqual(readPillarEnvelope(encodePillarEnvelope(BYTES, data)), { key: BYTES, pillar: data });
  assert.equal(readPillarEnvelope(encodeNetwork('bad load')), undefined);
});

test('a sign-in is read as it was written, with defaults for what old minions leave out', () => {
  const full = { id: 'web1', nonce: 'n', encAlgo: 'OAEP-SHA224', sigAlgo: 'PKCS1v15-SHA224', pub: 'pem', token: BYTES, autosignGrains: { os: 'Debian' } };
  assert.deepEqual(readSignIn(signInLoad(full)), { ...full, isOurs: true });
  assert.deepEqual(readSignIn({ id: 1 }), { id: 1, nonce: undefined, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: undefined, token: undefined, autosignGrains: {}, isOurs: false });
});

test('a reply to a sign-in that is not signed says only its text', () => {
  for (const [reply, text] of [['bad load', 'bad load'], [{ load: { ret: 'bad sig algo' } }, 'bad sig algo'], [{ error: 'x' }, 'x'], [{ load: BYTES }, 'the reply has no signature']] as const) {
    assert.deepEqual(readSignInReply(encodeNetwork(reply as Value)).answer, { kind: 'unsigned', text });
  }
});

test('a signature of a message covers all but nonce, tok and sig', () => {
  const load = { cmd: '_return', id: 'web1', return: BYTES };
  assert.deepEqual(signedMessageBytes({ ...load, nonce: 'n', tok: BYTES, sig: BYTES }), signedMessageBytes(load));
  assert.notDeepEqual(signedMessageBytes({ ...load, id: 'web2' }), signedMessageBytes(load));
});
