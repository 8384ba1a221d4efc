/** The same words typed after `tsalt` and after `salt`, on our master with a mixed fleet: the same text and the same exit code. */
import assert from 'node:assert/strict';
import { MasterHost } from '../support/fleet/master.js';
import { enrol, MinionHost } from '../support/fleet/minion.js';
import { skipWithoutSalt } from '../support/fleet/salt-venv.js';
import { Site } from '../support/fleet/site.js';

const site = new Site(skipWithoutSalt);
let master: MasterHost;

site.setUp('a real minion and two of ours', async () => {
  master = await MasterHost.prepare(site, 'tsalt', 'master', { nodegroups: { webs: 'web*', all: ['N@webs', 'or', 'db1'] }, timeout: 10 });
  master.serve('pillar/top.sls', 'base:\n  "web*":\n    - web\n');
  master.serve('pillar/web.sls', 'role: front\ndeep: {a: {b: [1, two, 3.0]}}\n');
  master.serve('salt/file.txt', 'content\n');
  await master.start();
  const bus = await master.hear();
  await enrol(master, bus, [
    new MinionHost(site, 'tsalt', 'web1', master, { grains: { role: 'front', tags: ['a', 'b'] } }),
    new MinionHost(site, 'salt', 'web2', master, { grains: { role: 'front' } }),
    new MinionHost(site, 'tsalt', 'db1', master, { grains: { role: 'back' } }),
  ]);
  await master.allAnswer('web1', 'web2', 'db1');
});

/** What differs from run to run, and between the names of the programs. Answers come in any order. */
function comparable(text: string): string {
  return text.replace(/\b20\d{18}\b/g, 'JID').replace(/\btsalt\b/g, 'salt').replace(/\b20\d\d, \w{3} \d\d [\d:.]+/g, 'TIME').split('\n').sort().join('\n');
}

const withoutPids = (json: string): unknown => JSON.parse(json.replace(/("(?:__pub_)?pid": )\d+/g, '$10'));

const VALUES = '{text: "grüße", list: [1, 2.5, [], {}], none: null, yes: true, big: 123456789012345678, multi: "a\\nb", empty: ""}';

/** Words after `salt`. */
const SALT: readonly (readonly string[])[] = [
  ['*', 'test.ping'],
  ['web*', 'test.echo', 'some text', '--out=txt'],
  ...['nested', 'json', 'yaml', 'raw', 'txt', 'pprint', 'newline_values_only', 'compact', 'no_out', 'quiet', 'overstatestage']
    .map((out) => ['web*', 'test.echo', VALUES, `--out=${out}`, '--static']),
  ['-L', 'web1,db1', 'test.arg_type', '1', 'true', 'x', '[1]', '--out=json', '--static'],
  ['-E', 'web[12]', 'grains.get', 'role'],
  ['-G', 'role:back', 'test.ping'],
  ['-C', 'G@role:front and not E@web2', 'test.ping'],
  ['-N', 'all', 'test.ping'],
  ['-I', 'role:front', 'pillar.get', 'deep', 'unmask=True'],
  ['-P', 'role:(front|x)', 'pillar.get', 'deep:a:b', 'unmask=True', '--out=json', '--static'],
  ['-S', '127.0.0.0/8', 'test.ping', '-v'],
  ['web*', 'test.ping', '--summary'],
  ['web*', 'cmd.run', 'echo out; echo err >&2; exit 3'],
  ['web*', 'cmd.run_all', 'echo out; exit 3', '--out=json', '--static'],
  ['web*', 'cmd.retcode', 'exit 3'],
  ['web*', 'no.such'],
  ['web*', 'test.sleep'],
  ['web*', 'test.echo', 'x', 'y=z'],
  ['web*', 'test.exception', 'gone wrong'],
  ['web*', 'test.ping,test.echo', ',', 'hello', '--out=json', '--static'],
  ['web*', 'file.file_exists', '/etc/passwd'],
  ['web*', 'cp.get_file_str', 'salt://file.txt'],
  ['web*', 'cp.list_master'],
  ['web*', 'hashutil.digest', 'text'],
  ['web*', 'config.get', 'master_port'],
  ['web*', 'match.compound', 'web1 or G@role:back'],
  ['none', 'test.ping'],
  ['none', 'test.ping', '--out=json', '--static'],
  ['-N', 'nogroup', 'test.ping'],
  ['-C', 'web* and', 'test.ping'],
  ['-b', '1', '-L', 'web1,web2', 'test.ping'],
  ['-b', '50%', 'web*', 'test.ping', '--out=json', '--static'],
  ['--subset=5', 'web*', 'test.ping', '--out=json', '--static'],
  ['web*', 'test.ping', '--preview-target'],
  ['web*', '-d', 'test.echo'],
];
/** Where our documentation is our own text. */
const OWN_TEXT = new Set(['-d', 'test.sleep']);
/** The order of answers shows in where JSON has its commas. */
const isJson = (words: readonly string[], text: string): boolean => words.includes('--out=json') && words.includes('--static') && text.startsWith('{');

