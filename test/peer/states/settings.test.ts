/** States and modules of settings in files, beside those of real Salt. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { skipWithoutSalt } from '../../support/fleet/salt-venv.js';
import { askOurs, askSalt, compareCalls, saltFolder, type Answer, type Call } from '../../support/salt-calls.js';
import { compareStates, type StateCall } from '../../support/state-calls.js';

const skip = skipWithoutSalt;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-settings-')));
const aliases = join(base, 'aliases file');
const folder = saltFolder(base, { 'aliases.file': aliases });
after(() => rmSync(base, { recursive: true }));

const thrice = (calls: readonly StateCall[]): StateCall[] => calls.flatMap(([fun, args]): StateCall[] => [[fun, args, 'test'], [fun, args], [fun, args]]);
const ini = join(base, 'some.ini');
const INI = `
; head
top = 1
#commented = old
[first]
 a=1
b : 2
# c = 3
d = one
    two
	three

[second one]
key=value = more
odd line
[empty]
`;
const writeIni = (): void => writeFileSync(ini, INI);

/** Calls that both answer, each on a file of its own, and what they leave in it. */
async function compareFiles(text: string, calls: readonly ((path: string) => Call)[]): Promise<void> {
  const paths = calls.map((_call, at) => join(base, `edited ${at}`));
  const prepare = (): void => paths.forEach((path) => writeFileSync(path, text));
  const left = (answers: readonly Answer[]): unknown => calls.map((call, at) => ({ call: call(''), answer: answers[at], left: readFileSync(paths[at] ?? '', 'utf8') }));
  const asked = calls.map((call, at) => call(paths[at] ?? ''));
  prepare();
  const theirs = left(askSalt(folder, asked));
  prepare();
  assert.deepEqual(left(await askOurs(folder, asked)), theirs);
}

test('ini: the same answers and files', { skip }, async () => {
  await compareCalls(folder, [
    ['ini.get_ini', [ini]], ['ini.get_ini', [ini], { separator: ':' }], ['ini.get_section', [ini, 'first']], ['ini.get_section', [ini, 'none']], ['ini.get_section', [ini, 'top']],
    ['ini.get_option', [ini, 'first', 'a']], ['ini.get_option', [ini, '', 'top']], ['ini.get_option', [ini, null, 'top']], ['ini.get_option', [ini, 'top', 'x']],
    ['ini.get_option', [ini, 'none', 'x']], ['ini.get_ini', [join(base, 'none.ini')]], ['ini.remove_option', [ini, 'first', 'none']], ['ini.remove_section', [ini, 'none']],
  ], writeIni);
  await compareFiles(INI, [
    (path) => ['ini.set_option', [path, { top: 2, 'new one': true }]], (path) => ['ini.set_option', [path, { commented: 'new' }]], (path) => ['ini.set_option', [path, { first: { c: 4, a: 1 }, third: { x: [1, 'a'], y: null } }]],
    (path) => ['ini.set_option', [path, { first: { a: 2 } }], { no_spaces: true }], (path) => ['ini.set_option', [path, { 'second one': { key: 'x' } }], { separator: ':' }], (path) => ['ini.set_option', [path, null]],
    (path) => ['ini.set_option', [path, { top: { now: 'section' } }]], (path) => ['ini.set_option', [path, { deep: { er: { yet: 1 } } }]], (path) => ['ini.remove_option', [path, 'first', 'd']],
    (path) => ['ini.remove_option', [path, null, 'top']], (path) => ['ini.remove_option', [path, 'none', 'top']], (path) => ['ini.remove_section', [path, 'second one']], (path) => ['ini.set_option', [path, { first: 'text' }]],
    (path) => ['ini.set_option', [path, { spaced: 'x' }], { separator: ' ' }],
  ]);
});

/** Of what `strict` takes away Salt tells in the order of a hash. */
const sortedLines = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === 'comment' ? String(value).split('\n').toSorted() : value));

test('ini: the same results of states', { skip }, async () => {
  const name = ini;
  await compareStates(folder, thrice([
    ['ini.options_present', { name, sections: { top: 1, first: { a: 2, z: 'new' }, fresh: { x: 1 } } }], ['ini.options_present', { name, sections: { top: 'other' } }],
    ['ini.options_present', { name, sections: { first: { a: 7 } }, strict: true }], ['ini.options_present', { name, sections: {} }], ['ini.options_absent', { name, sections: { first: ['a', 'none'], top: null } }],
    ['ini.options_absent', { name, sections: { fresh: ['x'] } }], ['ini.sections_absent', { name, sections: ['empty', 'none'] }], ['ini.sections_absent', { name, sections: { first: null } }],
  ]).filter(([fun, args]) => !(fun === 'ini.options_absent' && 'top' in (args['sections'] as PlainMap))), { prepare: writeIni, comparable: sortedLines });
});

