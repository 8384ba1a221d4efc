/** The file states hold the contract of every state. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { PlainMap } from '../../src/kernel/std/value.js';
import { chunkOf, minionFolder, openStateHost, pictureOf, type StateHost } from '../support/state-host.js';
import { stateContract, type FailingCase, type IdleCase, type StateCase, type StateSystem } from './states.js';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'tsalt-file-contract-')));
let host: Promise<StateHost> | undefined;
let cases = 0;

after(async () => {
  await (await host)?.[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

/** A folder of its own for each case; the temporary files of the minion belong to the picture. */
class Folder implements StateSystem {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  at(name: string): string {
    return join(this.path, name);
  }
  put(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = this.at(name);
      mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true });
      if (content.startsWith('-> ')) symlinkSync(content.slice(3), path);
      else if (!name.endsWith('/')) writeFileSync(path, content);
    }
  }
  async run(fun: string, args: PlainMap, { test = false }: { test?: boolean } = {}): Promise<PlainMap> {
    const chunks = [chunkOf('file.managed', { name: this.at('d/keep') }, { __id__: 'keeper' })];
    return (await host as StateHost).run(fun, args, { test, chunks });
  }
  async picture(): Promise<unknown> {
    return { work: await pictureOf(this.path), temporary: await pictureOf(join(base, 'tmp')) };
  }
  [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.path, { recursive: true, force: true });
    return Promise.resolve();
  }
}

async function open(): Promise<Folder> {
  host ??= (async () => {
    minionFolder(base);
    mkdirSync(join(base, 'srv/tree/sub'), { recursive: true });
    writeFileSync(join(base, 'srv/t.txt'), 'hello {{ who }}\n');
    writeFileSync(join(base, 'srv/tree/a'), 'a\n');
    writeFileSync(join(base, 'srv/tree/sub/b'), 'b\n');
    return openStateHost(base);
  })();
  await host;
  const path = join(base, 'work', String(cases += 1));
  mkdirSync(path, { recursive: true });
  return new Folder(path);
}

type Make<T> = (fun: string, title: string, args: (folder: Folder) => PlainMap, files?: Readonly<Record<string, string>>, more?: Partial<T>) => T;
const changing: Make<StateCase<Folder>> = (fun, title, args, files = {}, more = {}) =>
  ({ title: `${fun} ${title}`, fun: `file.${fun}`, args, prepare: (folder) => folder.put(files), ...more });
const idle: Make<IdleCase<Folder>> = changing;
const failing = (
  fun: string, title: string, args: (folder: Folder) => PlainMap, files: Readonly<Record<string, string>>, { comment }: Pick<FailingCase<Folder>, 'comment'>,
): FailingCase<Folder> => ({ ...idle(fun, title, args, files), comment });

/** What real Salt foretells of new and changed files is less than what it then tells. */
const newFile = (folder: Folder): PlainMap => ({ newfile: folder.at('f') });
const patch = '--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n';
const three = { f: 'one\ntwo\nthree\n' };

