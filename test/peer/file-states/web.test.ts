/** File states with sources of the web, beside real Salt. */
import { createHash } from 'node:crypto';
import type { PlainMap } from '../../../src/kernel/std/value.js';
import { compareFileStates, type Case } from './compare.js';

const hashOf = (type: string, text: string): string => `${type}=${createHash(type).update(text).digest('hex')}`;
const all = (fun: string, list: readonly PlainMap[]): Case['states'] => list.map((args) => [fun, { name: '@/f', ...args }]);
const page = 'hello {{ who }}\n';
const sums = `${createHash('sha256').update(page).digest('hex')}  page.txt\n${createHash('sha256').update('other').digest('hex')}  other.txt\n`;

const cases: Case[] = [
  { title: 'managed: with a hash', states: all('file.managed', [{ source: 'http://web/page.txt', source_hash: hashOf('sha256', page) }, { source: 'http://web/page.txt', source_hash: hashOf('md5', page) }, { source: 'http://web/other.txt', source_hash: hashOf('sha256', 'wrong') }]) },
  { title: 'managed: a hash from the web', states: all('file.managed', [{ source: 'http://web/page.txt', source_hash: 'http://web/sums.txt' }, { source: 'http://web/page.txt', source_hash: 'http://web/sums.txt', source_hash_name: 'other.txt' }, { source: 'http://web/page.txt', source_hash: 'http://web/none.txt' }]) },
  { title: 'managed: without a hash', states: all('file.managed', [{ source: 'http://web/page.txt' }, { source: 'http://web/page.txt', skip_verify: true }, { source: 'http://web/other.txt', skip_verify: true, replace: false }, { source: 'http://web/none.txt', skip_verify: true }]) },
  { title: 'managed: rendered, first of several', states: all('file.managed', [{ source: 'http://web/page.txt', skip_verify: true, template: 'jinja', context: { who: 'you' } }, { source: ['http://web/none.txt', 'http://web/other.txt'], skip_verify: true }, { source: ['http://web/none.txt', 'salt://plain.txt'] }]) },
  { title: 'cached and not cached', states: [
    ['file.cached', { name: 'http://web/page.txt', source_hash: hashOf('sha256', page) }], ['file.cached', { name: 'http://web/other.txt', skip_verify: true }], ['file.cached', { name: 'http://web/other.txt', source_hash: hashOf('sha256', 'wrong') }],
    ['file.cached', { name: 'http://web/none.txt', skip_verify: true }]] },
];

compareFileStates('file states', cases, { sources: { 'plain.txt': 'plain\n' }, web: { 'page.txt': page, 'other.txt': 'other', 'sums.txt': sums } });
