/** Texts of package managers that are not on this machine, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlainMap, Value } from '../../../../src/kernel/std/value.js';
import { readOffers } from '../../../../src/plugins/modules/yumpkg/available.js';
import { readDnf5Groups, readGroupInfo } from '../../../../src/plugins/modules/yumpkg/groups.js';
import { dnf5Holds, HOLD_PATTERN, readHold } from '../../../../src/plugins/modules/yumpkg/holds.js';
import { readPatches } from '../../../../src/plugins/modules/yumpkg/patches.js';
import yumpkg from '../../../../src/plugins/modules/yumpkg.js';
import zypperpkg from '../../../../src/plugins/modules/zypperpkg.js';
import { elementsOf, readXml } from '../../../../src/kernel/std/xml.js';
import { machine } from './machine.js';

test('locks of yum 3, dnf 4 and dnf 5', () => {
  const hold = (yum: 'yum' | 'dnf', line: string, full: boolean): string | undefined => readHold(line, { yum, pattern: HOLD_PATTERN, full });
  assert.equal(hold('yum', '2:vim-enhanced-7.4.629-5.el6.*', true), '2:vim-enhanced-7.4.629-5.el6.*');
  assert.equal(hold('yum', '2:vim-enhanced-7.4.629-5.el6.*', false), 'vim-enhanced');
  assert.equal(hold('dnf', 'vim-enhanced-2:7.4.827-1.fc22.*', false), 'vim-enhanced');
  assert.equal(hold('dnf', 'Last metadata', false), undefined);
  const locks = { packages: [
    { name: 'bash', conditions: [{ key: 'evr', comparator: '=', value: '5.2.26-3.fc40' }] }, { name: 'vim', conditions: [{ key: 'evr', comparator: '<', value: '2:9' }] },
    { name: 'bash', conditions: [{ key: 'evr', comparator: '=', value: '1:5-1' }] },
  ] };
  assert.deepEqual(dnf5Holds(locks, false), ['bash', 'vim']);
  assert.deepEqual(dnf5Holds(locks, true), ['bash-0:5.2.26-3.fc40.*', 'bash-1:5-1.*']);
  assert.deepEqual(dnf5Holds({}, true), []);
});

test('groups of dnf 5', () => {
  assert.deepEqual(readDnf5Groups('ID                   Name         Installed\n3d-printing          3D Printing         no\ncore Core yes\n'), {
    installed: ['core'], available: ['3d-printing'], 'installed environments': [], 'available environments': [], 'available languages': {},
  });
  const info = readGroupInfo('Id                   : core\nName                 : Core\nDescription          : Smallest\nMandatory packages   : bash\n                     : coreutils\nDefault packages     : vim\n', 'core');
  assert.deepEqual(info, { type: 'package group', group: 'Core', id: 'core', description: 'Smallest', mandatory: ['bash', 'coreutils'], default: ['vim'], optional: [], conditional: [] });
});

test('a table of packages goes on in the next line, and shows who installed', () => {
  const table = 'Available Packages\nglibc.i686    2.34-60.el9    baseos\na-very-long-name-of-a-package.x86_64\n              1:1.0-1.el9    appstream\nInstalled Packages\nvim.noarch 2:9-1 @System\n';
  assert.deepEqual(readOffers(table, 'x86_64').map(({ name, version, repository }) => [name, version, repository]), [
    ['glibc.i686', '2.34-60.el9', 'baseos'], ['a-very-long-name-of-a-package', '1:1.0-1.el9', 'appstream'], ['vim', '2:9-1', 'System'],
  ]);
});

test('an advisory is installed when all its packages are', () => {
  assert.deepEqual(readPatches('i RHSA-2024:1 Important/Sec. a-1.x86_64\n  RHSA-2024:1 Important/Sec. b-1.x86_64\ni RHBA-2024:2 bugfix c-1.noarch'), {
    'RHSA-2024:1': { installed: false, summary: ['a-1.x86_64', 'b-1.x86_64'] }, 'RHBA-2024:2': { installed: true, summary: ['c-1.noarch'] },
  });
});

test('XML of zypper', () => {
  const document = readXml('<?xml version=\'1.0\'?>\n<stream><message type="error">a &lt;b&gt; &#233;&amp;</message><a x=\'1\' y="&quot;"/><!-- no --><![CDATA[<raw>]]></stream>\n');
  const [message] = elementsOf(document, 'message');
  assert.deepEqual([message?.attributes['type'], message?.text], ['error', 'a <b> é&']);
  assert.deepEqual(elementsOf(document, 'a')[0]?.attributes, { x: '1', y: '"' });
  for (const bad of ['<a>', '<a></b>', 'a < b', '</a>']) assert.throws(() => readXml(bad), /no XML/, bad);
});

test('zypper that is locked is waited for, and the master told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const ends: PlainMap[] = [{ retcode: 7, stdout: '', stderr: 'System management is locked' }, { retcode: 0, stdout: "Repository 'made' is up to date.", stderr: '' }];
  const minion = machine({
    modules: [zypperpkg], grains: { os_family: 'Suse', init: 'unknown' }, sys: { readText: () => Promise.resolve(undefined) },
    answers: { 'cmd.run_all': (): Value => ({ pid: 1, ...ends.shift() }), 'event.fire_master': true },
  });
  const done = minion.call('pkg.refresh_db');
  while (!minion.calls.some(({ fun }) => fun === 'event.fire_master')) await new Promise(setImmediate);
  await new Promise(setImmediate);
  t.mock.timers.tick(5000);
  assert.deepEqual(await done, { made: false });
  assert.deepEqual(minion.calls.filter(({ fun }) => fun === 'event.fire_master').map(({ args }) => args[1]), ['zypper/blocked', 'zypper/released']);
});

test('repositories are not written outside of their folder, nor options into others', async () => {
  const { call } = machine({ modules: [yumpkg], sys: { readText: () => Promise.resolve('[main]\n'), exists: () => Promise.resolve(true) } });
  for (const repo of ['../../etc/cron.d/x', 'a]b', 'a\n[b', '.hidden']) {
    await assert.rejects(call('pkg.mod_repo', [repo], { name: 'x', baseurl: 'y' }), /is not valid as the id of a repository/, repo);
  }
  await assert.rejects(call('pkg.mod_repo', ['a'], { 'x=y\n[b]': '1' }), /is not valid as an option of a repository/);
});

test('options of verification cannot start programs', async () => {
  const lowpkg = (await import('../../../../src/plugins/modules/rpm_lowpkg.js')).default;
  const { call } = machine({ modules: [lowpkg] });
  for (const option of ['pipe=touch /tmp/x', 'pipe', 'eval %(id)', '-root']) {
    await assert.rejects(call('lowpkg.verify', ['bash'], { verify_options: [option] }), /no option for the verification/, option);
  }
});
