/** States of files of passwords, databases of SQLite, files of XML and folders of rsync hold what every state must, with the real programs. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { openDatabase } from '../../src/kernel/sys/sqlite.js';
import { createSys } from '../../src/kernel/sys/sys.js';
import { neverAborted, testHost } from '../support/module-host.js';
import { runState } from '../support/state-calls.js';
import { pictureOf } from '../support/state-host.js';
import { stateContract, type StateSystem } from './states.js';

interface Folder extends StateSystem {
  readonly path: (name: string) => string;
}

async function openFolder(): Promise<Folder> {
  const root = mkdtempSync(join(tmpdir(), 'tsalt-data-states-'));
  const files = join(root, 'files');
  const temporary = join(root, 'tmp');
  for (const folder of [files, temporary]) mkdirSync(folder);
  const sys = createSys({ env: { ...process.env, TMPDIR: temporary } });
  const host = await testHost({ sys, grains: () => ({ os: 'Debian', os_family: 'Debian', kernel: 'Linux' }), opts: { cachedir: join(root, 'cache') } });
  return {
    path: (name) => join(files, name),
    run: (fun, args, options) => runState(host.session({ signal: neverAborted() }), options?.test === true ? [fun, args, 'test'] : [fun, args]),
    picture: async () => [await pictureOf(files), await pictureOf(temporary)],
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Of `larry` with the password `pw`; htpasswd -nbm of Apache 2.4.62. */
const LARRY = 'larry:$apr1$benDDfEE$eDDdx5UoH3oPs4lS9aG1..\n';
const user = (name: string, more: Record<string, string | boolean> = {}) => (system: Folder) => ({ name, htpasswd_file: system.path('users'), ...more });
const withLarry = (system: Folder): void => writeFileSync(system.path('users'), LARRY);
const changed = (name: string) => () => ({ [name]: true });

stateContract({
  name: 'webutil', open: openFolder, skip: existsSync('/usr/bin/htpasswd') ? false : 'htpasswd of apache2-utils is not installed',
  changing: [
    { title: 'a first user', fun: 'webutil.user_exists', args: user('anna', { password: "it's $(id)" }), foretold: changed('anna') },
    { title: 'a further user', fun: 'webutil.user_exists', args: user('a.n', { password: 'x', options: 'B' }), prepare: withLarry },
    { title: 'another password', fun: 'webutil.user_exists', args: user('larry', { password: 'new', update: true }), prepare: withLarry },
    { title: 'each time anew', fun: 'webutil.user_exists', args: user('larry', { password: 'new', force: true }), prepare: withLarry, repeats: 'force asks for it' },
    { title: 'no user', fun: 'webutil.user_absent', args: user('larry'), prepare: withLarry },
  ],
  idle: [
    { title: 'a user that is there', fun: 'webutil.user_exists', args: user('larry', { password: 'other' }), prepare: withLarry },
    { title: 'no user that is not there', fun: 'webutil.user_absent', args: user('l.rry'), prepare: withLarry },
    { title: 'no user in no file', fun: 'webutil.user_absent', args: user('larry') },
  ],
  failing: [
    { title: 'an option for a name', fun: 'webutil.user_exists', args: user('-D', { password: 'x' }), comment: /^'-D' is no name of a user$/ },
    { title: 'two names in one', fun: 'webutil.user_exists', args: user('a:b', { password: 'x' }), comment: /is no name of a user/ },
    { title: 'wrong options', fun: 'webutil.user_exists', args: user('anna', { password: 'x', options: '; id' }), comment: /are no options of htpasswd/ },
    { title: 'no folder', fun: 'webutil.user_exists', args: (system) => ({ name: 'anna', password: 'x', htpasswd_file: system.path('none/users') }), comment: /cannot create file/ },
    { title: 'no password', fun: 'webutil.user_exists', args: user('anna'), comment: /^password is needed$/ },
  ],
});

const TABLE = 'CREATE TABLE `it\'s` (id INT,word TEXT,share REAL)';
const table = (name: string, more: Record<string, string | boolean | string[]> = {}) => (system: Folder) => ({ name, db: system.path('db'), ...more });
const row = (id: number, more: PlainMap = {}) => (system: Folder): PlainMap =>
  ({ name: 'row', db: system.path('db'), table: "it's", where_sql: 'id=?', where_args: [id], ...more });
const withRow = (system: Folder): void => {
  const database = openDatabase(system.path('db'));
  database.exec(`${TABLE}; INSERT INTO \`it's\` VALUES (1, 'one', 1.5), (2, 'two', NULL), (2, 'two', NULL)`);
  database.close();
};

