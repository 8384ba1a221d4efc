import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Context } from '../../../../src/kernel/contract/context.js';
import type { PasswordQuestion } from '../../../../src/kernel/contract/ports.js';
import type { PlainMap } from '../../../../src/kernel/std/value.js';
import file from '../../../../src/plugins/auth/file.js';
import { apr1 } from '../../../../src/plugins/auth/file/apr1.js';
import { silentLog } from '../../../support/logs.js';

/** Answers for crypt(3): it knows one hash. */
const passwords = { check: (question: PasswordQuestion) => Promise.resolve(question.kind === 'crypt' && question.password === 'pw' && question.hash === '$2y$05$known') };

function may(content: string | undefined, options: PlainMap, username: string, password: string): Promise<boolean> {
  const ctx = {
    opts: { external_auth: { file: { '^filename': '/users', ...options } } }, log: silentLog, signal: new AbortController().signal, port: () => passwords,
    sys: { readText: (path: string) => Promise.resolve(path === '/users' ? content : undefined) },
  } as unknown as Context;
  return Promise.resolve(file.auth(username, password, ctx));
}

suite('text', () => {
  const clear = 'ann:wonder:land\nbob:x\n\nann:second\n';
  test('the first line of a user counts, fields beyond are not read', async () => {
    assert.equal(await may(clear, {}, 'ann', 'wonder'), true);
    assert.equal(await may(clear, {}, 'ann', 'second'), false);
    assert.equal(await may(clear, {}, 'ann', 'wonder:land'), false);
    assert.equal(await may(clear, {}, 'eve', ''), false);
    assert.equal(await may(clear, {}, '', ''), false, 'an empty line is nobody');
  });
  test('digests and other fields', async () => {
    const legacy = '46|trey|16a0034f90b06bf3c5982ed8ac41aab4\n';
    const options = { '^hashtype': 'md5', '^username_field': 2, '^password_field': 3, '^field_separator': '|' };
    const sum = (await import('node:crypto')).createHash('md5').update('secret').digest('hex');
    assert.equal(await may(`46|trey|${sum}\n`, options, 'trey', 'secret'), true);
    assert.equal(await may(legacy, options, 'trey', 'secret'), false);
    assert.equal(await may(`trey:${sum}`, { '^hashtype': 'md5' }, 'trey', sum), false, 'the digest is no password');
    assert.equal(await may('ann:x', { '^hashtype': 'crc32' }, 'ann', 'x'), false);
  });
  test('without a file nobody gets in', async () => {
    assert.equal(await may(undefined, {}, 'ann', 'x'), false);
    assert.equal(await may('ann:x', { '^filename': '' }, 'ann', 'x'), false);
  });
});

suite('htpasswd', () => {
  // Made by `openssl passwd -apr1`.
  test('the MD5 form of Apache', () => {
    assert.equal(apr1('pw', 'abcd'), '$apr1$abcd$kQ6YyobdHTyl/DukqNpY10');
    assert.equal(apr1('a longer password than sixteen bytes', 'abcdefgh'), '$apr1$abcdefgh$5/4EDNVcnSspCAS2/9p2l1');
  });
  const rows = 'a:$apr1$abcd$kQ6YyobdHTyl/DukqNpY10\nb:{SHA}HzAcP48mCw+c2UZOmUq1fHqgGvY=\nc:$2y$05$known\nd:pw\n';
  for (const [name, password, wanted] of [['a', 'pw', true], ['a', 'pX', false], ['c', 'pw', true], ['c', 'px', false], ['d', 'pw', false], ['e', 'pw', false]] as const) {
    test(`${name} with ${password}`, async () => assert.equal(await may(rows, { '^filetype': 'htpasswd' }, name, password), wanted));
  }
  test('the SHA form', async () => {
    const sum = (await import('node:crypto')).createHash('sha1').update('pw').digest('base64');
    assert.equal(await may(`b:{SHA}${sum}\n`, { '^filetype': 'htpasswd' }, 'b', 'pw'), true);
    assert.equal(await may(rows, { '^filetype': 'htpasswd' }, 'b', 'pw'), false);
  });
});

test('htdigest needs the realm', async () => {
  const sum = (await import('node:crypto')).createHash('md5').update('ann:area:pw').digest('hex');
  const rows = `ann:other:${'0'.repeat(32)}\nann:area:${sum}\n`;
  assert.equal(await may(rows, { '^filetype': 'htdigest', '^realm': 'area' }, 'ann', 'pw'), true);
  assert.equal(await may(rows, { '^filetype': 'htdigest', '^realm': 'other' }, 'ann', 'pw'), false);
  assert.equal(await may(rows, { '^filetype': 'htdigest' }, 'ann', 'pw'), false);
});
