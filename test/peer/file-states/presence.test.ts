/** File states about paths, links, times and places, beside real Salt. */
import { linkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { compareFileStates, type Case } from './compare.js';

const DAY = 86_400;
const hostile = 'it\'s "a" $(name) -rf';

const aged = (days: Readonly<Record<string, number>>) => (folder: string): void => {
  for (const [path, age] of Object.entries(days)) {
    const at = Date.now() / 1000 - age * DAY;
    utimesSync(join(folder, path), at, at);
  }
};

const existence: Case[] = [
  { title: 'absent: a file', files: { a: 'x' }, states: [['file.absent', { name: '@/a' }]] },
  { title: 'absent: a hostile name', files: { [hostile]: 'x', '-rf': 'x' }, states: [['file.absent', { name: `@/${hostile}` }], ['file.absent', { name: '@/-rf' }]] },
  { title: 'absent: a folder, a link that leads nowhere', files: { 'd/e/f': 'x', l: '-> nowhere' }, states: [['file.absent', { name: '@/d' }], ['file.absent', { name: '@/l' }]] },
  { title: 'absent: what is refused', states: [['file.absent', { name: 'a/b' }], ['file.absent', { name: '' }], ['file.absent', { name: '/' }]] },
  { title: 'absent: below a file, with dots', files: { a: 'x', 'b/c': '' }, states: [['file.absent', { name: '@/a/b' }], ['file.absent', { name: '@/b/../a' }]] },
  { title: 'exists and missing', files: { a: '', l: '-> nowhere' }, states: [
    ['file.exists', { name: '@/a' }], ['file.exists', { name: '@/b' }], ['file.exists', { name: '@/l' }], ['file.exists', { name: '' }],
    ['file.missing', { name: '@/a' }], ['file.missing', { name: '@/b' }], ['file.missing', { name: '' }]] },
  { title: 'touch: new files', states: [['file.touch', { name: '@/a' }], ['file.touch', { name: '@/b c' }], ['file.touch', { name: '@/d/e' }], ['file.touch', { name: '@/d/e', makedirs: true }]] },
  { title: 'touch: times', files: { a: '', 'd/': '' }, states: [['file.touch', { name: '@/a', atime: 100, mtime: 200 }], ['file.touch', { name: '@/d', mtime: 5 }], ['file.touch', { name: 'a' }], ['file.touch', { name: '' }]] },
  { title: 'mknod: pipes', files: { a: '' }, states: [['file.mknod', { name: '@/p', ntype: 'p' }], ['file.mknod', { name: '@/p', ntype: 'p', mode: '0640' }], ['file.mknod', { name: '@/a', ntype: 'p' }], ['file.mknod', { name: '@/a', ntype: 'x' }], ['file.mknod', { name: '', ntype: 'p' }]] },
  { title: 'mknod: refusals of devices', files: { a: '', 'd/': '' }, states: [['file.mknod', { name: '@/a', ntype: 'c', major: 1, minor: 3 }], ['file.mknod', { name: '@/a', ntype: 'b' }], ['file.mknod', { name: '/dev/null', ntype: 'c', major: 9, minor: 9 }]] },
  { title: 'pruned', files: { 'a/': '', 'b/c/d/': '', 'b/e/f': 'x', 'g/h/': '' }, order: true, states: [
    ['file.pruned', { name: '@/a' }], ['file.pruned', { name: '@/b' }], ['file.pruned', { name: '@/b', recurse: true }], ['file.pruned', { name: '@/b', ignore_errors: true }], ['file.pruned', { name: '@/g', recurse: true }]],
    runs: ['test', 'real', 'real'] },
  { title: 'shortcut is for Windows', states: [['file.shortcut', { name: '@/a.lnk', target: '@/b' }]], runs: ['test'] },
];

const tidy: Case[] = [
  { title: 'tidied: by age', files: { 'd/old': 'x', 'd/new': 'y', 'd/e/old': 'z' }, prepare: aged({ 'd/old': 9, 'd/e/old': 9, 'd/new': 0 }), order: true, states: [['file.tidied', { name: '@/d', age: 5, age_size_only: 'age', time_comparison: 'mtime' }]] },
  { title: 'tidied: everything by default', files: { 'd/a': 'x', 'd/e/b': 'y', 'd/l': '-> a' }, order: true, states: [['file.tidied', { name: '@/d' }]] },
  { title: 'tidied: folders too', files: { 'd/a': 'x', 'd/e/b': 'y' }, order: true, states: [['file.tidied', { name: '@/d', rmdirs: true }]] },
  { title: 'tidied: by name and size', files: { 'd/a.log': 'x'.repeat(5000), 'd/b.log': 'y', 'd/c.txt': 'z'.repeat(5000), 'd/keep.log': 'w'.repeat(5000) }, order: true, states: [
    ['file.tidied', { name: '@/d', matches: ['.*\\.log'], exclude: ['keep.*'], size: '4k', age_size_only: 'size' }], ['file.tidied', { name: '@/d', size: 3000, age: 3, age_size_logical_operator: 'and' }]] },
  { title: 'tidied: whole paths, links spared', files: { 'd/x/a': 'x', 'd/y/a': 'y', 'd/l': '-> x' }, order: true, states: [['file.tidied', { name: '@/d', matches: ['.*/x/.*'], full_path_match: true, rmlinks: false }], ['file.tidied', { name: '@/d', rmlinks: false }]] },
  { title: 'tidied: what is refused', files: { f: '' }, states: [['file.tidied', { name: 'd' }], ['file.tidied', { name: '@/f' }], ['file.tidied', { name: '@/none' }]], runs: ['real'] },
  { title: 'retention: by names', files: Object.fromEntries(['2026-01-01', '2026-01-02', '2026-01-15', '2026-02-01', '2026-02-03', '2025-12-31', 'other'].map((day) => [`d/db-${day}.gz`, 'x'])), states: [
    ['file.retention_schedule', { name: '@/d', strptime_format: 'db-%Y-%m-%d.gz', retain: { most_recent: 2, first_of_month: 2, first_of_week: 1 } }]] },
  { title: 'retention: years, hours, all', files: Object.fromEntries(['20260101T0100', '20260101T0130', '20260101T0200', '20250601T0000', '20240601T0000'].map((time) => [`d/${time}`, 'x'])), states: [
    ['file.retention_schedule', { name: '@/d', strptime_format: '%Y%m%dT%H%M', retain: { first_of_hour: 1, first_of_year: 2 } }], ['file.retention_schedule', { name: '@/d', strptime_format: '%Y%m%dT%H%M', retain: { most_recent: 'all' } }]] },
  { title: 'retention: by times', files: { 'd/a': '', 'd/b': '', 'd/c': '' }, prepare: aged({ 'd/a': 0, 'd/b': 40, 'd/c': 41 }), states: [['file.retention_schedule', { name: '@/d', retain: { most_recent: 1 } }]] },
  { title: 'retention: what is refused', files: { f: '' }, states: [['file.retention_schedule', { name: '', retain: {} }], ['file.retention_schedule', { name: '@/f', retain: {} }]], runs: ['real'] },
];

const links: Case[] = [
  { title: 'symlink: made, changed', files: { a: '', b: '' }, states: [['file.symlink', { name: '@/l', target: '@/a' }], ['file.symlink', { name: '@/l', target: '@/b' }], ['file.symlink', { name: '@/l', target: 'b' }]] },
  { title: 'symlink: hostile names', states: [['file.symlink', { name: `@/${hostile}`, target: '-x "y" z' }]] },
  { title: 'symlink: what is in the way', files: { f: 'x', 'd/x': '' }, states: [['file.symlink', { name: '@/f', target: '@/t' }], ['file.symlink', { name: '@/d', target: '@/t' }], ['file.symlink', { name: '@/f', target: '@/t', force: true }]] },
  { title: 'symlink: backup', files: { f: 'x', g: 'y', h: 'z', 'taken': '' }, states: [['file.symlink', { name: '@/f', target: '@/t', backupname: 'f.old' }], ['file.symlink', { name: '@/g', target: '@/t', backupname: '@/taken' }], ['file.symlink', { name: '@/g', target: '@/t', backupname: '@/taken', force: true }], ['file.symlink', { name: '@/h', target: '@/t', backupname: 'x/y' }]] },
  { title: 'symlink: folders above', states: [['file.symlink', { name: '@/d/l', target: '@/t' }], ['file.symlink', { name: '@/d/l', target: '@/t', makedirs: true, mode: '0750' }]] },
  { title: 'symlink: owners', files: { l: '-> x' }, states: [['file.symlink', { name: '@/l', target: 'x', user: 'daemon', group: 'daemon' }], ['file.symlink', { name: '@/l', target: 'x', inherit_user_and_group: true }], ['file.symlink', { name: '@/l', target: 'x', user: 'nosuch', group: 'none' }], ['file.symlink', { name: '@/m', target: 'x', user: 0 }]] },
  { title: 'symlink: refused, atomic, not followed', files: { f: 'x', l: '-> nowhere' }, states: [['file.symlink', { name: 'l', target: 'x' }], ['file.symlink', { name: '', target: 'x' }], ['file.symlink', { name: '@/f', target: '@/t', atomic: true }], ['file.symlink', { name: '@/l', target: 'other', follow_symlinks: false }]] },
  { title: 'hardlink', files: { a: 'x', b: 'y', c: 'z', 'd/': '' }, states: [['file.hardlink', { name: '@/h', target: '@/a' }], ['file.hardlink', { name: '@/h', target: '@/b' }], ['file.hardlink', { name: '@/c', target: '@/a' }], ['file.hardlink', { name: '@/c', target: '@/a', force: true }]] },
  { title: 'hardlink: what is refused', files: { a: 'x', 'd/': '' }, states: [['file.hardlink', { name: '@/d', target: '@/a' }], ['file.hardlink', { name: '@/h', target: '@/d' }], ['file.hardlink', { name: '@/h', target: '@/none' }], ['file.hardlink', { name: 'h', target: 'a' }], ['file.hardlink', { name: '', target: 'a' }], ['file.hardlink', { name: '@/e/h', target: '@/a' }], ['file.hardlink', { name: '@/e/h', target: '@/a', makedirs: true, dir_mode: 700 }], ['file.hardlink', { name: '@/x', target: '@/a', user: 'nosuch' }]] },
  { title: 'hardlink: another hard link is in the way', files: { a: 'x', b: 'y' }, prepare: (folder) => linkSync(join(folder, 'b'), join(folder, 'c')), states: [['file.hardlink', { name: '@/c', target: '@/a' }]] },
];

const places: Case[] = [
  { title: 'copy: files', files: { 'a:640': 'x', b: 'y' }, states: [['file.copy', { name: '@/c', source: '@/a' }], ['file.copy', { name: '@/b', source: '@/a' }], ['file.copy', { name: '@/b', source: '@/a', force: true }], ['file.copy', { name: '@/e', source: '@/a', mode: '0600', user: 'daemon', group: 'daemon' }]] },
  { title: 'copy: preserve, folders above', files: { 'a:640': 'x' }, states: [['file.copy', { name: '@/p', source: '@/a', preserve: true }], ['file.copy', { name: '@/d/e/f', source: '@/a' }], ['file.copy', { name: '@/d/e/f', source: '@/a', makedirs: true }], ['file.copy', { name: '@/g/h', source: '@/a', makedirs: true, dir_mode: '0711' }]] },
  { title: 'copy: trees', files: { 't/a': 'x', 't/b/c': 'y', 't/l': '-> a', 'in/': '' }, states: [['file.copy', { name: '@/u', source: '@/t' }], ['file.copy', { name: '@/in', source: '@/t', subdir: true }], ['file.copy', { name: '@/in', source: '@/t' }], ['file.copy', { name: '@/u', source: '@/t', force: true }]] },
  { title: 'copy: what is refused', files: { a: '' }, states: [['file.copy', { name: 'c', source: '@/a' }], ['file.copy', { name: '@/c', source: '@/none' }], ['file.copy', { name: '', source: '@/a' }], ['file.copy', { name: '@/c', source: '@/a', user: 'nosuch' }]] },
  { title: 'copy: hostile names', files: { [hostile]: 'x' }, states: [['file.copy', { name: '@/-c d', source: `@/${hostile}` }]] },
  { title: 'rename', files: { a: 'x', b: 'y', 'd/e': 'z', l: '-> a' }, states: [['file.rename', { name: '@/c', source: '@/a' }], ['file.rename', { name: '@/b', source: '@/c' }], ['file.rename', { name: '@/b', source: '@/c', force: true }], ['file.rename', { name: '@/x', source: '@/d' }], ['file.rename', { name: '@/m', source: '@/l' }], ['file.rename', { name: '@/n/o', source: '@/m' }], ['file.rename', { name: '@/n/o', source: '@/m', makedirs: true }]] },
  { title: 'rename: what is refused', files: { a: 'x' }, states: [['file.rename', { name: 'c', source: '@/a' }], ['file.rename', { name: '', source: '@/a' }], ['file.rename', { name: '@/$HOME', source: '@/none' }]] },
];

compareFileStates('file states', [...existence, ...tidy, ...links, ...places]);