stateContract<Folder>({
  name: 'file', open,
  changing: [
    changing('absent', 'removes a file', (at) => ({ name: at.at('f') }), three),
    changing('absent', 'removes a folder', (at) => ({ name: at.at('d') }), { 'd/e/f': '' }),
    changing('symlink', 'makes a link', (at) => ({ name: at.at('l'), target: 'f' })),
    changing('symlink', 'changes a link', (at) => ({ name: at.at('l'), target: 'f' }), { l: '-> x' }, { foretold: (at) => ({ change: at.at('l') }) }),
    changing('hardlink', 'makes a link', (at) => ({ name: at.at('h'), target: at.at('f') }), three),
    changing('managed', 'makes a file', (at) => ({ name: at.at('f'), contents: 'x', mode: '0600' }), {}, { foretold: newFile }),
    changing('managed', 'changes a file', (at) => ({ name: at.at('f'), contents: 'x' }), three),
    changing('managed', 'renders a file', (at) => ({ name: at.at('f'), source: 'salt://t.txt', template: 'jinja', context: { who: 'you' } }), three),
    changing('managed', 'has a file checked', (at) => ({ name: at.at('f'), contents: 'good', check_cmd: 'grep good' }), three),
    changing('managed', 'sets a mode', (at) => ({ name: at.at('f'), replace: false, mode: '0640' }), three),
    changing('serialize', 'writes data', (at) => ({ name: at.at('f'), dataset: { a: [1] }, serializer: 'json' }), three),
    changing('decode', 'writes bytes', (at) => ({ name: at.at('f'), encoded_data: 'aGVsbG8=' }), three),
    changing('directory', 'makes a folder', (at) => ({ name: at.at('d/e'), makedirs: true, mode: '0750' })),
    changing('directory', 'cleans a folder', (at) => ({ name: at.at('d'), clean: true, require: [{ file: 'keeper' }] }), { 'd/keep': '', 'd/x': '' }, { foretold: (at) => ({ [at.at('d/x')]: { removed: 'Removed due to clean' } }) }),
    changing('directory', 'sets modes below', (at) => ({ name: at.at('d'), mode: '0700', file_mode: '0600', recurse: ['mode'] }), { 'd/x': '', 'd/e/y': '' }, { foretold: null }),
    changing('recurse', 'lays a tree', (at) => ({ name: at.at('t'), source: 'salt://tree' }), {}, { foretold: null }),
    changing('recurse', 'cleans a tree', (at) => ({ name: at.at('t'), source: 'salt://tree', clean: true }), { 't/a': 'a\n', 't/sub/b': 'b\n', 't/x': '' }, { foretold: () => ({}) }),
    changing('line', 'adds a line', (at) => ({ name: at.at('f'), content: 'new', mode: 'ensure', after: 'one' }), three),
    changing('replace', 'replaces', (at) => ({ name: at.at('f'), pattern: 'two', repl: 'TWO' }), three),
    changing('keyvalue', 'sets a value', (at) => ({ name: at.at('f'), key: 'a', value: '2' }), { f: 'a=1\n' }),
    changing('blockreplace', 'fills a block', (at) => ({ name: at.at('f'), content: 'x', append_if_not_found: true }), three),
    changing('comment', 'comments', (at) => ({ name: at.at('f'), regex: '^two' }), three, { foretold: (at) => ({ [at.at('f')]: 'updated' }) }),
    changing('uncomment', 'uncomments', (at) => ({ name: at.at('f'), regex: '^two' }), { f: '#two\n' }, { foretold: (at) => ({ [at.at('f')]: 'updated' }) }),
    changing('append', 'appends', (at) => ({ name: at.at('f'), text: 'new' }), three),
    changing('prepend', 'prepends', (at) => ({ name: at.at('f'), text: 'new' }), three),
    changing('prepend', 'sets a header', (at) => ({ name: at.at('f'), text: 'three', header: true }), three),
    changing('patch', 'patches', (at) => ({ name: at.at('f'), source: at.at('p') }), { ...three, p: patch }, { foretold: null }),
    changing('copy', 'copies', (at) => ({ name: at.at('c'), source: at.at('f') }), three, { foretold: () => ({}) }),
    changing('rename', 'moves', (at) => ({ name: at.at('m'), source: at.at('f') }), three, { foretold: () => ({}) }),
    changing('touch', 'makes a file', (at) => ({ name: at.at('f') }), {}, { repeats: 'times are set each time' }),
    changing('tidied', 'removes files', (at) => ({ name: at.at('d'), matches: ['x.*'] }), { 'd/x1': '', 'd/y': '' }),
    changing('mknod', 'makes a pipe', (at) => ({ name: at.at('p'), ntype: 'p', mode: '0640' }), {}, { foretold: () => ({}) }),
    changing('pruned', 'removes folders', (at) => ({ name: at.at('d') }), { 'd/': '' }),
    changing('retention_schedule', 'removes backups', (at) => ({ name: at.at('d'), retain: { most_recent: 1 }, strptime_format: '%Y' }), { 'd/2025': '', 'd/2026': '' }),
    changing('not_cached', 'removes a copy', () => ({ name: 'salt://t.txt' }), {}, {
      prepare: async () => {
        await (await host as StateHost).run('file.cached', { name: 'salt://t.txt' });
      },
    }),
  ],
  idle: [
    idle('exists', 'finds a file', (at) => ({ name: at.at('f') }), three),
    idle('missing', 'finds nothing', (at) => ({ name: at.at('g') }), three),
    idle('managed', 'leaves a file alone that shall not be made', (at) => ({ name: at.at('g'), contents: 'x', create: false })),
    idle('mod_beacon', 'adds nothing unasked', (at) => ({ name: at.at('f'), sfun: 'managed' })),
  ],
  failing: [
    failing('managed', 'without its source', (at) => ({ name: at.at('f'), source: 'salt://none' }), three, { comment: /not found in saltenv/ }),
    failing('managed', 'with a broken template', (at) => ({ name: at.at('f'), contents: '{% if %}', template: 'jinja' }), three, { comment: /Jinja syntax error/ }),
    failing('managed', 'when the source needs a variable', (at) => ({ name: at.at('f'), source: 'salt://t.txt', template: 'jinja' }), three, { comment: /Jinja variable 'who' is undefined/ }),
    failing('managed', 'refused by a program', (at) => ({ name: at.at('f'), contents: 'bad', check_cmd: 'grep good' }), three, { comment: /check_cmd execution failed/ }),
    failing('managed', 'refused by a program, rendered', (at) => ({ name: at.at('f'), source: 'salt://t.txt', template: 'jinja', context: { who: 'x' }, check_cmd: 'grep good' }), three, { comment: /check_cmd execution failed/ }),
    failing('managed', 'with a program that is not there', (at) => ({ name: at.at('f'), contents: 'bad', check_cmd: '/no/such/program' }), three, { comment: /No such file or directory/ }),
    failing('managed', 'with a wrong hash', (at) => ({ name: at.at('f'), source: at.at('p'), source_hash: `md5=${'0'.repeat(32)}` }), { ...three, p: patch }, { comment: /does not match actual checksum/ }),
    failing('managed', 'without its folder', (at) => ({ name: at.at('d/f'), contents: 'x' }), {}, { comment: /Parent directory not present/ }),
    failing('serialize', 'data that is not to be written', (at) => ({ name: at.at('f'), dataset: { s: { p: '50%' } }, serializer: 'configparser' }), three, { comment: /invalid interpolation syntax/ }),
    failing('serialize', 'refused by a program', (at) => ({ name: at.at('f'), dataset: { a: 1 }, check_cmd: 'grep b' }), three, { comment: /check_cmd execution failed/ }),
    failing('directory', 'where a file is', (at) => ({ name: at.at('f') }), three, { comment: /exists and is a file/ }),
    failing('recurse', 'without its source', (at) => ({ name: at.at('t'), source: 'salt://none' }), {}, { comment: /none of the specified sources were found/ }),
    failing('patch', 'that does not fit', (at) => ({ name: at.at('f'), source: at.at('p') }), { f: 'other\n', p: patch }, { comment: /would not apply cleanly/ }),
    failing('symlink', 'where a folder is', (at) => ({ name: at.at('d'), target: 'x' }), { 'd/': '' }, { comment: /Directory exists where the symlink/ }),
    failing('copy', 'without its source', (at) => ({ name: at.at('c'), source: at.at('none') }), {}, { comment: /is not present/ }),
    failing('replace', 'with a broken pattern', (at) => ({ name: at.at('f'), pattern: '(', repl: '' }), three, { comment: /missing \)/ }),
    failing('decode', 'without data', (at) => ({ name: at.at('f') }), three, { comment: /Specify either/ }),
  ],
});
