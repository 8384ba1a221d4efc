import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AccessLog } from '../../../../src/api/http/access-log.js';
import type { Ask } from '../../../../src/api/http/exchange.js';

const folder = mkdtempSync(join(tmpdir(), 'tsalt-access-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const now = (): Date => new Date(2026, 10, 5, 7, 8, 9);
const ask = (path: string, headers: Ask['headers'] = {}): Ask => ({
  method: 'GET', path, segments: [], query: new URLSearchParams('token=secret'), headers, address: '192.0.2.1', isSecure: false, id: 'one', signal: new AbortController().signal, body: () => Promise.resolve(Buffer.alloc(0)),
});

test('a line for each answer: nothing of a client leaves its place, no session stands in it', () => {
  const path = join(folder, 'access');
  using log = new AccessLog({ access: path, error: undefined }, now);
  log.answered(ask('/minions', { 'user-agent': 'curl/8 "x"\n\u0007', referer: 'https://a.example/' }), { status: 200, bytes: 12, protocol: '1.1', ms: 1 });
  log.answered(ask(`/ws/${'ab'.repeat(20)}`), { status: 101, bytes: undefined, protocol: '1.1', ms: 1 });
  assert.equal(readFileSync(path, 'utf8'), [
    '192.0.2.1 - - [05/Nov/2026:07:08:09] "GET /minions HTTP/1.1" 200 12 "https://a.example/" "curl/8 \\"x\\"\\u000a\\u0007"\n',
    '192.0.2.1 - - [05/Nov/2026:07:08:09] "GET /ws/... HTTP/1.1" 101 - "" ""\n',
  ].join(''));
  assert.ok(!existsSync(join(folder, 'error')));
});

test('errors, and files that were moved away', () => {
  const path = join(folder, 'logs/error');
  using log = new AccessLog({ access: undefined, error: path }, now);
  log.engine('Serving on http://127.0.0.1:1');
  log.failed(ask('/'), new Error('the\nreason'));
  assert.equal(readFileSync(path, 'utf8'), '[05/Nov/2026:07:08:09] ENGINE Serving on http://127.0.0.1:1\n[05/Nov/2026:07:08:09] HTTP request one from 192.0.2.1 failed: the\\u000areason\n');
  renameSync(path, `${path}.1`);
  log.reopen();
  log.engine('on');
  assert.equal(readFileSync(path, 'utf8'), '[05/Nov/2026:07:08:09] ENGINE on\n');
});

test('a file that cannot be opened is an error of the configuration', () => {
  assert.throws(() => new AccessLog({ access: folder, error: undefined }), /rest_cherrypy: log_access_file cannot be opened/);
});