test('aliases: the same answers, files and results', { skip }, async () => {
  const prepare = (): void => writeFileSync(aliases, '# mail\nroot: admin@example.org # the boss\npostmaster:root\nlist: a, b\nlast: x\n');
  const calls: Call[] = [
    ['aliases.list_aliases'], ['aliases.get_target', ['root']], ['aliases.get_target', ['none']], ['aliases.has_target', ['list', ['a', 'b']]], ['aliases.has_target', ['root', 'x']],
    ['aliases.has_target', ['root', '']], ['aliases.set_target', ['', 'x']], ['aliases.set_target', ['root', '']], ['aliases.set_target', ['list', ['c', 'd']]], ['aliases.list_aliases'],
    ['aliases.rm_alias', ['none']], ['aliases.set_target', ['new', 'x@y']], ['aliases.set_target', ['root', 'x@y']], ['aliases.rm_alias', ['postmaster']],
  ];
  prepare();
  const theirs = { answers: askSalt(folder, calls), left: readFileSync(aliases, 'utf8') };
  prepare();
  assert.deepEqual({ answers: await askOurs(folder, calls, { 'aliases.file': aliases }), left: readFileSync(aliases, 'utf8') }, theirs);
  await compareStates(folder, thrice([
    ['alias.present', { name: 'root', target: 'me@example.org' }], ['alias.present', { name: 'fresh', target: '"|/bin/x y"' }], ['alias.absent', { name: 'list' }], ['alias.absent', { name: 'none' }],
  ]), { prepare });
});

test('alternatives, key: the same answers', { skip }, async () => {
  const name = 'tsalt none';
  await compareCalls(folder, [
    ['alternatives.display', ['editor']], ['alternatives.display', [name]], ['alternatives.show_link', ['editor']], ['alternatives.show_link', [name]], ['alternatives.show_current', ['editor']],
    ['alternatives.show_current', [name]], ['alternatives.check_exists', ['editor', '/bin/x']], ['alternatives.check_exists', [name, '/bin/x']], ['alternatives.check_installed', ['editor', '/bin/x']],
    ['alternatives.install', [name, 'no path', '/bin/x', 5]], ['alternatives.remove', [name, '/bin/x']], ['alternatives.auto', [name]], ['alternatives.set', [name, '/bin/$(id)']],
    ['alternatives.auto', ['--help me']], ['key.finger_master'], ['key.finger', ['md5']], ['key.finger'],
  ].map((call) => call as unknown as Call));
});

const conf = join(base, 'logrotate.conf');
const included = join(base, 'logrotate.d');
const CONF = `# all\nweekly\nrotate 4\ncreate\ndateformat -%Y%m%d now\ninclude ${included}\n\n/var/log/wtmp {\n    missingok\n    monthly\n    create 0664 root utmp\n    rotate 1\n}\n\n/var/log/a.log /var/log/b.log\n{\n  size 1k\n}\n`;
function writeConf(): void {
  mkdirSync(included, { recursive: true });
  writeFileSync(join(included, 'one'), '/var/log/one.log {\n  daily\n  rotate 3\n  postrotate\n    kill -HUP 1\n  endscript\n}\n');
  writeFileSync(conf, CONF);
}

