import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { suite, test } from 'node:test';
import { Lines } from '../../../../src/plugins/engines/parts/lines.js';
import { isProven, type SignatureRule } from '../../../../src/plugins/engines/parts/signature.js';

suite('lines', () => {
  test('are put together from chunks; ends of both kinds', () => {
    const lines = new Lines(100);
    assert.deepEqual(lines.push(Buffer.from('a\r\nb')), ['a']);
    assert.deepEqual(lines.push(Buffer.from('c\n\nd')), ['bc', '']);
    assert.equal(lines.end(), 'd');
    assert.equal(lines.end(), undefined);
  });
  test('that are too long are left out and counted, without being kept', () => {
    const lines = new Lines(4);
    assert.deepEqual(lines.push(Buffer.from('12345')), []);
    assert.deepEqual(lines.push(Buffer.from('678\n1234\n')), ['1234']);
    assert.equal(lines.dropped, 1);
  });
  test('a character over two chunks is whole', () => {
    const bytes = Buffer.from('ä\n');
    const lines = new Lines(10);
    assert.deepEqual([...lines.push(bytes.subarray(0, 1)), ...lines.push(bytes.subarray(1))], ['ä']);
  });
});

suite('signatures', () => {
  const body = Buffer.from('{"ref":"main"}');
  const rule: SignatureRule = { kind: 'sha256', header: 'x-hub-signature-256', secrets: ['old', 'secret'] };
  const digest = createHmac('sha256', 'secret').update(body).digest();
  const [hex, base64] = [digest.toString('hex'), digest.toString('base64')];
  test('as senders write them', () => {
    for (const given of [`sha256=${hex}`, hex, hex.toUpperCase(), base64]) assert.equal(isProven(rule, given, body), true, given);
  });
  test('wrong, cut off, empty and absent ones prove nothing', () => {
    for (const given of [undefined, '', 'sha256=', hex.slice(0, 62), `sha256=${'0'.repeat(64)}`, `sha1=${hex}`]) assert.equal(isProven(rule, given, body), false, given);
    assert.equal(isProven(rule, hex, Buffer.from('{}')), false);
  });
  test('a token is the secret itself', () => {
    const token: SignatureRule = { kind: 'token', header: 'x-gitlab-token', secrets: ['secret'] };
    assert.deepEqual(['secret', 'secre', 'secret2', ''].map((given) => isProven(token, given, body)), [true, false, false, false]);
  });
});