for (const words of SALT) {
  site.test(`salt ${words.join(' ')}`, async () => {
    const [ours, theirs] = await Promise.all([master.tsalt('tsalt', ...words), master.salt('salt', ...words)]);
    assert.equal(ours.code, theirs.code, `exit code; tsalt: ${ours.stdout}${ours.stderr} salt: ${theirs.stdout}${theirs.stderr}`);
    if (words.some((word) => OWN_TEXT.has(word))) return;
    if (isJson(words, theirs.stdout)) assert.deepEqual(withoutPids(ours.stdout), withoutPids(theirs.stdout));
    else assert.equal(comparable(ours.stdout), comparable(theirs.stdout));
    assert.equal(comparable(ours.stderr), comparable(theirs.stderr));
  });
}

const KEY: readonly (readonly string[])[] = [['-L'], ['-l', 'acc'], ['-l', 'pre', '--out=json'], ['-F'], ['-f', 'web*'], ['-p', 'web1'], ['-f', 'none'], ['-y', '-a', 'none'], ['-y', '-d', 'none'], ['--out=yaml']];
for (const words of KEY) {
  site.test(`salt-key ${words.join(' ')}`, async () => {
    const [ours, theirs] = await Promise.all([master.tsalt('tsalt-key', ...words), master.salt('salt-key', ...words)]);
    assert.deepEqual([ours.code, ours.stdout.replaceAll('tsalt', 'salt')], [theirs.code, theirs.stdout], ours.stderr + theirs.stderr);
  });
}

const RUN: readonly (readonly string[])[] = [
  ['test.arg', 'a', 'b=2'], ['manage.up'], ['manage.status', '--out=json'], ['manage.list_state'], ['manage.present', '--out=txt'], ['jobs.lookup_jid', '20200101000000000000'],
  ['no.such'], ['test.arg'], ['config.get', 'timeout'], ['fileserver.envs'], ['fileserver.file_list', '--out=yaml'], ['survey.hash', '*', 'test.echo', 'x'],
  ['match.compound_matches', 'G@role:front', 'web1'], ['salt.cmd', 'test.echo', 'x'], ['cache.list', 'grains', '--out=json'], ['manage.up', 'tgt=web*', '--out=raw'],
];
for (const words of RUN) {
  site.test(`salt-run ${words.join(' ')}`, async () => {
    const [ours, theirs] = await Promise.all([master.tsalt('tsalt-run', ...words), master.salt('salt-run', ...words)]);
    assert.equal(ours.code, theirs.code, `exit code; tsalt-run: ${ours.stdout}${ours.stderr} salt-run: ${theirs.stdout}${theirs.stderr}`);
    assert.equal(comparable(ours.stdout), comparable(theirs.stdout));
  });
}
