/** File states that say what a file holds, beside real Salt. */
import { createHash } from 'node:crypto';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { compareFileStates, type Case } from './compare.js';

const hostile = 'it\'s "a" $(name) -rf';
const hashOf = (type: string, text: string): string => createHash(type).update(text).digest('hex');
const managed = (args: PlainMap): Case['states'][number] => ['file.managed', { name: '@/f', ...args }];
const all = (list: readonly PlainMap[]): Case['states'] => list.map(managed);

const contents: Case[] = [
  { title: 'contents: text, list, new text', states: all([{ contents: 'a\nb' }, { contents: ['x', 'y\nz'] }, { contents: 'a\r\nb\r\n', contents_newline: false }, { contents: 5 }, { contents: { a: 1 } }]) },
  { title: 'contents: empty', states: all([{ contents: '' }, { contents: '', allow_empty: false }, { contents: [] }, { contents: 'x' }, { contents: '' }]) },
  { title: 'contents: of pillar and grains', states: all([{ contents_pillar: 'app:conf' }, { contents_pillar: ['app:conf', 'secret'] }, { contents_pillar: 'app|conf', contents_delimiter: '|' }, { contents_pillar: 'none' }, { contents_pillar: ['none'] }, { contents_grains: 'id' }, { contents_grains: 'none' }, { contents_grains: ['id', 'kernel'] }]) },
  { title: 'contents: rendered', states: all([{ contents: 'hello {{ who }} {{ pillar["secret"] }}', template: 'jinja', context: { who: 'you' } }, { contents: '{{ x }} {{ y }}', template: 'jinja', defaults: { x: 1, y: 2 }, context: { y: 3 } }, { contents: '{% if %}', template: 'jinja' }, { contents: 'x', template: 'nosuch' }]) },
  { title: 'contents: refused mixtures', states: all([{ contents: 'x', source: 'salt://plain.txt' }, { contents: 'x', mode: 'keep' }, { contents: 'x', contents_pillar: 'secret' }, { contents: 'x', context: 'y' }, { contents: 'x', defaults: 'y' }]) },
  { title: 'contents: encodings', states: all([{ contents: 'é ü', encoding: 'latin-1' }, { contents: 'é €', encoding: 'latin-1' }, { contents: 'é €', encoding: 'ascii', encoding_errors: 'ignore' }, { contents: 'é', encoding: 'nosuch' }]) },
];

const rights: Case[] = [
  { title: 'modes and owners', files: { 'f:600': 'x\n' }, states: all([{ contents: 'x', mode: '0644' }, { contents: 'x', mode: 640 }, { contents: 'y', mode: '4755', user: 'daemon', group: 'daemon' }, { contents: 'y', user: 0, group: 0 }, { contents: 'y', user: 'nosuch' }, { contents: 'y', user: 'nosuch', group: 'none' }, { contents: 'y', owner: 'daemon' }, { contents: 'y', file_mode: '0600' }]) },
  { title: 'replace: false', files: { 'f:600': 'x\n' }, states: all([{ replace: false, mode: '0644' }, { source: 'salt://plain.txt', replace: false }, { mode: '0600' }, { mode: '0600', user: 'daemon' }]) },
  { title: 'new files without content', states: [managed({ mode: '0640' }), ['file.managed', { name: '@/g' }], ['file.managed', { name: '@/h', create: false }], ['file.managed', { name: '@/d/h', mode: '0600' }]] },
  { title: 'folders above', states: [['file.managed', { name: '@/d/e/f', contents: 'x' }], ['file.managed', { name: '@/d/e/f', contents: 'x', makedirs: true, mode: '0640' }], ['file.managed', { name: '@/g/h', contents: 'x', makedirs: true, dir_mode: '0711', user: 'daemon' }]] },
  { title: 'what is refused', files: { 'd/': '' }, states: [['file.managed', { name: '', contents: 'x' }], ['file.managed', { name: 'f', contents: 'x' }], ['file.managed', { name: '@/d', contents: 'x' }], managed({ create: false, contents: 'x' })] },
  { title: 'hostile names', states: [['file.managed', { name: `@/${hostile}`, contents: 'x' }], ['file.managed', { name: '@/-f g', source: `salt://${hostile}` }], ['file.managed', { name: '@/x/../y', contents: 'x', makedirs: true }]] },
  { title: 'links', files: { a: 'x\n', l: '-> a', m: '-> a', n: '-> nowhere' }, states: [['file.managed', { name: '@/l', contents: 'new' }], ['file.managed', { name: '@/m', source: 'salt://plain.txt', follow_symlinks: false }], ['file.managed', { name: '@/n', contents: 'y' }]] },
  { title: 'hidden diffs, diffs of new files, lenient diffs', files: { f: 'b\na # one\n' }, states: all([{ contents: 'secret', show_changes: false }, { contents: 'b\na' }, { contents: 'a\nb', ignore_ordering: true }, { contents: 'a  \nb', ignore_whitespace: true }, { contents: 'a # x\nb', ignore_comment_characters: '#' }]).concat([['file.managed', { name: '@/new', contents: 'x\ny', new_file_diff: true }]]) },
];

