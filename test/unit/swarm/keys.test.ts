import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPublicKey } from '../../../src/bus/crypto/key-strength.js';
import { testKeys } from '../../../src/swarm/keys.js';

test('keys are all different, usable, and good enough for a master', async () => {
  const keys = await testKeys(7, undefined);
  const pems = keys.map((key) => key.publicKey.toPem());
  assert.equal(new Set(pems).size, 7);
  for (const [at, key] of keys.entries()) {
    const plain = Buffer.from(`secret ${at}`);
    assert.ok(key.decrypt(key.publicKey.encrypt(plain, 'OAEP-SHA1'), 'OAEP-SHA1').equals(plain));
    assert.ok(key.publicKey.verify(plain, key.sign(plain, 'PKCS1v15-SHA1'), 'PKCS1v15-SHA1'));
    assert.equal(checkPublicKey(pems[at] ?? ''), undefined);
  }
});

test('the same seed gives the same keys, another one others', async () => {
  const pems = async (seed: string): Promise<string[]> => (await testKeys(3, seed)).map((key) => key.publicKey.toPem());
  const first = await pems('one');
  assert.deepEqual(await pems('one'), first);
  assert.equal(new Set([...first, ...(await pems('two'))]).size, 6);
});
