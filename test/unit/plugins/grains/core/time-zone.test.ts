import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { nameByRule, ruleOfZoneFile, zoneName } from '../../../../../src/plugins/grains/core/time-zone.js';
import { rootedContext } from '../../../../support/rooted-sys.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-zone-')));
after(() => rmSync(base, { recursive: true }));

const rules: readonly [rule: string, offset: number, name: string | undefined][] = [
  ['UTC0', 0, 'UTC'], ['CET-1CEST,M3.5.0,M10.5.0/3', 60, 'CET'], ['CET-1CEST,M3.5.0,M10.5.0/3', 120, 'CEST'], ['EST5EDT,M3.2.0,M11.1.0', -300, 'EST'],
  ['EST5EDT,M3.2.0,M11.1.0', -240, 'EDT'], ['<-03>3', -180, '-03'], ['<+0330>-3:30', 210, '+0330'], ['JST-9', 540, 'JST'], ['<+1030>-10:30<+11>-11,M10.1.0,M4.1.0', 660, '+11'],
  ['IST-1GMT0,M10.5.0,M3.5.0/1', 0, 'GMT'], ['nonsense', 0, 'nonsense'], ['', 0, undefined], ['12', 0, undefined],
];
for (const [rule, offset, name] of rules) {
  test(`nameByRule() of '${rule}' at ${offset} minutes`, () => assert.equal(nameByRule(rule, offset), name));
}

const zoneFile = (rule: string): Buffer => Buffer.from(`TZif2${'\0'.repeat(39)}TZif2${'\0'.repeat(39)}\n${rule}\n`, 'latin1');

test('ruleOfZoneFile() reads the last line of a zone file only', () => {
  assert.equal(ruleOfZoneFile(zoneFile('JST-9')), 'JST-9');
  assert.equal(ruleOfZoneFile(Buffer.from('root:x\nJST-9\n')), undefined);
});

const machines: readonly [title: string, env: Record<string, string>, wanted: string][] = [
  ['the local zone', {}, 'JST'], ['a named zone', { TZ: 'Etc/X' }, 'XST'], ['a named zone with a colon', { TZ: ':Etc/X' }, 'XST'], ['an empty TZ', { TZ: '' }, 'UTC'],
  ['a rule', { TZ: 'ABC-3' }, 'ABC'], ['a path out of the folder', { TZ: '../../../etc/localtime' }, 'UTC'],
];
for (const [at, [title, env, wanted]] of machines.entries()) {
  test(`zoneName() with ${title}`, async () => {
    const files = { '/etc/localtime': zoneFile('JST-9'), '/usr/share/zoneinfo/Etc/X': zoneFile('XST0') };
    assert.equal(await zoneName(await rootedContext(join(base, String(at)), { files, env })), wanted);
  });
}

test('zoneName() is UTC where no zone is set up', async () => {
  assert.equal(await zoneName(await rootedContext(join(base, 'none'), {})), 'UTC');
});
