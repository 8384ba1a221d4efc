/** The file below another root, hashes beside those of Salt 3008.3; the real programs are in `test/system`. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { InvocationError } from '../../../../src/kernel/contract/errors.js';
import type { RunOptions } from '../../../../src/kernel/contract/sys.js';
import shadow from '../../../../src/plugins/modules/linux_shadow.js';
import { machine, type Machine } from './machine.js';

const EMPTY = { name: '', passwd: '', lstchg: '', min: '', max: '', warn: '', inact: '', expire: '' };

async function minion(t: TestContext, text = 'root:*:19000:0:99999:7:::\nbob:!$6$a$b:19001:1:2:3:4:5:\nold:x:1\n'): Promise<Machine & { root: string; file: () => Promise<string> }> {
  const root = await mkdtemp(join(tmpdir(), 'tsalt-shadow-'));
  t.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'etc'));
  await writeFile(join(root, 'etc/shadow'), text, { mode: 0o640 });
  const host = machine({
    modules: [shadow], answers: { 'cmd.retcode': ([argv]) => ((argv as string[])[1] === 'nobody-here' ? 1 : 0), 'cmd.run': '' },
    sys: { now: () => Date.UTC(2026, 10, 21, 12) },
  });
  return Object.assign(host, { root, file: () => readFile(join(root, 'etc/shadow'), 'utf8') });
}

test('info() gives an entry; what is not set is -1', async (t) => {
  const { call, root } = await minion(t);
  assert.deepEqual(await call('shadow.info', ['bob', root]), { name: 'bob', passwd: '!$6$a$b', lstchg: 19_001, min: 1, max: 2, warn: 3, inact: 4, expire: 5 });
  assert.deepEqual(await call('shadow.info', ['root', root]), { name: 'root', passwd: '*', lstchg: 19_000, min: 0, max: 99_999, warn: 7, inact: -1, expire: -1 });
  assert.deepEqual(await call('shadow.info', ['amy', root]), EMPTY);
  assert.deepEqual(await call('shadow.info', ['bob', '/nonexistent']), EMPTY);
  assert.deepEqual(await call('shadow.list_users', [root]), ['bob', 'old', 'root']);
  assert.equal(await call('shadow.default_hash'), '!');
});

test('set_password() writes the hash and the day, fills short lines, adds new ones', async (t) => {
  const { call, root, file, log } = await minion(t);
  for (const name of ['bob', 'old', 'new']) assert.equal(await call('shadow.set_password', [name, '$6$x$secret'], { root }), true);
  assert.equal(await file(), 'root:*:19000:0:99999:7:::\nbob:$6$x$secret:20778:1:2:3:4:5:\nold:$6$x$secret:20778::::::\nnew:$6$x$secret:20778::::::\n');
  assert.equal((await stat(join(root, 'etc/shadow'))).mode & 0o777, 0o640);
  assert.equal(await call('shadow.set_password', ['nobody-here', '$6$x$secret'], { root }), false);
  assert.deepEqual(await call('shadow.set_password', ['bob', 'x'], { root: '/nonexistent' }), {});
  assert.equal(log.some(({ text }) => text.includes('secret')), false);
});

test('set_password() refuses what would be another field or line, and does not repeat it', async (t) => {
  const { call, root, file } = await minion(t);
  const before = await file();
  for (const hash of ['secret:0', 'secret\nroot2::0']) {
    await assert.rejects(call('shadow.set_password', ['bob', hash], { root }), (err) => err instanceof InvocationError && !err.message.includes('secret'));
  }
  assert.equal(await file(), before);
});

test('a hash goes to the program by its input', async (t) => {
  const ran: { argv: readonly string[]; stdin: RunOptions['stdin'] }[] = [];
  const host = machine({
    modules: [shadow], answers: { 'cmd.retcode': 0 },
    sys: {
      run: (argv, { stdin } = {}) => {
        ran.push({ argv, stdin });
        return Promise.resolve({ pid: 1, code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), timedOut: false, truncated: false });
      },
    },
  });
  const { root } = await minion(t);
  assert.equal(await host.call('shadow.set_password', ['bob', 'hash', true, root]), false);
  assert.deepEqual(ran, [{ argv: ['chpasswd', '-R', root, '-e'], stdin: 'bob:hash\n' }]);
});

test('ages and locks start their programs only where something changes', async (t) => {
  const { call, root, calls } = await minion(t);
  assert.equal(await call('shadow.set_maxdays', ['bob', 2, root]), true);
  assert.equal(await call('shadow.set_maxdays', ['amy', 2, root]), false);
  assert.equal(await call('shadow.lock_password', ['bob', root]), true);
  assert.equal(await call('shadow.unlock_password', ['root', root]), true);
  assert.equal(calls.length, 0);
  assert.equal(await call('shadow.set_maxdays', ['bob', 9, root]), false);
  assert.equal(await call('shadow.set_date', ['bob', '2026-01-01', root]), true);
  assert.equal(await call('shadow.set_expire', ['bob', -1, root]), true);
  assert.equal(await call('shadow.unlock_password', ['bob', root]), false);
  assert.equal(await call('shadow.del_password', ['bob', root]), false);
  assert.deepEqual(calls.map(({ args }) => (args[0] as string[]).filter((word) => word !== root).join(' ')),
    ['chage -R -M 9 bob', 'chage -R -d 2026-01-01 bob', 'chage -R -E -1 bob', 'passwd -R -u bob', 'passwd -R -d bob']);
});

const HASHES = [
  ['sha512', 'saltsalt', '$6$saltsalt$pauPrmdmG4BTE9h2HPmywiw152IFch6BJCEsaY6D.PLTfpV8sqvXwWdyfsgVgozkYH9B80bAip/08R2BPH2xk/'],
  ['sha256', 'saltsalt', '$5$saltsalt$0rl.MZtoLLPP3X0Rdl8riRnphIcAXJY27/aOAyK2hB5'],
  ['md5', 'saltsalt', '$1$saltsalt$6SNdNaZLKst2LlSm7oPPL1'],
  ['blowfish', '12$abcdefghijklmnopqrstuu', '$2b$12$abcdefghijklmnopqrstuunYdhHrPrQsWwVD7FJZar2U048CuDd2m'],
  ['crypt', 'ab', 'abzlUXK5ed5rs'],
  ['blowfish', 'bad', '*0'],
] as const;
for (const [algorithm, salt, hash] of HASHES) {
  test(`gen_password() makes the hash of Salt: ${algorithm} with ${salt}`, async () => {
    assert.equal(await machine({ modules: [shadow] }).call('shadow.gen_password', ['pw', salt, algorithm]), hash);
  });
}

test('gen_password() draws a salt, and a password where there is none', async () => {
  const { call } = machine({ modules: [shadow] });
  const made = await Promise.all([call('shadow.gen_password', ['pw']), call('shadow.gen_password', ['pw']), call('shadow.gen_password', [null])]);
  for (const hash of made) assert.match(String(hash), /^\$6\$[\w./]{16}\$[\w./]{86}$/);
  assert.equal(new Set(made).size, 3);
  await assert.rejects(call('shadow.gen_password', ['pw', 'x', 'nope']), /^InvocationError: Cannot hash using 'nope' hash algorithm\. Natively supported algorithms are: \['sha512', 'sha256', 'blowfish', 'md5', 'crypt'\]\. /);
});
