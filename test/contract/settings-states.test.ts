/** States of settings in files hold what every state must. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { gatheredGrains } from '../support/gathered-grains.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { pictureOf } from '../support/state-host.js';
import { stateContract, type StateSystem } from './states.js';

interface Folder extends StateSystem {
  readonly path: string;
}

/** True where files can have access lists. */
const hasLists = ((): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'tsalt-acl-'));
  try {
    execFileSync('setfacl', ['-m', 'u:daemon:r', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
})();
const listsOf = (folder: string): string => (hasLists ? execFileSync('getfacl', ['-R', '--absolute-names', folder], { encoding: 'utf8' }) : '');

async function openFolder(): Promise<Folder> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-settings-states-')));
  const path = join(base, 'the work; $(id)');
  execFileSync('mkdir', [path]);
  writeFileSync(join(path, 'some.ini'), 'top = 1\n\n[first]\na = 1\nb = 2\n\n[second]\nc = 3\n');
  writeFileSync(join(path, 'aliases'), 'root: admin\nlist: a, b\n');
  writeFileSync(join(path, 'logrotate.conf'), 'weekly\nrotate 4\n\n/var/log/wtmp {\n    rotate 1\n}\n');
  const { grains } = await gatheredGrains({ opts: { id: 'web1' } });
  // No program of the machine is asked to read the table of aliases.
  const sys = { ...createSys(), which: (program: string) => (program === 'newaliases' ? Promise.resolve(undefined) : createSys().which(program)) };
  const host = await testHost({ sys, grains: () => grains, opts: { cachedir: join(base, 'cache'), 'aliases.file': join(path, 'aliases') } });
  return {
    path,
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: async () => [await pictureOf(path), listsOf(path)],
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

const at = (name: string, more: PlainMap = {}) => ({ path }: Folder): PlainMap => ({ name: join(path, name), ...more });
const rotate = (more: PlainMap) => ({ path }: Folder): PlainMap => ({ name: 'made', conf_file: join(path, 'logrotate.conf'), ...more });
/** Real Salt tells no changes before they are made. */
const silent = (): PlainMap => ({});
const HOSTILE = `-x '"; touch /tmp/tsalt-never; $(id) \`id\` & | > <`;

stateContract({
  name: 'ini', open: openFolder,
  changing: [
    { title: 'options', fun: 'ini.options_present', args: at('some.ini', { sections: { top: 2, first: { a: HOSTILE, 'new one': true } } }), foretold: silent },
    { title: 'these options only', fun: 'ini.options_present', args: at('some.ini', { sections: { first: { a: 1 } }, strict: true }), foretold: silent },
    { title: 'a new file', fun: 'ini.options_present', args: at('new.ini', { sections: { '-x': { [HOSTILE.replaceAll(/[=:#]/g, '')]: 1 } } }), foretold: silent },
    { title: 'no options', fun: 'ini.options_absent', args: at('some.ini', { sections: { first: ['a', 'none'], top: null } }), foretold: silent },
    { title: 'sections', fun: 'ini.sections_present', args: at('some.ini', { sections: ['first', 'third'] }), foretold: silent },
    { title: 'no sections', fun: 'ini.sections_absent', args: at('some.ini', { sections: ['first', 'none'] }), foretold: silent },
  ],
  idle: [
    { title: 'options that are there', fun: 'ini.options_present', args: at('some.ini', { sections: { top: 1, first: { b: '2' } } }) },
    { title: 'options that are not there', fun: 'ini.options_absent', args: at('some.ini', { sections: { second: ['none'] } }) },
    { title: 'a section that is there', fun: 'ini.sections_present', args: at('some.ini', { sections: ['second'] }) },
    { title: 'a section that is not there', fun: 'ini.sections_absent', args: at('some.ini', { sections: ['none'] }) },
  ],
  failing: [{ title: 'no folder', fun: 'ini.options_present', args: at('none/some.ini', { sections: { a: 1 } }), comment: /Unable to write file '.*some\.ini'\. Exception: \[Errno 2\] No such file or directory/ }],
});

stateContract({
  name: 'alias', open: openFolder,
  changing: [
    { title: 'a new alias', fun: 'alias.present', args: () => ({ name: 'fresh', target: HOSTILE }), foretold: silent },
    { title: 'another target', fun: 'alias.present', args: () => ({ name: 'root', target: 'me' }), foretold: silent },
    { title: 'no alias', fun: 'alias.absent', args: () => ({ name: 'list' }), foretold: silent },
  ],
  idle: [{ title: 'an alias that is there', fun: 'alias.present', args: () => ({ name: 'list', target: ['a', 'b'] }) }, { title: 'an alias that is not there', fun: 'alias.absent', args: () => ({ name: 'none' }) }],
  failing: [],
});

stateContract({
  name: 'logrotate', open: openFolder,
  changing: [
    { title: 'a setting', fun: 'logrotate.set', args: rotate({ key: 'rotate', value: 9 }) },
    { title: 'a new setting', fun: 'logrotate.set', args: rotate({ key: 'dateext', value: true }) },
    { title: 'a setting of a block', fun: 'logrotate.set', args: rotate({ key: '/var/log/wtmp', value: 'rotate', setting: 7 }) },
    { title: 'a new block', fun: 'logrotate.set', args: rotate({ key: '/var/log/a*.log', value: 'olddir', setting: '/x \\1 $(id)' }) },
  ],
  idle: [{ title: 'a setting that is there', fun: 'logrotate.set', args: rotate({ key: '/var/log/wtmp', value: 'rotate', setting: '1' }) }],
  failing: [],
});

stateContract({
  name: 'acl', open: openFolder, skip: hasLists ? false : 'access lists need setfacl and a file system that has them',
  changing: [
    { title: 'an entry', fun: 'acl.present', args: at('some.ini', { acl_type: 'user', acl_name: 'daemon', perms: 'rw' }) },
    { title: 'entries for what is made', fun: 'acl.present', args: at('', { acl_type: 'default:group', acl_name: 'daemon', perms: 'rx' }) },
    { title: 'several entries', fun: 'acl.list_present', args: at('some.ini', { acl_type: 'user', acl_names: ['daemon', 'bin'], perms: 'r' }) },
  ],
  failing: [
    { title: 'nobody known', fun: 'acl.present', args: at('some.ini', { acl_type: 'user', acl_name: 'tsalt-nobody', perms: 'r' }), comment: /Error updating permissions for tsalt-nobody: .*Invalid argument/ },
    { title: 'no file', fun: 'acl.present', args: at('none', { acl_type: 'user', acl_name: 'daemon', perms: 'r' }), comment: /does not exist$/ },
  ],
});

/** Jobs of this run only: other jobs of the machine are none of its business. */
const tag = `tsalt${process.pid}`;
const canQueue = ((): boolean => {
  try {
    execFileSync('atq', { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

interface Queue extends StateSystem {
  run(fun: string, args: PlainMap, options?: { test?: boolean }): Promise<PlainMap>;
}

async function openQueue(): Promise<Queue> {
  const folder = await openFolder();
  const clear = (): Promise<PlainMap> => folder.run('at.absent', { name: 'made', tag });
  await clear();
  return {
    run: (fun, args, options) => folder.run(fun, args, options),
    picture: () => Promise.resolve(execFileSync('atq', { encoding: 'utf8' }).split('\n').filter((line) => line !== '' && isOurs(line.split('\t')[0] ?? '')).map((line) => line.split('\t')[0])),
    async [Symbol.asyncDispose]() {
      await clear();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A job may have run or gone since it was listed. */
function isOurs(job: string): boolean {
  try {
    return execFileSync('at', ['-c', job], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes(`### SALT: ${tag}\n`);
  } catch {
    return false;
  }
}

const job = { name: `echo ${HOSTILE}`, timespec: 'now + 300 days', tag, unique_tag: true };
stateContract({
  name: 'at', open: openQueue, skip: canQueue ? false : 'jobs are queued by root, with the program at',
  changing: [
    { title: 'a job', fun: 'at.present', args: () => job, foretold: silent },
    { title: 'no job', fun: 'at.absent', args: () => ({ name: 'made', tag }), prepare: async (queue) => void await queue.run('at.present', job), foretold: silent },
  ],
  idle: [{ title: 'no job that is not there', fun: 'at.absent', args: () => ({ name: 'made', tag }) }],
  failing: [
    { title: 'no time', fun: 'at.present', args: () => ({ ...job, timespec: 'no time' }), comment: /^invalid timespec$/ },
    { title: 'no tag', fun: 'at.present', args: () => ({ ...job, tag: null }), comment: /^no tag provided and unique_tag is set to True$/ },
    { title: 'nobody known', fun: 'at.present', args: () => ({ ...job, user: 'tsalt-nobody' }), comment: /^user tsalt-nobody does not exists$/ },
  ],
});