const sources: Case[] = [
  { title: 'of the server', states: all([{ source: 'salt://plain.txt' }, { source: 'salt://dir/script.sh', mode: 'keep' }, { source: 'salt://none' }, { source: ['salt://none', 'salt://plain.txt'] }, { source: ['salt://none', 'salt://none2'] }, { source: [] }]) },
  // In a test run real Salt ends this with a KeyError.
  { title: 'the diff of a new file', states: all([{ source: 'salt://plain.txt', new_file_diff: true }]), runs: ['real', 'test', 'real'] },
  { title: 'binary files', files: { f: 'text\n' }, states: all([{ source: 'salt://binary' }, { source: 'salt://plain.txt' }]) },
  { title: 'rendered', states: all([{ source: 'salt://t.txt', template: 'jinja', context: { who: 'you' }, defaults: { what: 'tea', who: 'me' } }, { source: 'salt://vars.txt', template: 'jinja', mode: '0600', user: 'root', more: 'extra' }, { source: 'salt://t.txt', template: 'jinja' }, { source: 'salt://t.txt', template: 'nosuch' }]) },
  { title: 'of this machine', files: { a: 'one\n', 'b/': '' }, states: all([{ source: '@/a' }, { source: 'file://@/a' }, { source: '@/none' }, { source: '@/a', source_hash: `sha256=${hashOf('sha256', 'one\n')}` }, { source: '@/a', source_hash: `md5=${hashOf('md5', 'other')}` }, { source: '@/f' }]) },
  { title: 'hashes from files', files: { a: 'one\n', sums: `${hashOf('sha256', 'one\n')}  a\n${hashOf('sha256', 'x')}  b\n` }, states: all([{ source: '@/a', source_hash: '@/sums' }, { source: '@/a', source_hash: '@/sums', source_hash_name: 'b' }, { source: '@/a', source_hash: '@/none' }, { source: '@/a', source_hash: 'nonsense' }]) },
  { title: 'of the web without a hash', states: all([{ source: 'http://127.0.0.1:9/x' }]) },
  { title: 'accepted by a program', files: { f: 'x\n' }, states: all([{ contents: 'good', check_cmd: 'grep good' }, { contents: 'bad', check_cmd: 'grep good' }, { source: 'salt://plain.txt', check_cmd: 'grep plain', tmp_ext: '.conf' }, { source: 'salt://t.txt', template: 'jinja', context: { who: 'a', what: 'b' }, check_cmd: 'grep hello', tmp_dir: '@' }, { contents: 'x', check_cmd: '/no/such/program' }]) },
  { title: 'copies in the cache go', states: all([{ source: 'salt://plain.txt', keep_source: false }, { source: 'salt://t.txt', template: 'jinja', context: { who: 1, what: 2 }, keep_source: false }]) },
  { title: 'backups', files: { f: 'x\n' }, states: all([{ contents: 'y', backup: 'minion' }, { contents: 'z', backup: true }, { contents: 'zz', backup: false }]) },
];

