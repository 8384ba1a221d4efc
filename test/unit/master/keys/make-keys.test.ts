import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { cleanPem } from '../../../../src/bus/crypto/clean-pem.js';
import { pemFingerprint } from '../../../../src/bus/crypto/fingerprint.js';
import { loadPrivateKey, loadPublicKey } from '../../../../src/bus/crypto/rsa.js';
import type { MinionId } from '../../../../src/kernel/contract/job.js';
import type { Logger } from '../../../../src/kernel/contract/log.js';
import { KeyStore } from '../../../../src/master/keys/key-store.js';
import { newAcceptedPair, pairFiles, signMasterKey } from '../../../../src/master/keys/make-keys.js';
import { requestRotation } from '../../../../src/master/keys/rotation-request.js';

const log: Logger = { error() {}, warn() {}, info() {}, debug() {}, trace() {}, child: () => log };
const nothing = { privatePath: '', publicPath: '', folder: '', autoCreate: false };
let dir = '';
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'make-keys-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test('a pair is written with closed rights, once, and its fingerprint given', async () => {
  const finger = await pairFiles({ dir, name: 'box' }, { hash_type: 'sha256' });
  assert.equal(finger, pemFingerprint(readFileSync(join(dir, 'box.pub'))));
  assert.equal(statSync(join(dir, 'box.pem')).mode & 0o777, 0o400);
  assert.equal(await pairFiles({ dir, name: 'box' }, {}), finger);
  await assert.rejects(pairFiles({ dir, name: '../box' }, {}), /is no name for a key file/);
});

test('a pair for a minion is accepted unless the id has a key', async () => {
  const keys = new KeyStore(dir);
  const made = await newAcceptedPair('new1', { bits: 1024, force: false }, keys, {});
  assert.equal(keys.text('accepted', 'new1' as MinionId), made['pub']);
  assert.equal(loadPublicKey(String(made['pub'])).bytes, 256, 'small sizes are raised');
  assert.deepEqual(await newAcceptedPair('new1', { force: false }, keys, {}), {});
  assert.notEqual((await newAcceptedPair('new1', { force: true }, keys, {}))['pub'], made['pub']);
  await assert.rejects(newAcceptedPair('../x', { force: true }, keys, {}), /is no id of a minion/);
});

test('the signature over the key of the master fits, and is not made twice', async () => {
  const opts = { pki_dir: dir, id: 'm_master', publish_signing_algorithm: 'PKCS1v15-SHA224' };
  assert.equal(await signMasterKey(nothing, opts, log), 'No usable private-key found');
  assert.equal(await signMasterKey({ ...nothing, publicPath: '/nope' }, opts, log), 'Public-key /nope does not exist');
  assert.equal(await signMasterKey({ ...nothing, privatePath: '/nope' }, opts, log), 'Private-key /nope does not exist');
  await pairFiles({ dir, name: 'master' }, opts);
  assert.equal(await signMasterKey({ ...nothing, autoCreate: true }, opts, log), true);
  const signer = loadPrivateKey(readFileSync(join(dir, 'master_sign.pem'), 'utf8')).publicKey;
  const signature = Buffer.from(readFileSync(join(dir, 'm_master_pubkey_signature'), 'utf8'), 'base64');
  assert.ok(signer.verify(Buffer.from(cleanPem(readFileSync(join(dir, 'master.pub'), 'utf8'))), signature, 'PKCS1v15-SHA224'));
  assert.equal(await signMasterKey(nothing, opts, log), false);
});

test('the request for a new session key has the mode the master asks for, and waits once', () => {
  requestRotation(join(dir, 'cache'), 'm_master');
  const path = join(dir, 'cache', '.dfn');
  assert.equal(statSync(path).mode & 0o777, 0o400);
  assert.equal(readFileSync(path, 'utf8'), 'm_master');
  const { ino } = statSync(path);
  requestRotation(join(dir, 'cache'), 'm_master');
  assert.equal(statSync(path).ino, ino);
});
