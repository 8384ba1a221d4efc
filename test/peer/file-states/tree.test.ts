/** File states of folders and trees, beside real Salt. */
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { compareFileStates, type Case } from './compare.js';

const directory = (args: PlainMap): Case['states'][number] => ['file.directory', { name: '@/d', ...args }];
const recurse = (args: PlainMap): Case['states'][number] => ['file.recurse', { name: '@/t', source: 'salt://tree', ...args }];
const all = (make: typeof directory, list: readonly PlainMap[]): Case['states'] => list.map(make);
const tree = { 'd/a:600': 'x', 'd/e/b:640': 'y', 'd/e/g/c': 'z', 'd/l': '-> a' };

const folders: Case[] = [
  { title: 'directory: made', states: [directory({}), ['file.directory', { name: '@/e/', mode: '0750', user: 'daemon', group: 'daemon' }], ['file.directory', { name: '@/f/g/h' }], ['file.directory', { name: '@/f/g/h', makedirs: true, dir_mode: 700 }], ['file.directory', { name: '@/-x "y"' }]] },
  { title: 'directory: rights', files: { 'd/x': '' }, states: all(directory, [{ mode: '0700' }, { dir_mode: '0755', mode: '0711' }, { user: 'daemon' }, { user: 0, group: 'daemon' }, { user: 'nosuch' }, { owner: 'daemon' }]) },
  { title: 'directory: recursively', files: tree, order: true, states: all(directory, [{ mode: '0755', file_mode: '0644', recurse: ['mode'] }, { user: 'daemon', group: 'daemon', recurse: ['user', 'group'] }, { user: 'root', mode: '0700', recurse: ['user', 'mode', 'ignore_files'] }, { user: 'bin', recurse: ['user', 'ignore_dirs'] }, { user: 'sys', recurse: ['user', 'silent'] }, { mode: '0750', recurse: ['mode'], max_depth: 1 }]) },
  { title: 'directory: what recursion refuses', files: tree, states: all(directory, [{ recurse: ['nosuch'] }, { recurse: 'mode' }, { recurse: ['ignore_files', 'ignore_dirs'] }, { recurse: ['user'], mode: '0700' }, { recurse: ['group'], mode: '0701' }, { recurse: ['nosuch'], mode: '0710' }, { max_depth: 1, clean: true }]) },
  { title: 'directory: children only, links followed', files: tree, order: true, states: all(directory, [{ mode: '0711', recurse: ['mode'], children_only: true }, { file_mode: '0600', dir_mode: '0700', recurse: ['mode'], follow_symlinks: true }]) },
  { title: 'directory: cleaned', files: tree, order: true, states: all(directory, [{ clean: true, exclude_pat: 'e*' }, { clean: true, exclude_pat: ['E@^e$', '*.x'] }, { clean: true }]) },
  { title: 'directory: cleaned but for required states', files: { ...tree, 'd/keep': 'x', 'd/ke': 'y', 'd/sub/one': '', 'd/sub/two': '' }, order: true, chunks: [
    { state: 'file', fun: 'managed', name: '@/d/keep', __id__: 'keeper', __sls__: 'x', __env__: 'base' }, { state: 'file', fun: 'directory', name: '@/d/sub', __id__: 'sub', __sls__: 'x', __env__: 'base' }],
    states: [directory({ clean: true, require: [{ file: 'keeper' }, { file: '@/d/sub' }, { cmd: 'other' }] })] },
  { title: 'directory: something in the way', files: { d: 'x', 'r/x': '', l: '-> r', b: 'y', 'b.old': 'z' }, states: [directory({}), directory({ force: true }), ['file.directory', { name: '@/l', allow_symlink: false }], ['file.directory', { name: '@/l', allow_symlink: false, force: true }], ['file.directory', { name: '@/b', backupname: '@/b.old' }], ['file.directory', { name: '@/b', backupname: '@/b.old', force: true }]] },
  { title: 'directory: a link to a folder is one', files: { 'r/x': '', l: '-> r' }, states: [['file.directory', { name: '@/l', mode: '0700' }]] },
  { title: 'directory: what is refused', files: { f: '' }, states: [['file.directory', { name: '' }], ['file.directory', { name: 'd' }], ['file.directory', { name: '@/f/d' }], ['file.directory', { name: '@/f/d', makedirs: true }]] },
];