const data: PlainMap = { b: [1, 'two', null, true, 1.5], a: { c: 'text: with colon', d: 'é', e: '' }, 'k y': 'multi\nline' };
const serialized: Case[] = [
  { title: 'serialize: yaml and json', states: [['file.serialize', { name: '@/y', dataset: data }], ['file.serialize', { name: '@/j', dataset: data, serializer: 'json' }], ['file.serialize', { name: '@/j', dataset: data, formatter: 'json', encoding: 'utf-8' }], ['file.serialize', { name: '@/y', dataset: data, encoding: 'utf-8', serializer_opts: [{ indent: 4 }] }], ['file.serialize', { name: '@/j', dataset: data, serializer: 'json', serializer_opts: [{ indent: 4 }, { sort_keys: false }] }]] },
  { title: 'serialize: configparser, others', states: [['file.serialize', { name: '@/c', dataset: { s: { A: 1, b: 'x\ny' }, DEFAULT: { z: true } }, serializer: 'configparser' }], ['file.serialize', { name: '@/c', dataset: [1], serializer: 'configparser' }], ['file.serialize', { name: '@/c', dataset: { s: { p: '50%' } }, serializer: 'configparser' }], ['file.serialize', { name: '@/x', dataset: data, serializer: 'yamlex' }], ['file.serialize', { name: '@/x', dataset: data, serializer: 'nosuch' }]] },
  { title: 'serialize: merged', files: { y: 'a: 1\nb:\n  c: 2\n', j: '{"a": 1}', c: '[s]\na = 1\n', bad: '{nope', list: '- 1\n' }, states: [['file.serialize', { name: '@/y', dataset: { b: { d: 3 }, a: 1 }, merge_if_exists: true }], ['file.serialize', { name: '@/j', dataset: { b: [1] }, serializer: 'json', merge_if_exists: true }], ['file.serialize', { name: '@/c', dataset: { s: { b: '2' } }, serializer: 'configparser', merge_if_exists: true }], ['file.serialize', { name: '@/n', dataset: { b: 1 }, merge_if_exists: true }], ['file.serialize', { name: '@/y', dataset: { b: 1 }, deserializer_opts: [{ x: 1 }] }]] },
  { title: 'serialize: rights, pillar, hidden', files: { 'f:600': 'x' }, states: [['file.serialize', { name: '@/f', dataset_pillar: 'app', mode: '0644' }], ['file.serialize', { name: '@/f', dataset: { a: 1 }, show_changes: false }], ['file.serialize', { name: '@/d/f', dataset: { a: 1 } }], ['file.serialize', { name: '@/d/f', dataset: { a: 1 }, makedirs: true }], ['file.serialize', { name: '@/n', dataset: { a: 1 }, create: false }]] },
  { title: 'serialize: what is refused', states: [['file.serialize', { name: '', dataset: data }], ['file.serialize', { name: '@/f' }], ['file.serialize', { name: '@/f', dataset: data, dataset_pillar: 'x' }], ['file.serialize', { name: '@/f', dataset: data, serializer: 'json', formatter: 'yaml' }]] },
  { title: 'decode', files: { f: 'old' }, states: [['file.decode', { name: '@/f', encoded_data: 'aGVsbG8=' }], ['file.decode', { name: '@/g', encoded_data: 'aGVsbG8=\n', checksum: 'sha256' }], ['file.decode', { name: '@/f', contents_pillar: 'encoded' }], ['file.decode', { name: '@/f', contents_pillar: 'none' }], ['file.decode', { name: '@/f' }], ['file.decode', { name: '@/f', encoded_data: 'eA==', contents_pillar: 'encoded' }]] },
];