stateContract({
  name: 'sqlite3', open: openFolder,
  changing: [
    { title: 'a table in a new file', fun: 'sqlite3.table_present', args: table("it's", { schema: ['id INT', 'word TEXT', 'share REAL'] }) },
    { title: 'a table by its statement', fun: 'sqlite3.table_present', args: table('more', { schema: 'CREATE TABLE more (a)' }), prepare: withRow },
    { title: 'another table in its place', fun: 'sqlite3.table_present', args: table("it's", { schema: ['a'], force: true }), prepare: withRow },
    { title: 'no table', fun: 'sqlite3.table_absent', args: table("it's"), prepare: withRow },
    { title: 'a row', fun: 'sqlite3.row_present', args: row(3, { data: { id: 3, word: "it's; `x`" } }), prepare: withRow },
    { title: 'another row', fun: 'sqlite3.row_present', args: row(1, { data: { id: 1, word: 'uno' }, update: true }), prepare: withRow },
    { title: 'no row', fun: 'sqlite3.row_absent', args: row(1), prepare: withRow },
  ],
  idle: [
    { title: 'the same table', fun: 'sqlite3.table_present', args: table("it's", { schema: TABLE }), prepare: withRow },
    { title: 'the same row', fun: 'sqlite3.row_present', args: row(1, { data: { id: 1, share: 1.5 }, update: true }), prepare: withRow },
    { title: 'no such table', fun: 'sqlite3.table_absent', args: table('none'), prepare: withRow },
    { title: 'no table in no file', fun: 'sqlite3.table_absent', args: table('none') },
    { title: 'no such row', fun: 'sqlite3.row_absent', args: row(9), prepare: withRow },
  ],
  failing: [
    { title: 'another schema', fun: 'sqlite3.table_present', args: table("it's", { schema: ['a'] }), prepare: withRow, comment: /^Expected schema=CREATE TABLE `it's` \(a\)\nactual schema=CREATE TABLE `it's` \(id INT,/ },
    { title: 'a broken statement', fun: 'sqlite3.table_present', args: table("it's", { schema: 'CREATE TABL x', force: true }), prepare: withRow, comment: /syntax error/ },
    { title: 'a broken statement for a new file', fun: 'sqlite3.table_present', args: table('x', { schema: 'CREATE TABL x' }), comment: /syntax error/ },
    { title: 'several statements', fun: 'sqlite3.table_present', args: table('x', { schema: "CREATE TABLE x (a); DROP TABLE `it's`" }), prepare: withRow, comment: /one statement at a time/ },
    { title: 'several rows', fun: 'sqlite3.row_absent', args: row(2), prepare: withRow, comment: /^More than one row matched the specified query$/ },
    { title: 'a row that differs', fun: 'sqlite3.row_present', args: row(1, { data: { word: 'x' } }), prepare: withRow, comment: /^Existing data does not match desired state$/ },
    { title: 'no file', fun: 'sqlite3.row_present', args: row(1, { data: { id: 1 } }), comment: /unable to open database file/ },
    { title: 'no database', fun: 'sqlite3.table_absent', args: table('x'), prepare: (system) => writeFileSync(system.path('db'), 'x'.repeat(2000)), comment: /file is not a database/ },
  ],
});

const XML = '<?xml version="1.0"?>\n<!-- kept -->\n<all>\n  <one id="1">a &amp; b</one><one id=\'2\'/>\n</all>\n';
const value = (xpath: string, wanted: string | number) => (system: Folder) => ({ name: system.path('x.xml'), xpath, value: wanted });
const withXml = (system: Folder): void => writeFileSync(system.path('x.xml'), XML);

stateContract({
  name: 'xml', open: openFolder,
  changing: [
    { title: 'another value', fun: 'xml.value_present', args: value(".//one[@id='1']", 'x < y'), prepare: withXml },
    { title: 'a first value', fun: 'xml.value_present', args: value(".//one[@id='2']", 5), prepare: withXml },
  ],
  idle: [{ title: 'the same value', fun: 'xml.value_present', args: value('one', 'a & b'), prepare: withXml }],
  failing: [
    { title: 'no such element', fun: 'xml.value_present', args: value('.//two', 'x'), prepare: withXml, comment: /^xpath query \.\/\/two not found in / },
    { title: 'no path', fun: 'xml.value_present', args: value('//[', 'x'), prepare: withXml, comment: /is no path of elements/ },
    { title: 'no file', fun: 'xml.value_present', args: value('one', 'x'), comment: /^Unable to read .*No such file or directory/ },
    { title: 'no XML', fun: 'xml.value_present', args: value('one', 'x'), prepare: (system) => writeFileSync(system.path('x.xml'), '<a><b></a>'), comment: /^This is no XML that can be read/ },
  ],
});

const withFolders = (system: Folder): void => {
  for (const folder of ['from', 'to']) mkdirSync(system.path(folder));
  for (const name of ['from/one', 'from/a b; $(id)', 'to/old']) writeFileSync(system.path(name), readFileSync(import.meta.filename).subarray(0, 100));
};
const copy = (to: string, more: Record<string, boolean> = {}) => (system: Folder) => ({ name: system.path(to), source: `${system.path('from')}/`, ...more });

stateContract({
  name: 'rsync', open: openFolder, skip: existsSync('/usr/bin/rsync') ? false : 'rsync is not installed',
  changing: [
    { title: 'a copy', fun: 'rsync.synchronized', args: copy('to'), prepare: withFolders },
    { title: 'a copy without what is elsewhere', fun: 'rsync.synchronized', args: copy('to', { delete: true }), prepare: withFolders },
    { title: 'a copy in a new folder', fun: 'rsync.synchronized', args: copy('new', { prepare: true }), prepare: withFolders, foretold: null },
  ],
  failing: [
    { title: 'no source', fun: 'rsync.synchronized', args: copy('to'), comment: /^Source directory .*\/from\/ was not found\.$/ },
    { title: 'no destination', fun: 'rsync.synchronized', args: copy('new'), prepare: withFolders, comment: /^Destination directory .*\/new was not found\.$/ },
    { title: 'an option', fun: 'rsync.synchronized', args: (system) => ({ name: system.path('to'), source: '--help', force: true }), prepare: withFolders, comment: /No such file or directory/ },
  ],
});
