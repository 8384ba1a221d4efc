/** What holds for every sealed load, wherever it was recorded. */
import assert from 'node:assert/strict';
import { decodeNetwork, encodeNetwork } from '../../../src/bus/codec/codec.js';
import { Crypticle, openLoad } from '../../../src/bus/crypto/crypticle.js';
import type { Value } from '../../../src/kernel/std/value.js';
import type { CaseList } from './case-list.js';
import { bytesOf, type Sealed } from './recordings.js';
import { equalBytes, equalsView } from './view.js';

const IV_BYTES = 16;

/** Checks that `sealed` opens to what was recorded, and would be made again byte for byte. */
export function sealedChecks(id: string, sealed: () => Buffer, recorded: Sealed, list: CaseList): void {
  const key = recorded.crypt_key;
  if (key === undefined) return;
  list.check(`${id} opens`, () => {
    const plain = new Crypticle(key).open(sealed());
    if (recorded.plain_b64 !== undefined) equalBytes(plain, bytesOf(recorded.plain_b64));
    const opened = openLoad(key, sealed());
    assert.equal(opened.nonce, recorded.nonce_prefix);
    equalsView(decodeNetwork(opened.bytes, { rawBytes: true }), recorded.load);
  });
  list.check(`${id} is sealed again to the same bytes`, () => {
    const crypticle = new Crypticle(key);
    equalBytes(crypticle.seal(crypticle.open(sealed()), sealed().subarray(0, IV_BYTES)), sealed());
  });
  list.check(`${id} is encoded again to the same bytes`, () => {
    const { bytes } = openLoad(key, sealed());
    equalBytes(encodeNetwork(decodeNetwork(bytes)), bytes);
  });
}

/** The load of a sealed record with all its binary fields as bytes. */
export function openedLoad(recorded: Sealed, sealed: Buffer): Value {
  assert.ok(recorded.crypt_key !== undefined, 'the key was not recorded');
  return decodeNetwork(openLoad(recorded.crypt_key, sealed).bytes, { rawBytes: true });
}
