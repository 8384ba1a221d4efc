/** The helper as a process, against the libpam and crypt(3) of this machine. Services of PAM stand below a temporary folder. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { silentLog } from '../../support/logs.js';
import { createSys } from '../../../src/kernel/sys/sys.js';
import { passwordPort } from '../../../src/master/access/password-port.js';

const script = join(process.cwd(), 'dist', 'workers', 'password-helper.js');
const port = passwordPort({ sys: createSys(), log: silentLog, script });
const signal = AbortSignal.timeout(60_000);
const hasPam = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu'].some((dir) => existsSync(join(dir, 'libpam.so.0')));
const cryptWithPerl = (password: string, salt: string): string => spawnSync('perl', ['-e', 'print crypt($ARGV[0], $ARGV[1])', password, salt], { encoding: 'utf8' }).stdout;
const hasPerl = spawnSync('perl', ['-e', '1']).status === 0;

suite('crypt(3)', { skip: hasPerl ? false : 'there is no perl to make hashes with' }, () => {
  for (const salt of ['$2y$05$abcdefghijklmnopqrstuu', '$6$salt', '$5$salt', '$1$salt', 'ab']) {
    test(`hashes with ${salt}`, async () => {
      const hash = cryptWithPerl('right', salt);
      assert.equal(await port.check({ kind: 'crypt', password: 'right', hash }, signal), true);
      assert.equal(await port.check({ kind: 'crypt', password: 'wrong', hash }, signal), false);
    });
  }
  test('what crypt(3) makes nothing of', async () => assert.equal(await port.check({ kind: 'crypt', password: 'x', hash: '*0' }, signal), false));
});

suite('libpam', { skip: hasPam ? false : 'there is no libpam' }, () => {
  let dir = '';
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'tsalt-pam-'));
    const check = join(dir, 'check');
    writeFileSync(check, '#!/bin/sh\nread -r given || true\n[ "$given" = "right" ]\n');
    chmodSync(check, 0o755);
    chmodSync(dir, 0o755);
    writeFileSync(join(dir, 'asks'), `auth required pam_exec.so expose_authtok quiet ${check}\naccount required pam_permit.so\n`);
    writeFileSync(join(dir, 'locked'), `auth required pam_exec.so expose_authtok quiet ${check}\naccount required pam_deny.so\n`);
  });
  after(() => rmSync(dir, { recursive: true }));
  const ask = (service: string, password: string): Promise<boolean> => port.check({ kind: 'pam', service, username: 'nobody', password, confdir: dir }, signal);

  test('right and wrong passwords', async () => {
    assert.equal(await ask('asks', 'right'), true);
    assert.equal(await ask('asks', 'wrong'), false);
  });
  test('the account phase is honoured', async () => assert.equal(await ask('locked', 'right'), false));
});
