/** Texts are those of localectl 252 and setxkbmap 1.3.3. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Value } from '../../../../src/kernel/std/value.js';
import keyboard from '../../../../src/plugins/modules/keyboard.js';
import { machine } from './machine.js';

const LOCALECTL = 'System Locale: LANG=C.UTF-8\n    VC Keymap: de-latin1\n   X11 Layout: us\n    X11 Model: pc105';
const XKB = 'rules:      evdev\nmodel:      pc105\nlayout:     us,de';

function host(options: { localectl?: boolean; files?: Record<string, string>; family?: string; fails?: string } = {}) {
  const files: Record<string, string> = { ...options.files };
  const ran: Value[] = [];
  const made = machine({
    modules: [keyboard], grains: { os_family: options.family ?? 'Debian' },
    sys: {
      which: (program) => Promise.resolve(program === 'localectl' && options.localectl === true ? '/usr/bin/localectl' : undefined), readText: (path) => Promise.resolve(files[path]),
      writeFile: (path, text) => Promise.resolve(void (files[path] = String(text))),
    },
    answers: {
      'cmd.run_all': ([words]) => {
        ran.push(words ?? null);
        const [program] = words as string[];
        return options.fails === undefined ? { retcode: 0, stdout: program === 'localectl' ? LOCALECTL : XKB, stderr: '' } : { retcode: 1, stdout: '', stderr: options.fails };
      },
    },
  });
  return { call: made.call, files, ran };
}

test('keyboard with systemd, and X', async () => {
  const { call, ran } = host({ localectl: true });
  assert.deepEqual([await call('keyboard.get_sys'), await call('keyboard.set_sys', ['us']), await call('keyboard.get_x'), await call('keyboard.set_x', ['de(nodeadkeys)'])], ['de-latin1', 'us', 'us,de', 'de(nodeadkeys)']);
  assert.deepEqual(ran, [['localectl', 'status'], ['localectl', 'set-keymap', 'us'], ['setxkbmap', '-query'], ['setxkbmap', 'de(nodeadkeys)']]);
  const broken = host({ localectl: true, fails: 'Failed to set keymap: Access denied' });
  for (const fun of ['set_sys', 'set_x']) await assert.rejects(broken.call(`keyboard.${fun}`, ['us']), { message: 'Failed to set keymap: Access denied' });
  for (const layout of ['-h', 'us; id', '"$(id)"', '', 'a\nb']) await assert.rejects(call('keyboard.set_sys', [layout]), { code: 'job.invocation' });
});

test('keyboard in files', async () => {
  const path = '/etc/default/keyboard';
  const { call, files } = host({ files: { [path]: '# us\n#XKBLAYOUT=fr\nXKBMODEL="pc105"\nXKBLAYOUT="us"\nBACKSPACE="guess"\n' } });
  assert.equal(await call('keyboard.get_sys'), 'us');
  assert.equal(await call('keyboard.set_sys', ['de']), 'de');
  assert.equal(files[path], '# us\n#XKBLAYOUT=fr\nXKBMODEL="pc105"\nXKBLAYOUT="de"\nBACKSPACE="guess"\n');
  const redHat = host({ family: 'RedHat', files: { '/etc/sysconfig/keyboard': 'KEYTABLE=x' } });
  await assert.rejects(redHat.call('keyboard.get_sys'), { message: 'There is no LAYOUT in /etc/sysconfig/keyboard' });
  await redHat.call('keyboard.set_sys', ['fr']);
  assert.equal(redHat.files['/etc/sysconfig/keyboard'], 'KEYTABLE=x\nLAYOUT="fr"\n');
});
