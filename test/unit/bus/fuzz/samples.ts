/** Whole messages of every kind, to be damaged. */
import { randomBytes } from 'node:crypto';
import { encodeBus, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { generateKeyString, sealLoad } from '../../../../src/bus/crypto/crypticle.js';
import { encodeEventFrame, encodePushFrame } from '../../../../src/bus/event/frame.js';
import { progressData } from '../../../../src/bus/wire/job-progress.js';
import { encodePillarData, encodePillarEnvelope, encodeSignedPillar } from '../../../../src/bus/wire/pillar-reply.js';
import { encodePublicationEnvelope } from '../../../../src/bus/wire/publication.js';
import { encodeClearRequest, encodeRefusal, encodeSealedRequest } from '../../../../src/bus/wire/request.js';
import { encodeAccepted, encodeRefused, encodeSigned, encodeUnsignedRefusal, signInLoad } from '../../../../src/bus/wire/sign-in.js';
import { DateTime, Extension, Float, mapFrom, type PlainMap, type Value } from '../../../../src/kernel/std/value.js';

const NONCE = 'a'.repeat(32);
const bytes = randomBytes(256);
const job: PlainMap = { fun: 'test.ping', arg: [1, { __kwarg__: true, x: 'y' }], tgt: ['a', 'b'], tgt_type: 'list', jid: '20260102030405000006', ret: '', user: 'root', serial: 7 };

export const values: readonly Value[] = [
  null, true, -1, 2 ** 40, 2n ** 63n, new Float(1), 1.5, 'text', 'ü'.repeat(40), bytes, [], {}, new DateTime('20260102T03:04:05.000006'), new Extension(5, bytes.subarray(0, 9)),
  mapFrom([['__proto__', { polluted: 1 }], ['constructor', 1], [5, null], ['a', [1, [2, [3, { b: 'c' }]]]]]), Array.from({ length: 40 }, (_none, at) => at), job,
];
export const networkSamples = values.map((value) => encodeNetwork(value));
export const busSamples = values.map((value) => encodeBus(value));

const token = bytes;
const signIn = signInLoad({ id: 'web1', nonce: NONCE, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', pub: 'PEM', token, autosignGrains: { rack: '7' } });
const accepted = encodeAccepted({ masterPub: 'PEM', publishPort: 4505, aes: bytes, session: bytes, token, keySignature: bytes, pubSignature: 'x', nonce: NONCE, isOurs: true });
export const requestSamples = [
  encodeClearRequest(signIn), encodeClearRequest({ cmd: 'publish', ...job, key: 'k' }), encodeClearRequest({ cmd: 'ping' }),
  encodeSealedRequest({ load: bytes, id: 'web1', encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1' }),
];
export const signInReplySamples = [
  encodeSigned(accepted, bytes), encodeSigned(encodeRefused('full', NONCE), bytes), encodeUnsignedRefusal('bad sig algo'), encodeRefusal('bad load'), encodeNetwork({ error: 'x' }),
];
export const publicationSamples = [
  encodePublicationEnvelope({ load: bytes, sig: bytes, sigAlgo: 'PKCS1v15-SHA1' }), encodePublicationEnvelope({ load: sealLoad(generateKeyString(), encodeNetwork(job)) }), encodeNetwork(job),
];
export const pillarSamples = [encodePillarEnvelope(bytes, bytes), encodeSignedPillar(encodePillarData(bytes, encodeNetwork(job), NONCE), bytes), encodePillarData(bytes, encodeNetwork({ a: job }), NONCE)];
const events = [{ tag: 'salt/job/1/ret/web1', data: job }, { tag: 'x', data: {} }, { tag: '', data: { list: [...values] } }];
export const eventSamples = events.map((event) => encodeEventFrame(event));
export const pushSamples = events.map((event) => encodePushFrame(event));
export const progressSamples = [encodeNetwork(progressData([{ jid: '1', state: 'running', forMs: 5, pid: 9 }, { jid: '2', state: 'cancelled', why: 'x' }]))];
export const outboxSamples = [encodeBus({ cmd: '_return', id: 'web1', jid: job['jid'] ?? null, fun: 'test.ping', return: true, retcode: 0, success: true })];
export const doorSamples = [
  encodeBus({ op: 'publish', key: 'k', user: 'root', load: job }), encodeBus({ op: 'stats', key: 'k', user: 'root', load: {} }), encodeBus({ op: 'runner', key: '', user: 'x', load: { fun: 'a.b' } }),
];