const cache: Case[] = [
  { title: 'cached: of the server', states: [['file.cached', { name: 'salt://plain.txt' }], ['file.cached', { name: 'salt://none' }], ['file.cached', { name: 'salt://dir/script.sh', source_hash: `sha256=${hashOf('sha256', '#!/bin/sh\n')}` }], ['file.cached', { name: 'salt://t.txt', source_hash: `sha256=${hashOf('sha256', 'other')}` }]] },
  { title: 'cached: of this machine and the web', files: { a: 'one\n' }, states: [['file.cached', { name: '@/a' }], ['file.cached', { name: 'file://@/a' }], ['file.cached', { name: '@/none' }], ['file.cached', { name: '@/a', source_hash: `md5=${hashOf('md5', 'one\n')}` }], ['file.cached', { name: '@/a', source_hash: `md5=${hashOf('md5', 'two\n')}` }], ['file.cached', { name: '@/a', source_hash: 'bad' }], ['file.cached', { name: 'http://127.0.0.1:9/x' }]] },
  { title: 'not_cached', files: { a: '' }, states: [['file.cached', { name: 'salt://plain.txt' }], ['file.not_cached', { name: 'salt://plain.txt' }], ['file.not_cached', { name: 'salt://never.txt' }], ['file.not_cached', { name: '@/a' }]], runs: ['real', 'real'] },
];

const requisite = { require_in: [{ file: '@/f' }], __id__: 'gathering' };
const gathered: Case[] = [
  { title: 'accumulated: into templates and blocks', files: { b: '# BEGIN\n# END\n' }, runs: ['real', 'real'], states: [
    ['file.accumulated', { name: 'acc', filename: '@/f', text: 'one' }, requisite], ['file.accumulated', { name: 'acc', filename: '@/f', text: ['two', 'three'] }, requisite],
    ['file.managed', { name: '@/f', source: 'salt://acc.txt', template: 'jinja' }], ['file.accumulated', { name: 'x', filename: '@/b', text: 'line' }, { watch_in: [{ file: 'made' }] }],
    ['file.accumulated', { name: 'y', filename: '@/b', text: 'not this' }, { watch_in: [{ file: 'other' }] }], ['file.blockreplace', { name: '@/b', marker_start: '# BEGIN', marker_end: '# END', content: 'first' }]] },
  { title: 'accumulated: what is refused', states: [['file.accumulated', { name: '', filename: '@/f', text: 'x' }], ['file.accumulated', { name: 'a', filename: '@/f', text: null }, requisite], ['file.accumulated', { name: 'a', filename: '@/f', text: 'x' }], ['file.accumulated', { name: 'a', filename: '@/f', text: 'x' }, { require_in: [{ cmd: 'y' }] }]] },
  { title: 'beacons', states: [['file.mod_beacon', { name: '@/f', sfun: 'managed' }], ['file.mod_beacon', { name: '@/f', sfun: 'absent', beacon: true }]], runs: ['real'] },
];

compareFileStates('file states', [...contents, ...rights, ...sources, ...serialized, ...cache, ...gathered], {
  sources: {
    'plain.txt': 'plain\ntext\n', 't.txt': 'hello {{ who }} {{ what }}\n', 'dir/script.sh:755': '#!/bin/sh\n', binary: 'a\0\x01\xff', [hostile]: 'hostile\n',
    'vars.txt': '{{ name.split("/") | last }} {{ mode }} {{ user }} {{ more }} {{ source }} {{ saltenv }} {{ sls | default("none") }}\n',
    'acc.txt': '{% for line in accumulator["acc"] %}{{ line }}\n{% endfor %}',
  },
  pillar: { app: { conf: 'of pillar\n' }, secret: 'hidden', encoded: 'b3RoZXI=' },
});
