import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { MasterLink, SessionLostError, type MasterLinkOptions } from '../../../../src/bus/channel/master-link.js';
import { MasterTrust, type KeyMemory, type MasterTrustOptions } from '../../../../src/bus/channel/master-trust.js';
import { PublishEnvelope } from '../../../../src/bus/channel/publish-envelope.js';
import { signingFile } from '../../../../src/bus/channel/signing-memory.js';
import { SignInError } from '../../../../src/bus/channel/sign-in-error.js';
import { decodeNetwork, encodeNetwork } from '../../../../src/bus/codec/codec.js';
import { generateKeyString, openLoad, sealLoad } from '../../../../src/bus/crypto/crypticle.js';
import { pemFingerprint } from '../../../../src/bus/crypto/fingerprint.js';
import { loadPublicKey, type RsaPrivateKey } from '../../../../src/bus/crypto/rsa.js';
import { x931Sign } from '../../../../src/bus/crypto/x931.js';
import { RequestTimeoutError } from '../../../../src/bus/transport/contract.js';
import { encodePillarData, encodePillarEnvelope, encodeSignedPillar } from '../../../../src/bus/wire/pillar-reply.js';
import { readPublicationEnvelope } from '../../../../src/bus/wire/publication.js';
import { encodeRefusal, readRequest } from '../../../../src/bus/wire/request.js';
import { encodeAccepted, encodeRefused, encodeSigned, encodeUnsignedRefusal, readSignIn } from '../../../../src/bus/wire/sign-in.js';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { testKeys } from '../../../../src/swarm/keys.js';
import { keepingLog } from '../../../support/logs.js';

let keys: RsaPrivateKey[] = [];
before(async () => {
  keys = await testKeys(4, undefined);
});
const key = (at: number): RsaPrivateKey => keys[at] as RsaPrivateKey;
const pemOf = (of: RsaPrivateKey): string => of.publicKey.toPem();

const TRIES = { timeoutMs: 1000, tries: 1 };
const JOB = { fun: 'test.ping', arg: [], tgt: '*', jid: '20260102030405000006', ret: '', tgt_type: 'glob', user: 'root' };
type Accepted = Parameters<typeof encodeAccepted>[0];

/** A master in a few lines, which may answer wrongly: key 0 is its own, key 1 the minion's, key 2 a stranger's. */
class Master {
  privateKey = key(0);
  session = generateKeyString();
  readonly envelope = new PublishEnvelope({ privateKey: key(0), signWith: 'PKCS1v15-SHA1' });
  signIns = 0;
  readonly loads: PlainMap[] = [];
  /** Changes of an accepting reply; a frame is sent as it is. */
  tamper: (fields: Accepted, nonce: string) => Accepted | Buffer = (fields) => fields;
  signWith: RsaPrivateKey | undefined;
  reply: (load: PlainMap) => Value = (load) => load['cmd'] ?? null;
  /** Changes of what goes back for a sealed request; undefined: no reply. */
  answer: (sealed: Buffer, nonce: string) => Buffer | undefined = (sealed) => sealed;

  request(frame: Uint8Array): Buffer | undefined {
    const request = readRequest(frame, { bytesMax: 1e6, depthMax: 50, elementsMax: 1e4 });
    if (request.enc === 'clear') return this.#signIn(request.load);
    let load: Value;
    try {
      load = decodeNetwork(openLoad(this.session, request.load).bytes);
    } catch {
      // As a master that does not know the session.
      return encodeRefusal('bad load');
    }
    const { nonce, ...rest } = load as PlainMap;
    this.loads.push(rest);
    return this.answer(encodeNetwork(sealLoad(this.session, encodeNetwork(this.reply(rest)), String(nonce))), String(nonce));
  }

