/**
 * Every check of keys, signatures and topics at once, with a real minion on our master and with our minion on a real master:
 * `master_sign_pubkey`, `master_finger`, `sign_pub_messages`, `minion_sign_messages`, SHA224 and `zmq_filtering`.
 */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { pemFingerprint } from '../../src/bus/crypto/fingerprint.js';
import type { PlainMap } from '../../src/kernel/std/value.js';
import type { Hearing } from '../support/fleet/events.js';
import { MasterHost, type Kind } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';
import { until } from '../support/fleet/until.js';

const site = new Site(skipWithoutSalt);

/** `signing_algorithm` is for the real master alone: without it, it cannot check what a minion signed. */
const MASTER: PlainMap = {
  signing_algorithm: 'PKCS1v15-SHA224',
  master_sign_pubkey: true, sign_pub_messages: true, publish_signing_algorithm: 'PKCS1v15-SHA224', zmq_filtering: true,
  require_minion_sign_messages: true, drop_messages_signature_fail: true,
};
const MINION: PlainMap = {
  verify_master_pubkey_sign: true, sign_pub_messages: true, minion_sign_messages: true, zmq_filtering: true,
  signing_algorithm: 'PKCS1v15-SHA224', encryption_algorithm: 'OAEP-SHA224',
};

for (const [masterKind, minionKind] of [['tsalt', 'salt'], ['salt', 'tsalt']] as const) checkPair(masterKind, minionKind);

function checkPair(masterKind: Kind, minionKind: Kind): void {
  const names = `${minionKind} minion on ${masterKind} master`;
  const id = (name: string): string => `${name}-${minionKind}`;
  let master: MasterHost;
  let bus: Hearing;
  let good: MinionHost;

  const prepare = (name: string, config: PlainMap = {}): MinionHost => {
    const finger = pemFingerprint(readFileSync(master.path('pki/master.pub'), 'utf8'), 'sha256');
    const minion = new MinionHost(site, minionKind, id(name), master, { ...MINION, master_finger: finger, ...config });
    copyFileSync(master.path('pki/master_sign.pub'), minion.path('pki/master_sign.pub'));
    return minion;
  };

  site.setUp(`${names}: all checks on, two minions start`, async () => {
    master = await MasterHost.prepare(site, masterKind, `master-${masterKind}`, MASTER);
    master.serve('pillar/top.sls', 'base:\n  "*":\n    - one\n');
    master.serve('pillar/one.sls', 'secret: word\n');
    master.serve('salt/file', 'content\n');
    await master.start();
    bus = await master.hear();
    good = prepare('good');
    await enrol(master, bus, [good, prepare('other')]);
  });

  site.test(`${names}: jobs by glob, list and grain reach their minions and come back signed`, async () => {
    for (const [tgt, flag] of [['*', '-G'], [id('good'), '-L'], ['good*', '-E']] as const) {
      const words = flag === '-G' ? [flag, 'kernel:Linux'] : [flag, tgt];
      const answers = await master.command(...words, 'test.ping');
      assert.deepEqual(answers, Object.fromEntries((flag === '-G' ? ['good', 'other'] : ['good']).map((name) => [id(name), true])));
    }
  });

  site.test(`${names}: pillar and files come through`, async () => {
    assert.deepEqual(await master.command(id('good'), 'pillar.get', 'secret', 'unmask=True'), { [id('good')]: 'word' });
    assert.deepEqual(await master.command(id('good'), 'cp.get_file', 'salt://file', good.path('got')), { [id('good')]: good.path('got') });
    assert.equal(readFileSync(good.path('got'), 'utf8'), 'content\n');
  });

  site.test(`${names}: a master with another fingerprint is not trusted`, async () => {
    await isRefused(prepare('finger', { master_finger: pemFingerprint('another', 'sha256') }), /finger/i);
  });

  site.test(`${names}: a master whose key another key signed is not trusted`, async () => {
    const minion = prepare('signed');
    copyFileSync(master.path('pki/master.pub'), minion.path('pki/master_sign.pub'));
    await isRefused(minion, /signature|signed|verif/i);
  });

  async function isRefused(minion: MinionHost, words: RegExp): Promise<void> {
    minion.start();
    await master.accept(minion.id);
    await until('the refusal in the log', () => words.test(minion.log().split('\n').filter((line) => /ERROR|CRITICAL/.test(line)).join('\n')));
    assert.ok(!bus.events.some(({ tag }) => tag === `salt/minion/${minion.id}/start`));
    await minion.stop();
  }
}