test('logrotate: the same answers, files and results', { skip }, async () => {
  await compareCalls(folder, [
    ['logrotate.show_conf', [conf]], ['logrotate.get', ['rotate', null, conf]], ['logrotate.get', ['/var/log/wtmp', 'rotate', conf]], ['logrotate.get', ['/var/log/wtmp', 'none', conf]],
    ['logrotate.get', ['rotate', 'x', conf]], ['logrotate.get', ['none', 'x', conf]], ['logrotate.get', ['x', null, join(base, 'none')]], ['logrotate.set', ['/var/log/wtmp', 'rotate', null, conf]],
    ['logrotate.set', ['rotate', 'x', 5, conf]],
  ], writeConf);
  const setOne = (...args: readonly (string | number | boolean | null)[]) => (path: string): Call => ['logrotate.set', [...args, path]];
  await compareFiles(CONF, [
    setOne('rotate', 9, null), setOne('fresh', true, null), setOne('weekly', false, null), setOne('/var/log/wtmp', 'rotate', 7), setOne('/var/log/new', 'rotate', 7), setOne('/var/log/wtmp', 'missingok', false),
  ]);
  const inOne: Call[] = [['logrotate.set', ['/var/log/one.log', 'rotate', 7, conf]]];
  const theirs = [askSalt(folder, inOne), readFileSync(join(included, 'one'), 'utf8')];
  writeConf();
  assert.deepEqual([await askOurs(folder, inOne), readFileSync(join(included, 'one'), 'utf8')], theirs);
  await compareStates(folder, thrice([
    ['logrotate.set', { name: 'a', key: 'rotate', value: 9, conf_file: conf }], ['logrotate.set', { name: 'a', key: 'dateext', value: true, conf_file: conf }],
    ['logrotate.set', { name: 'b', key: '/var/log/wtmp', value: 'rotate', setting: '7', conf_file: conf }],
    ['logrotate.set', { name: 'c', key: '/var/log/wtmp', value: 'size', setting: '1 k', conf_file: conf }],
  ]), { prepare: writeConf });
});

const listed = join(base, 'lists');
const inner = join(listed, 'inner');
function writeTree(): void {
  rmSync(listed, { recursive: true, force: true });
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(listed, 'file'), 'x');
  execFileSync('setfacl', ['-m', 'u:daemon:rx,d:g:adm:r', listed]);
  execFileSync('chmod', ['+t', inner]);
}
const hasLists = ((): boolean => {
  try {
    writeTree();
    return true;
  } catch {
    return false;
  }
})();

test('acl: the same answers and results', { skip: skip === false && !hasLists ? 'access lists need setfacl and a file system that has them' : skip }, async () => {
  const file = join(listed, 'file');
  await compareCalls(folder, [
    ['acl.version'], ['acl.getfacl', [listed]], ['acl.getfacl', [listed, inner], { recursive: true }], ['acl.getfacl'], ['acl.modfacl', ['user', 'daemon', 'rwx', file]], ['acl.getfacl', [file]],
    ['acl.modfacl', ['default:group', 'adm', 'rx', listed], { recursive: true }], ['acl.getfacl', [listed], { recursive: true }], ['acl.delfacl', ['user', 'daemon', file]], ['acl.getfacl', [file]],
    ['acl.modfacl', ['user', 'tsalt-nobody', 'rwx', file], { raise_err: true }], ['acl.wipefacls', [listed], { recursive: true }], ['acl.getfacl', [listed], { recursive: true }],
    ['acl.modfacl', ['m', '', 'r', listed]], ['acl.getfacl', [listed]],
  ], writeTree);
  await compareStates(folder, thrice([
    ['acl.present', { name: file, acl_type: 'user', acl_name: 'daemon', perms: 'rwx' }], ['acl.present', { name: file, acl_type: 'user', acl_name: 'daemon', perms: 'r' }],
    ['acl.present', { name: listed, acl_type: 'user', acl_name: 'daemon', perms: 'rwX', recurse: true }], ['acl.present', { name: listed, acl_type: 'default:user', acl_name: 'daemon', perms: 'rw' }],
    ['acl.present', { name: listed, acl_type: 'mask', acl_name: '', perms: 'rw' }], ['acl.present', { name: join(base, 'none'), acl_type: 'user', acl_name: 'daemon', perms: 'r' }],
    ['acl.present', { name: listed, acl_type: 'user', acl_name: 'tsalt-nobody', perms: 'r' }],
    ['acl.present', { name: file, acl_type: 'group', acl_name: 'adm', perms: 'r', force: true }], ['acl.list_present', { name: file, acl_type: 'user', acl_names: ['daemon', 'bin'], perms: 'rx' }],
    ['acl.list_present', { name: file, acl_type: 'user', acl_names: ['daemon', 'bin'], perms: 'r' }],
    ['acl.list_absent', { name: file, acl_type: 'user', acl_names: ['daemon', 'bin'] }], ['acl.absent', { name: listed, acl_type: 'user', acl_name: 'daemon', recurse: true }],
    ['acl.absent', { name: listed, acl_type: 'd:user', acl_name: 'none' }],
  ]), { prepare: writeTree });
});