  #signIn(load: PlainMap): Buffer {
    this.signIns += 1;
    const { nonce = '', token, pub = '', isOurs } = readSignIn(load);
    const minion = loadPublicKey(pub);
    const aes = this.envelope.keyString;
    const digest = createHash('sha256').update(aes).digest('hex');
    let plain: Buffer | undefined;
    try {
      plain = token === undefined ? undefined : this.privateKey.decrypt(token, 'OAEP-SHA1');
    } catch {
      // Made for another key: a master then gives no proof back.
    }
    const fields = this.tamper({
      masterPub: pemOf(this.privateKey), publishPort: 4505, aes: minion.encrypt(Buffer.from(aes), 'OAEP-SHA1'),
      session: minion.encrypt(Buffer.from(this.session), 'OAEP-SHA1'), token: plain === undefined ? undefined : minion.encrypt(plain, 'OAEP-SHA1'),
      keySignature: x931Sign(this.privateKey, Buffer.from(digest)), pubSignature: undefined, nonce, isOurs,
    }, nonce);
    if (Buffer.isBuffer(fields)) return fields;
    const bytes = encodeAccepted(fields);
    return encodeSigned(bytes, (this.signWith ?? this.privateKey).sign(bytes, 'PKCS1v15-SHA1'));
  }
}