const trees: Case[] = [
  { title: 'recurse: laid, changed, modes', order: true, files: { 't/a': 'old\n' }, states: all(recurse, [{}, { file_mode: '0600', dir_mode: '0700' }, { file_mode: 'keep' }, { user: 'daemon', group: 'daemon' }]) },
  { title: 'recurse: empty folders, patterns, depth', order: true, states: [recurse({ include_empty: true }), ['file.recurse', { name: '@/u', source: 'salt://tree', include_pat: 'E@^sub/' }], ['file.recurse', { name: '@/v', source: 'salt://tree', exclude_pat: ['*.sh', 'sub/deep*'] }], ['file.recurse', { name: '@/w', source: 'salt://tree', maxdepth: 0 }]] },
  { title: 'recurse: cleaned', order: true, files: { 't/extra': 'x', 't/more/x': 'y', 't/a/was a folder': 'z', 't/sub/deep': 'was a file' }, states: all(recurse, [{ clean: true, exclude_pat: 'ex*' }, { clean: true }]) },
  { title: 'recurse: cleaned but for required states', order: true, files: { 't/extra': 'x', 't/more/x': 'y' }, chunks: [{ state: 'file', fun: 'managed', name: '@/t/extra', __id__: 'k', __sls__: 'x', __env__: 'base' }], states: [recurse({ clean: true, require: [{ file: 'k' }] })] },
  { title: 'recurse: rendered, not replaced', order: true, files: { 'w/t.txt': 'own\n' }, states: [['file.recurse', { name: '@/v', source: 'salt://tpl', template: 'jinja', context: { who: 'you' }, defaults: { who: 'me' } }], ['file.recurse', { name: '@/w', source: 'salt://tpl', replace: false }], ['file.recurse', { name: '@/x', source: 'salt://tpl', template: 'jinja' }]] },
  { title: 'recurse: links', order: true, states: [recurse({ keep_symlinks: true }), ['file.recurse', { name: '@/u', source: 'salt://tree', keep_symlinks: true, include_empty: true }], ['file.recurse', { name: '@/v', source: 'salt://tree', keep_symlinks: false }]] },
  { title: 'recurse: links over files', order: true, files: { 't/link': 'file' }, states: all(recurse, [{ keep_symlinks: true }, { keep_symlinks: true, force_symlinks: true, sym_mode: '0755' }]) },
  { title: 'recurse: several sources', order: true, states: [['file.recurse', { name: '@/t', source: ['salt://none', 'salt://tpl', 'salt://tree'] }], ['file.recurse', { name: '@/u', source: ['salt://tpl/', 'salt://tree'], merge: true }]] },
  { title: 'recurse: what is refused', order: true, files: { f: '' }, states: [recurse({ mode: '0644' }), recurse({ source: 'salt://none' }), recurse({ source: '/etc' }), ['file.recurse', { name: 't', source: 'salt://tree' }], ['file.recurse', { name: '@/f', source: 'salt://tree' }], recurse({ user: 'nosuch' })] },
  { title: 'recurse: hidden diffs, other names', order: true, files: { 't/a': 'old\n' }, prepare: (folder) => chownSync(join(folder, 't'), 1, 1), states: all(recurse, [{ show_changes: false, backup: 'minion' }, { owner: 'daemon' }]) },
];

compareFileStates('file states', [...folders, ...trees], {
  sources: {
    'tree/a': 'new\n', 'tree/run.sh:755': '#!/bin/sh\n', 'tree/sub/b': 'b\n', 'tree/sub/deep/c': 'c\n', 'tree/it\'s "q" $x': 'hostile\n', 'tree/empty/': '',
    'tree/link': '-> a', 'tree/dirlink': '-> sub', 'tree/emptylink': '-> empty', 'tpl/t.txt': 'hello {{ who }}\n', 'tpl/sub/b': 'of tpl\n',
  },
});
