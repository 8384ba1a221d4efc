import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorText, factsText, setIn, showable, visible } from '../../../../src/kernel/log/facts.js';
import { HIDDEN, looksSecret } from '../../../../src/kernel/log/secrets.js';

for (const name of ['token', 'password', 'eauth', 'key', 'aes', 'session', 'secret', 'cluster_secret', 'db.password', 'apiToken', 'ssh_priv_passwd', 'key_pass', 'AUTH_TOKEN', 'privateKey']) {
  test(`looksSecret() knows ${name}`, () => assert.equal(looksSecret(name), true));
}
for (const name of ['id', 'fun', 'keysize', 'key_logfile', 'keep_jobs', 'monkey', 'jid']) {
  test(`looksSecret() lets ${name} pass`, () => assert.equal(looksSecret(name), false));
}

test('showable() hides secrets at any depth and bounds what is left', () => {
  const value = { user: 'ann', login: { password: 'p4ss' }, list: [{ token: 't0k' }], map: new Map([['secret', 's3c']]), bytes: Buffer.from('k') };
  assert.deepEqual(showable('load', value), {
    user: 'ann', login: { password: HIDDEN }, list: [{ token: HIDDEN }], map: { secret: HIDDEN }, bytes: '[1 bytes]',
  });
  assert.equal(showable('token', { a: 1 }), HIDDEN);
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  assert.match(JSON.stringify(showable('loop', loop)), /\[\.\.\.\]/);
  assert.equal((showable('text', 'x'.repeat(10_000)) as string).length, 4003);
  assert.equal((showable('list', Array.from({ length: 500 }, () => 1)) as unknown[]).length, 100);
});

test('factsText() writes facts readably', () => {
  const facts = { jid: '2026', n: 3, ok: true, text: 'two words', odd: 'a=b', line: 'a\nb', none: null, gone: undefined, list: [1, 'x'], password: 'p', big: 10n, part: 'x', err: new Error('e') };
  assert.equal(factsText(facts), ` jid=2026 n=3 ok=true text="two words" odd="a=b" line="a\\nb" none=null list=[1,"x"] password=${HIDDEN} big=10`);
});

test('errorText() names the class, the code and the causes', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  assert.equal(errorText(new TypeError('no', { cause })), 'TypeError: no; caused by Error: refused (ECONNREFUSED)');
  assert.equal(errorText('plain'), 'plain');
});

test('text from outside cannot forge an entry', () => {
  assert.equal(visible('a\u001B[2Jb\rc\u009bd\te'), 'a\\x1b[2Jb\\x0dc\\x9bd\te');
  assert.equal(setIn('a\n[ERROR   ] b\n'), 'a\n    [ERROR   ] b');
});