function bench(more: { trust?: Partial<MasterTrustOptions>; link?: Partial<MasterLinkOptions>; knows?: RsaPrivateKey } = {}) {
  const master = new Master();
  const log = keepingLog();
  const memory: KeyMemory & { pem: string | undefined } = {
    place: 'memory', pem: more.knows === undefined ? undefined : pemOf(more.knows),
    read: () => memory.pem,
    write: (pem) => {
      memory.pem = pem;
    },
  };
  const trust = new MasterTrust({
    memory, fingerprint: '', hashType: 'sha256', openMode: false, signingPub: undefined, alwaysVerifySignature: false, ...more.trust,
  });
  const link = new MasterLink({
    id: 'web1', privateKey: key(1), publicPem: pemOf(key(1)), trust, encAlgo: 'OAEP-SHA1', sigAlgo: 'PKCS1v15-SHA1', signMessages: false,
    verifyPublications: true, log,
    client: {
      request: (frame, { timeoutMs }) => {
        const reply = master.request(frame);
        return reply === undefined ? Promise.reject(new RequestTimeoutError('master', timeoutMs)) : Promise.resolve(reply);
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    ...more.link,
  });
  return { master, link, memory, log };
}
const refused = (why: SignInError['why']) => (error: unknown): boolean => error instanceof SignInError && error.why === why;

test('at first contact the key of the master is remembered, then it must prove that it holds it', async () => {
  const { master, link, memory } = bench();
  await link.signIn(TRIES);
  assert.deepEqual([memory.pem, link.publishPort], [pemOf(key(0)), 4505]);
  await link.signIn(TRIES);
  master.tamper = ({ token: _token, ...fields }) => ({ ...fields, token: undefined });
  await assert.rejects(link.signIn(TRIES), refused('untrusted'));
  master.tamper = (fields) => ({ ...fields, token: loadPublicKey(pemOf(key(1))).encrypt(Buffer.from('guess'), 'OAEP-SHA1') });
  await assert.rejects(link.signIn(TRIES), refused('untrusted'));
});

test('a master of our own kind answers our word; one that does not is not taken for ours', async () => {
  const { master, link } = bench();
  assert.equal(link.isOurMaster, false);
  await link.signIn(TRIES);
  assert.equal(link.isOurMaster, true);
  master.tamper = (fields) => ({ ...fields, isOurs: false });
  await link.signIn(TRIES);
  assert.equal(link.isOurMaster, false);
});

test('those who sign in at the same time share one sign-in', async () => {
  const { master, link } = bench();
  await Promise.all([link.signIn(TRIES), link.signIn(TRIES), link.request({ cmd: 'a' }, TRIES)]);
  assert.equal(master.signIns, 1);
});

const wrongReplies: Record<string, (master: Master) => void> = {
  'signed by another key': (master) => {
    master.signWith = key(2);
  },
  'of another request': (master) => {
    master.tamper = (fields) => ({ ...fields, nonce: '0'.repeat(32) });
  },
  'with a publication key that the master did not sign': (master) => {
    master.tamper = (fields) => ({ ...fields, aes: loadPublicKey(pemOf(key(1))).encrypt(Buffer.from(generateKeyString()), 'OAEP-SHA1') });
  },
};
for (const [title, spoil] of Object.entries(wrongReplies)) {
  test(`an accepting reply ${title} is refused, and its key is not remembered`, async () => {
    const { master, link, memory } = bench();
    spoil(master);
    await assert.rejects(link.signIn(TRIES), refused('untrusted'));
    assert.equal(memory.pem, undefined);
  });
}

test('a changed key of the master is refused, taken in open mode, or when the signing key says so', async () => {
  await assert.rejects(bench({ knows: key(2) }).link.signIn(TRIES), refused('untrusted'));

  const open = bench({ knows: key(2), trust: { openMode: true } });
  await open.link.signIn(TRIES);
  assert.equal(open.memory.pem, pemOf(key(0)));

  const signed = bench({ knows: key(2), trust: { signingPub: pemOf(key(3)) } });
  await assert.rejects(signed.link.signIn(TRIES), refused('untrusted'), 'without a signature');
  const signature = (by: RsaPrivateKey): string => by.sign(Buffer.from(pemOf(key(0))), 'PKCS1v15-SHA1').toString('base64');
  signed.master.tamper = (fields) => ({ ...fields, pubSignature: signature(key(2)) });
  await assert.rejects(signed.link.signIn(TRIES), refused('untrusted'), 'signed by somebody else');
  signed.master.tamper = (fields) => ({ ...fields, pubSignature: signature(key(3)) });
  await signed.link.signIn(TRIES);
  assert.equal(signed.memory.pem, pemOf(key(0)));
});

test('master_finger must fit, in either letter case', async () => {
  await assert.rejects(bench({ trust: { fingerprint: 'aa:bb' } }).link.signIn(TRIES), refused('untrusted'));
  await bench({ trust: { fingerprint: pemFingerprint(pemOf(key(0)), 'sha256').toUpperCase() } }).link.signIn(TRIES);
});

test('a refusal says why; of a known master it must be signed and for this request', async () => {
  const refusal = (ret: boolean | 'full', nonce: string, by = key(0)): Buffer => {
    const load = encodeRefused(ret, nonce);
    return encodeSigned(load, by.sign(load, 'PKCS1v15-SHA1'));
  };
  for (const [ret, why] of [[true, 'pending'], [false, 'rejected'], ['full', 'full']] as const) {
    const { master, link } = bench({ knows: key(0) });
    master.tamper = (_fields, nonce) => refusal(ret, nonce);
    await assert.rejects(link.signIn(TRIES), refused(why));
    master.tamper = (_fields, nonce) => refusal(ret, nonce, key(2));
    await assert.rejects(link.signIn(TRIES), refused('untrusted'));
    master.tamper = () => refusal(ret, '0'.repeat(32));
    await assert.rejects(link.signIn(TRIES), refused('untrusted'));
  }
  const { master, link } = bench({ knows: key(0) });
  master.tamper = () => encodeUnsignedRefusal('bad sig algo');
  await assert.rejects(link.signIn(TRIES), refused('unreadable'));
});

test('a request carries id, time and proof, and its reply is opened', async () => {
  const { master, link } = bench();
  master.reply = () => ({ answer: 'é' });
  assert.deepEqual(await link.request({ cmd: '_mine_get', id: 'somebody else' }, TRIES), { answer: 'é' });
  const [load] = master.loads;
  assert.deepEqual([load?.['cmd'], load?.['id'], typeof load?.['ts'], load?.['sig']], ['_mine_get', 'web1', 'number', undefined]);
});

test('when the session is gone the link signs in again and repeats once, not more', async () => {
  const { master, link } = bench();
  await link.request({ cmd: 'a' }, TRIES);
  master.session = generateKeyString();
  assert.equal(await link.request({ cmd: 'b' }, TRIES), 'b');
  assert.equal(master.signIns, 2);
  master.answer = () => encodeRefusal('bad load');
  await assert.rejects(link.request({ cmd: 'c' }, TRIES), SessionLostError);
  assert.equal(master.signIns, 3);
});

test('the reply to another request, or one without nonce, is refused', async () => {
  const { master, link } = bench();
  master.answer = () => encodeNetwork(sealLoad(master.session, encodeNetwork('evil'), '0'.repeat(32)));
  await assert.rejects(link.request({ cmd: 'a' }, TRIES), SessionLostError);
  master.answer = () => encodeNetwork(sealLoad(master.session, encodeNetwork('evil')));
  await assert.rejects(link.request({ cmd: 'a' }, TRIES), SessionLostError);
});

test('a request without reply is sent as often as asked, each time under a new nonce', async () => {
  const { master, link } = bench();
  const nonces = new Set<string>();
  let silences = 2;
  master.answer = (sealed, nonce) => {
    nonces.add(nonce);
    return (silences -= 1) >= 0 ? undefined : sealed;
  };
  await assert.rejects(link.request({ cmd: 'a' }, { timeoutMs: 1, tries: 2 }), RequestTimeoutError);
  silences = 2;
  assert.equal(await link.request({ cmd: 'a' }, { timeoutMs: 1, tries: 3 }), 'a');
  assert.equal(nonces.size, 5);
});

test('a pillar is sealed for the minion, signed by the master, and for this request', async () => {
  const { master, link } = bench();
  const frame = (nonce: string, by = key(0), inner?: Buffer): Buffer => {
    const keyString = generateKeyString();
    const sealed = loadPublicKey(pemOf(key(1))).encrypt(Buffer.from(keyString), 'OAEP-SHA1');
    const data = encodePillarData(inner ?? sealed, encodeNetwork({ secret: 1 }), nonce);
    return encodePillarEnvelope(sealed, sealLoad(keyString, encodeSignedPillar(data, by.sign(data, 'PKCS1v15-SHA1'))));
  };
  master.answer = (_sealed, nonce) => frame(nonce);
  assert.deepEqual(await link.pillar({ cmd: '_pillar' }, TRIES), { secret: 1 });
  for (const answer of [(nonce: string) => frame(nonce, key(2)), () => frame('0'.repeat(32)), (nonce: string) => frame(nonce, key(0), Buffer.alloc(256, 1))]) {
    master.answer = (_sealed, nonce) => answer(nonce);
    await assert.rejects(link.pillar({ cmd: '_pillar' }, TRIES), refused('untrusted'));
  }
  master.answer = () => encodeRefusal('bad load');
  await assert.rejects(link.pillar({ cmd: '_pillar' }, TRIES), SessionLostError);
});

test('a publication is opened, once for each serial', async () => {
  const { master, link, log } = bench();
  const first = master.envelope.seal(JOB);
  const second = master.envelope.seal(JOB);
  const job = await link.openPublication(second, TRIES);
  assert.deepEqual([job?.fun, job?.jid, job?.more], ['test.ping', JOB.jid, {}]);
  for (const old of [first, second]) assert.equal(await link.openPublication(old, TRIES), undefined);
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 2);
  assert.notEqual(await link.openPublication(master.envelope.seal(JOB), TRIES), undefined);
});

test('after a new sign-in under the same key old publications stay refused', async () => {
  const { master, link } = bench();
  const frame = master.envelope.seal(JOB);
  assert.notEqual(await link.openPublication(frame, TRIES), undefined);
  await link.signIn(TRIES);
  assert.equal(await link.openPublication(frame, TRIES), undefined);
});

test('when the key has changed the link signs in once and goes on with the new count', async () => {
  const { master, link } = bench();
  for (let at = 0; at < 3; at += 1) await link.openPublication(master.envelope.seal(JOB), TRIES);
  master.envelope.rotate();
  assert.notEqual(await link.openPublication(master.envelope.seal(JOB), TRIES), undefined);
  assert.equal(master.signIns, 2);
});

test('publications of others are refused: sealed with another key, not signed, signed by another', async () => {
  const { master, link } = bench();
  const stranger = new PublishEnvelope({ privateKey: key(2), signWith: 'PKCS1v15-SHA1' });
  assert.equal(await link.openPublication(stranger.seal(JOB), TRIES), undefined);
  const seal = (signer: RsaPrivateKey | undefined): Buffer => {
    const load = sealLoad(master.envelope.keyString, encodeNetwork({ ...JOB, serial: 100 }));
    return encodeNetwork({ enc: 'aes', load, ...(signer === undefined ? {} : { sig_algo: 'PKCS1v15-SHA1', sig: signer.sign(load, 'PKCS1v15-SHA1') }) });
  };
  assert.equal(await link.openPublication(seal(undefined), TRIES), undefined);
  assert.equal(await link.openPublication(seal(key(2)), TRIES), undefined);
  assert.notEqual(await link.openPublication(seal(key(0)), TRIES), undefined);
});

const unsigned = (master: Master, serial: number): Buffer =>
  encodeNetwork({ enc: 'aes', load: sealLoad(master.envelope.keyString, encodeNetwork({ ...JOB, serial })) });

test('an unsigned publication is taken where signatures are not asked for and the master never signed', async () => {
  const { master, link } = bench({ link: { verifyPublications: false } });
  assert.notEqual(await link.openPublication(unsigned(master, 1), TRIES), undefined);
});

test('once the master has signed, its publications without signature are refused, also by the next process', async () => {
  const place = join(mkdtempSync(join(tmpdir(), 'ts-')), 'pki', 'minion_master.signs');
  const { master, link, log } = bench({ link: { verifyPublications: false, signing: signingFile(place) } });
  const signed = readPublicationEnvelope(master.envelope.seal(JOB));
  const frame = (more: PlainMap): Buffer => encodeNetwork({ enc: 'aes', load: signed.load, ...more });
  // A stranger's signature does not make the master one that signs.
  assert.equal(await link.openPublication(frame({ sig_algo: signed.sigAlgo, sig: key(2).sign(signed.load, 'PKCS1v15-SHA1') }), TRIES), undefined);
  assert.notEqual(await link.openPublication(unsigned(master, 1), TRIES), undefined);
  assert.notEqual(await link.openPublication(master.envelope.seal(JOB), TRIES), undefined);
  assert.equal(await link.openPublication(unsigned(master, 100), TRIES), undefined, 'stripped');
  assert.deepEqual(log.lines.at(-1)?.fields, { forget: place });
  const next = bench({ link: { verifyPublications: false, signing: signingFile(place) } });
  assert.equal(await next.link.openPublication(unsigned(next.master, 1), TRIES), undefined, 'stripped, after a restart');
  assert.equal(signingFile(place).isSigner(pemOf(key(2))), false);
  rmSync(dirname(dirname(place)), { recursive: true });
});

test('a signature under another name of algorithm, or of another publication, is refused', async () => {
  const { master, link } = bench();
  const [one, two] = [readPublicationEnvelope(master.envelope.seal(JOB)), readPublicationEnvelope(master.envelope.seal(JOB))];
  for (const more of [{ sig: two.sig, sig_algo: one.sigAlgo }, { sig: one.sig, sig_algo: 'PKCS1v15-SHA224' }, { sig: one.sig, sig_algo: '__proto__' }, { sig: '', sig_algo: '' }]) {
    assert.equal(await link.openPublication(encodeNetwork({ enc: 'aes', load: one.load, ...more } as PlainMap), TRIES), undefined);
  }
  assert.notEqual(await link.openPublication(encodeNetwork({ enc: 'aes', load: one.load, sig: one.sig ?? '', sig_algo: one.sigAlgo }), TRIES), undefined);
});

test('a stream of publications that cannot be opened does not become a stream of sign-ins', async () => {
  const { master, link } = bench();
  await link.signIn(TRIES);
  const stranger = new PublishEnvelope({ privateKey: key(0), signWith: 'PKCS1v15-SHA1' });
  for (let at = 0; at < 50; at += 1) assert.equal(await link.openPublication(stranger.seal(JOB), TRIES), undefined);
  assert.equal(master.signIns, 1 + 3);
  assert.notEqual(await link.openPublication(master.envelope.seal(JOB), TRIES), undefined);
});

test('the presence topic is known to both ends of a session and to nobody else', async () => {
  const { link } = bench();
  assert.equal(link.presenceTopic(), undefined);
  await link.signIn(TRIES);
  assert.match(link.presenceTopic() ?? '', /^[0-9a-f]{64}$/);
});
